// The one matmul of this project: acc[u, r] += Σ_{k = begin}^{end − 1} left[k, u] · right[k, r], both operands k-major.
// Only its bounds know about masks. Units are in degree order, so what a block of units may see is one range of k
// (plus zeros that stand in the working copy for the few weights in the ragged step), and nothing else is visited.
// Every accumulator adds in ascending k with fused multiply-adds, whatever the block: all shapes give the same bits.

import type { Block } from "../block.ts";
import { repeat, repeat2 } from "../wgsl.ts";

/** Declares the accumulators acc{u}_{r} (vec4f along r), each beginning with `initial(u)`. */
export const accumulators = ({ units, rows }: Block, initial: (u: number) => string): string =>
  repeat2(units, rows / 4, (u, r) => `  var acc${u}_${r} = vec4f(${initial(u)});`);

export interface Operands {
  /** Buffer array<vec4f>, where this block's values for k = 0 begin (`units` of them along u), vec4s from k to k + 1. */
  left: string;
  leftAt: string;
  leftPitch: string;
  /** The same for the other operand: `rows` values along r. */
  right: string;
  rightAt: string;
  rightPitch: string;
  begin: string;
  end: string;
}

/**
 * The loop over k, `unroll` of them at a time. Unrolled, it begins and ends at multiples of that: what it then visits
 * beyond its bounds is zeros of `left`, which every operand has there.
 */
export const matmul = (
  { units, rows, unroll }: Block,
  { left, leftAt, leftPitch, right, rightAt, rightPitch, begin, end }: Operands,
): string => `
  for (var k = ${unroll > 1 ? `(${begin}) / ${unroll}u * ${unroll}u` : begin}; k < ${end}; k += ${unroll}u) {
    let left_at = ${leftAt} + k * ${leftPitch};
    let right_at = ${rightAt} + k * ${rightPitch};
${repeat(
  unroll,
  (i) => `    {
${repeat(units / 4, (u) => `      let w${u} = ${left}[left_at + ${i}u * ${leftPitch} + ${u}u];`)}
${repeat(rows / 4, (r) => `      let x${r} = ${right}[right_at + ${i}u * ${rightPitch} + ${r}u];`)}
${repeat2(units, rows / 4, (u, r) => `      acc${u}_${r} = fma(vec4f(w${u >> 2}[${u & 3}]), x${r}, acc${u}_${r});`)}
    }`,
)}
  }`;

/**
 * The accumulators as an array that a loop can go through, `sums[i]` with i = u · (rows / 4) + r. What follows the
 * matmul is then compiled once and not once a value: on software adapters that is seconds.
 */
export const collect = ({ units, rows }: Block): string => {
  const names = Array.from(
    { length: (units * rows) / 4 },
    (_, i) => `acc${Math.floor(i / (rows / 4))}_${i % (rows / 4)}`,
  );
  return `  var sums = array<vec4f, ${names.length}>(${names.join(", ")});`;
};

/** Entry point's head: which block this invocation computes; invocations beyond the edge leave. */
export const blockOfInvocation = ({ units, rows, lanes }: Block, count: string, rowCount = "step.rows"): string => `
@compute @workgroup_size(${lanes[0]}, ${lanes[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let unit = id.x * ${units}u;
  let row4 = id.y * ${rows / 4}u;
  if (unit >= ${count} || row4 * 4u >= ${rowCount}) { return; }`;

/** Workgroups for `units` units and `rows` rows. */
export const blockGrid = (block: Block, units: number, rows: number) =>
  [Math.ceil(units / (block.units * block.lanes[0])), Math.ceil(rows / (block.rows * block.lanes[1]))] as const;
