// mask-biases: the biases of a layer whose weights are conditioned on the mask, under the next step's mask:
// bias[u] + Σ_{k < fanIn[u]} U[u, k], which is b + (U ⊙ M) 1 of the paper's section 4.2.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { BIAS_AT, CONNECTIVITY_AT } from "./chunks/bias.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 16;

const bindings = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // weights (inputs, unitPitch), bias (unitPitch), U (inputs, unitPitch), home order
  biases: readWrite("array<f32>"), // (unitPitch), home order
};

export const maskBiases = (): KernelSpec<typeof bindings, { units: number }> => ({
  label: "mask-biases",
  bindings,
  workgroups: ({ units }) => [ceilDiv(units, LANES), 1],
  code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let u = id.x;
  if (u >= layer.units) { return; }
  let unit = masks[step.nextMask + layer.unitAt + u];
  let fanIn = masks[step.nextMask + layer.fanIn + u];
  var total = parameters[${BIAS_AT} + unit];
  for (var k = 0u; k < fanIn; k++) {
    let input = masks[step.nextMask + layer.inputAt + k];
    total += parameters[${CONNECTIVITY_AT} + input * layer.unitPitch + unit];
  }
  biases[unit] = total;
}
`,
});
