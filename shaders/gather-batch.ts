// gather-batch: the rows of a minibatch out of the bit-packed data, columns in the mask's order.
// x[j, b] = bit (row order[firstRow + b], input at position j); rows past the minibatch are 0.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = [8, 8] as const;

const bindings = {
  step: dynamicUniform("Step"),
  /** inputs D, words a row, and where the mask's table position → input begins. */
  data: uniform("vec3u"),
  bits: read("array<u32>"), // (all rows, words a row)
  order: read("array<u32>"), // (all rows)
  masks: read("array<u32>"),
  x: readWrite("array<vec4f>"), // (D, pitch)
};

export const gatherBatch = (): KernelSpec<typeof bindings, { inputs: number; rows: number }> => ({
  label: "gather-batch",
  bindings,
  workgroups: ({ inputs, rows }) => [ceilDiv(ceilDiv(rows, 4), LANES[0]), ceilDiv(inputs, LANES[1])],
  code: wgsl`
${STEP.wgsl}
${declare(bindings)}

fn bit(input: u32, b: u32) -> f32 {
  if (b >= step.rows) { return 0.0; }
  let word = order[step.firstRow + b] * data.y + input / 32u;
  return f32((bits[word] >> (input % 32u)) & 1u);
}

@compute @workgroup_size(${LANES[0]}, ${LANES[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row4 = id.x;
  let position = id.y;
  if (position >= data.x || row4 * 4u >= step.rows) { return; }
  let input = masks[step.mask + data.z + position];
  let b = row4 * 4u;
  x[position * step.pitch + row4] = vec4f(bit(input, b), bit(input, b + 1u), bit(input, b + 2u), bit(input, b + 3u));
}
`,
});
