// arrange-weights: the working copies of one weight matrix under one mask, from its values in home order: rows
// and columns in degree order, 0 where the mask hides. Training keeps them up to date; this begins or replaces them.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = [8, 8] as const;

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // weights (inputs, unitPitch), home order
  forwardWeights: readWrite("array<f32>"), // (inputs, unitPitch)
};
const backwardCopy = { backwardWeights: readWrite("array<f32>") }; // (units, inputPitch)

export type ArrangeBindings = typeof common & Partial<typeof backwardCopy>;

export const arrangeWeights = (config: {
  backward: boolean;
}): KernelSpec<ArrangeBindings, { units: number; inputs: number }> => {
  const bindings: ArrangeBindings = { ...common, ...(config.backward ? backwardCopy : {}) };
  return {
    label: `arrange-weights(${config.backward ? "forward+backward" : "forward"})`,
    bindings,
    workgroups: ({ units, inputs }) => [ceilDiv(units, LANES[0]), ceilDiv(inputs, LANES[1])],
    code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}

@compute @workgroup_size(${LANES[0]}, ${LANES[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let u = id.x;
  let k = id.y;
  if (u >= layer.units || k >= layer.inputs) { return; }
  let unit = masks[step.mask + layer.unitAt + u];
  let input = masks[step.mask + layer.inputAt + k];
  let w = parameters[input * layer.unitPitch + unit];
  let seen = select(0.0, w, k < masks[step.mask + layer.fanIn + u]);
  forwardWeights[k * layer.unitPitch + u] = seen;
#if ${config.backward}
  backwardWeights[u * layer.inputPitch + k] = seen;
#endif
}
`,
  };
};
