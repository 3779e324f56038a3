// gather-batch: the rows of a minibatch out of the bit-packed data, columns in the mask's order.
// x[j, b] = bit (row order[firstRow + b], input at position j); rows past the minibatch are 0. Where inputs drop out, x is
// what the network sees, and behind it are the values that it has to predict.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { store } from "./chunks/both-ways.ts";
import { DROPOUT, KEPT } from "./chunks/dropout.ts";
import { STEP } from "./structs.ts";
import { repeat, wgsl } from "./wgsl.ts";

const LANES = [8, 8] as const;

const common = {
  step: dynamicUniform("Step"),
  /** x: inputs D; y: words a row; z: where the mask's table position → input begins; w: D rounded up to blocks. */
  data: uniform("vec4u"),
  bits: read("array<u32>"), // (all rows, words a row)
  order: read("array<u32>"), // (all rows)
  masks: read("array<u32>"),
  // (D, pitch), in training then (rows, data.w / 4), with dropout then (D, pitch) as it is in the data
  x: readWrite("array<vec4f>"),
};
const random = { dropout: uniform("Dropout") };

/** Bindings of every variant: `dropout` is there where inputs drop out. */
export type GatherBindings = typeof common & Partial<typeof random>;

export const gatherBatch = ({
  training,
  dropout = false,
}: {
  training: boolean;
  /** Whether inputs drop out (in training). */
  dropout?: boolean;
}): KernelSpec<GatherBindings, { inputs: number; rows: number }> => ({
  label: `gather-batch${training ? `(train${dropout ? ", dropout" : ""})` : ""}`,
  bindings: { ...common, ...(dropout ? random : {}) },
  workgroups: ({ inputs, rows }) => [ceilDiv(ceilDiv(rows, 4), LANES[0]), ceilDiv(ceilDiv(inputs, 4), LANES[1])],
  code: wgsl`
${STEP.wgsl}
${declare({ ...common, ...(dropout ? random : {}) })}
${store("x", "data.w", training)}
#if ${dropout}
${DROPOUT.wgsl}
${KEPT}

/** What four rows of the input at a position are multiplied by. */
fn seen(position: u32, row4: u32) -> vec4f {
  return kept(masks[step.mask + data.z + min(position, data.x - 1u)], row4);
}
#endif

/** The values of four rows at one position. */
fn column(position: u32, words: vec4u, present: vec4u) -> vec4f {
  if (position >= data.x) { return vec4f(0.0); }
  let input = masks[step.mask + data.z + position];
  let word = words + input / 32u;
  let values = vec4u(bits[word.x], bits[word.y], bits[word.z], bits[word.w]) >> vec4u(input % 32u);
  return vec4f(values & present);
}

@compute @workgroup_size(${LANES[0]}, ${LANES[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row4 = id.x;
  let position = id.y * 4u;
  if (position >= data.x || row4 * 4u >= step.rows) { return; }
  let b = vec4u(row4 * 4u) + vec4u(0u, 1u, 2u, 3u);
  let at = vec4u(step.firstRow) + min(b, vec4u(step.rows - 1u));
  let words = vec4u(order[at.x], order[at.y], order[at.z], order[at.w]) * data.y;
  let present = select(vec4u(0u), vec4u(1u), b < vec4u(step.rows));
  let v = mat4x4f(
    column(position, words, present),
    column(position + 1u, words, present),
    column(position + 2u, words, present),
    column(position + 3u, words, present)
  );
#if ${dropout}
  store(position, row4, mat4x4f(
${Array.from({ length: 4 }, (_, i) => `    v[${i}] * seen(position + ${i}u, row4)`).join(",\n")}
  ));
${repeat(4, (i) => `  x[(step.targets + position + ${i}u) * step.pitch + row4] = v[${i}];`)}
#else
  store(position, row4, v);
#endif
}
`,
});
