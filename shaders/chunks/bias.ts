// The bias of a unit by its slot in degree order, from behind the weights in the canonical parameters.

/** `fn bias(unit: u32) -> f32`; slots that only fill a block get the last unit's. */
export const BIAS = `
fn bias(unit: u32) -> f32 {
  let slot = min(unit, layer.units - 1u);
  return parameters[layer.units * layer.inputs + masks[step.mask + layer.unitAt + slot]];
}`;
