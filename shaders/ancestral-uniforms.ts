// ancestral-uniforms: the numbers that decide a walk's draws, by position: u < p makes a 1. Input d of a row has draw d of
// the row's own Philox stream, or a number of the caller's; a cell that is given has −1 where it is 1 and 1 where it is 0.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { PHILOX } from "./chunks/philox.ts";
import { LAYER, WALK } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = [8, 8] as const;

const common = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"), // V's
  masks: read("array<u32>"),
  /** x: number of the row's stream; y: its row of `given`; z: of `observed`; w: where the row goes. */
  rows: read("array<vec4u>"),
  given: read("array<u32>"), // (given rows, words a row)
  observed: read("array<u32>"), // (given rows or 1, words a row): 1 where a cell is given
  uniforms: readWrite("array<f32>"), // (D, 4 · pitch)
};
const generated = { seed: uniform("vec4u") }; // x, y: the key; z: the stream's purpose
const listed = { numbers: read("array<f32>") }; // (rows, D)

export type UniformsBindings = typeof common & Partial<typeof generated & typeof listed>;

export const ancestralUniforms = (config: {
  source: "philox" | "list";
}): KernelSpec<UniformsBindings, { inputs: number; rows: number }> => {
  const isListed = config.source === "list";
  const bindings: UniformsBindings = { ...common, ...(isListed ? listed : generated) };
  return {
    label: `ancestral-uniforms(${config.source})`,
    bindings,
    workgroups: ({ inputs, rows }) => [ceilDiv(rows, LANES[0]), ceilDiv(ceilDiv(inputs, 4), LANES[1])],
    code: wgsl`
${WALK.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${PHILOX}

@compute @workgroup_size(${LANES[0]}, ${LANES[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  let D = layer.units;
  if (row >= step.rows || id.y * 4u >= D) { return; }
  let its = rows[row];
  let words = (D + 31u) / 32u;
#if ${isListed}
  let at = row * D + id.y * 4u;
  let numbers = vec4f(numbers[at], numbers[at + 1u], numbers[at + 2u], numbers[at + 3u]);
#else
  let numbers = uniforms_of(philox(vec4u(id.y, its.x, seed.z, 0u), seed.xy));
#endif
  for (var i = 0u; i < min(4u, D - id.y * 4u); i++) {
    let d = id.y * 4u + i;
    var u = numbers[i];
    if (((observed[its.z * words + d / 32u] >> (d % 32u)) & 1u) == 1u) {
      u = select(1.0, -1.0, ((given[its.y * words + d / 32u] >> (d % 32u)) & 1u) == 1u);
    }
    uniforms[masks[step.mask + layer.positionOf + d] * step.pitch * 4u + row] = u;
  }
}
`,
  };
};
