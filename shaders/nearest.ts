// nearest: the k rows of a set that differ from a row in fewest bits. One invocation a row and slice of the set; it keeps
// its k best in order, and as it goes through the slice in order, of rows as far away the earlier one stays before.

import {
  ceilDiv,
  declare,
  dynamicUniform,
  type KernelSpec,
  read,
  readWrite,
  uniformStruct,
} from "../src/gpu/kernel-spec.ts";
import { wgsl } from "./wgsl.ts";

/** Invocations along the rows: they all read the same row of the set at a time. */
const LANES = 8;

/** One dispatch: some rows, and a part of every slice. */
export const PART = uniformStruct("Part", {
  /** Rows, and the first of them. */
  rows: "u32",
  firstRow: "u32",
  /** Rows of the set, and those of a slice. */
  among: "u32",
  slice: "u32",
  /** Which of the rows of every slice: begin … end−1; with 0 the search begins. */
  begin: "u32",
  end: "u32",
  k: "u32",
  /** Words a row. */
  words: "u32",
});

const bindings = {
  part: dynamicUniform("Part"),
  rows: read("array<u32>"), // (all rows, words a row)
  among: read("array<u32>"), // (rows of the set, words a row)
  best: readWrite("array<vec2u>"), // (slices, rows, k): distance and number, nearest first
};

export const nearest = (): KernelSpec<typeof bindings, { rows: number; slices: number }> => ({
  label: "nearest",
  bindings,
  workgroups: ({ rows, slices }) => [ceilDiv(rows, LANES), slices],
  code: wgsl`
${PART.wgsl}
${declare(bindings)}

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= part.rows) { return; }
  let own = (part.firstRow + row) * part.words;
  let to = (id.y * part.rows + row) * part.k;
  if (part.begin == 0u) {
    for (var i = 0u; i < part.k; i++) { best[to + i] = vec2u(0xffffffffu); }
  }
  var worst = best[to + part.k - 1u].x;
  let first = id.y * part.slice;
  for (var other = first + part.begin; other < min(part.among, first + part.end); other++) {
    var distance = 0u;
    for (var w = 0u; w < part.words; w++) {
      distance += countOneBits(rows[own + w] ^ among[other * part.words + w]);
    }
    if (distance >= worst) { continue; }
    var i = part.k - 1u;
    for (; i > 0u && best[to + i - 1u].x > distance; i--) { best[to + i] = best[to + i - 1u]; }
    best[to + i] = vec2u(distance, other);
    worst = best[to + part.k - 1u].x;
  }
}
`,
});
