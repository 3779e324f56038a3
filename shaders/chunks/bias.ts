// The bias of a unit by its slot in degree order, from behind the weights in the parameters.

/** Where the biases begin in a layer's parameters and moments. */
export const BIAS_AT = "layer.inputPitch * layer.unitPitch";

/** `fn bias(unit: u32) -> f32`; slots that only fill a block get the last unit's. */
export const BIAS = `
fn bias(unit: u32) -> f32 {
  let slot = min(unit, layer.units - 1u);
  return parameters[${BIAS_AT} + masks[step.mask + layer.unitAt + slot]];
}`;
