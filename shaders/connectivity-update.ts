// connectivity-update: the optimiser's step on the connectivity weights U of a layer. As U multiplies ones, the gradient of
// every entry that the mask shows is that of its unit's bias: ∂U[u, k] = Σ_b δ[u, b] for k < fanIn[u], else 0.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Rule } from "../src/made/optimizer.ts";
import { CONNECTIVITY_AT, OVER_BATCH } from "./chunks/bias.ts";
import { momentBindings, optimize } from "./chunks/optimizer.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 16;
/** Entries an invocation, which sums its unit's δ once for them. */
const INPUTS = 32;

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  delta: read("array<vec4f>"), // (units, pitch)
  parameters: readWrite("array<f32>"), // weights (inputs, unitPitch), bias (unitPitch), U (inputs, unitPitch), home order
};
type Moments = ReturnType<typeof momentBindings>;

export const connectivityUpdate = ({
  rule,
}: {
  rule: Rule;
}): KernelSpec<typeof common & Moments, { units: number; inputs: number }> => {
  const bindings = { ...common, ...momentBindings(rule, "f32") };
  return {
    label: `connectivity-update(${rule})`,
    bindings,
    workgroups: ({ units, inputs }) => [ceilDiv(units, LANES), ceilDiv(inputs, INPUTS)],
    code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${optimize(rule, "f32")}
${OVER_BATCH}

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let u = id.x;
  let first = id.y * ${INPUTS}u;
  if (u >= layer.units) { return; }
  let fanIn = masks[step.mask + layer.fanIn + u];
  if (first >= fanIn && step.hiddenRest == 1u) { return; }
  let unit = masks[step.mask + layer.unitAt + u];
  let gradient = overBatch(u);
  for (var k = first; k < min(first + ${INPUTS}u, layer.inputs); k++) {
    let input = masks[step.mask + layer.inputAt + k];
    optimize(${CONNECTIVITY_AT} + input * layer.unitPitch + unit, select(0.0, gradient, k < fanIn));
  }
}
`,
  };
};
