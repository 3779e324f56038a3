// ancestral-triangle: the weights inside the blocks of a walk, out of a matrix's forward working copy and packed, unit
// after unit, each with the units of its own block that it sees: the little that is sequential about drawing.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { LAYER, WALK } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 32;

const bindings = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"),
  plan: read("array<vec4u>"), // see src/made/gpu/walk-plan.ts
  weights: read("array<f32>"), // forward working copy, (inputs, unitPitch)
  triangle: readWrite("array<vec4f>"), // as the plan has it, each unit's filled up with zeros
};

export const ancestralTriangle = (): KernelSpec<typeof bindings, { units: number }> => ({
  label: "ancestral-triangle",
  bindings,
  workgroups: ({ units }) => [ceilDiv(units, LANES), 1],
  code: wgsl`
${WALK.wgsl}
${LAYER.wgsl}
${declare(bindings)}

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let unit = id.x;
  if (unit >= layer.units) { return; }
  let its = plan[step.entries + unit];
  let first = its.y - step.belowAt;
  for (var k = 0u; k < its.z; k += 4u) {
    var four = vec4f(0.0);
    for (var i = 0u; i < min(4u, its.z - k); i++) { four[i] = weights[(first + k + i) * layer.unitPitch + unit]; }
    triangle[its.x + k / 4u] = four;
  }
}
`,
});
