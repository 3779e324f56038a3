// ancestral-pack: what a walk has drawn so far as rows of bits, inputs in their own order, and the rows' log p, each where
// its row belongs. Inputs at positions that are not drawn yet are 0.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { LAYER, WALK } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = [8, 8] as const;

const bindings = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"), // V's
  masks: read("array<u32>"),
  rows: read("array<vec4u>"), // w: where the row goes
  values: read("array<f32>"), // x first, (D, 4 · pitch)
  logp: read("array<vec2f>"), // (rows)
  packed: readWrite("array<u32>"), // (all rows, words a row)
  logps: readWrite("array<vec2f>"), // (all rows)
};

export const ancestralPack = (): KernelSpec<typeof bindings, { inputs: number; rows: number }> => ({
  label: "ancestral-pack",
  bindings,
  workgroups: ({ inputs, rows }) => [ceilDiv(rows, LANES[0]), ceilDiv(ceilDiv(inputs, 32), LANES[1])],
  code: wgsl`
${WALK.wgsl}
${LAYER.wgsl}
${declare(bindings)}

@compute @workgroup_size(${LANES[0]}, ${LANES[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  let D = layer.units;
  let words = (D + 31u) / 32u;
  if (row >= step.rows || id.y >= words) { return; }
  let to = rows[row].w;
  var word = 0u;
  for (var d = id.y * 32u; d < min(D, id.y * 32u + 32u); d++) {
    let position = masks[step.mask + layer.positionOf + d];
    if (position < step.end && values[position * step.pitch * 4u + row] == 1.0) { word |= 1u << (d % 32u); }
  }
  packed[to * words + id.y] = word;
  if (id.y == 0u) { logps[to] = logp[row]; }
}
`,
});
