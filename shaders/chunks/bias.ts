// The biases of a layer: where they lie behind its weights, what a unit's is by its slot, and their gradient.

/** Where the biases begin in a layer's parameters and moments. */
export const BIAS_AT = "layer.inputPitch * layer.unitPitch";

/** Where the connectivity weights U begin, of layers that have them. */
export const CONNECTIVITY_AT = "(layer.inputPitch + 1u) * layer.unitPitch";

/** `fn overBatch(unit: u32) -> f32`: the gradient of a unit's bias, the sum of its δ over the minibatch. */
export const OVER_BATCH = `
fn overBatch(unit: u32) -> f32 {
  var total = 0.0;
  for (var b = 0u; b < (step.rows + 3u) / 4u; b++) {
    let v = delta[unit * step.pitch + b];
    total += ((v.x + v.y) + v.z) + v.w;
  }
  return total;
}`;

/** `fn bias(unit: u32) -> f32`; slots that only fill a block get the last unit's. */
export const BIAS = `
fn bias(unit: u32) -> f32 {
  let slot = min(unit, layer.units - 1u);
  return parameters[layer.biasAt + masks[step.mask + layer.unitAt + slot]];
}`;
