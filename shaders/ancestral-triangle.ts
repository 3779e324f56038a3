// ancestral-triangle: the weights inside the blocks of a walk, out of a matrix's forward working copy and packed, unit
// after unit, each with the units of its own block that it sees: the little that is sequential about drawing.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { LAYER, WALK } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 32;

const bindings = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"),
  plan: read("array<u32>"), // see src/made/gpu/walk-plan.ts
  weights: read("array<f32>"), // forward working copy, (inputs, unitPitch)
  triangle: readWrite("array<f32>"), // as the plan has it
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
  let its = plan[step.link * 4u] + unit * 3u;
  let begin = plan[its + 1u];
  for (var k = begin; k < plan[its + 2u]; k++) {
    triangle[plan[its] + k - begin] = weights[k * layer.unitPitch + unit];
  }
}
`,
});
