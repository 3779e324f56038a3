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
 * beyond its bounds is zeros of `left`, which every operand has there. Between two k of one turn the sums are values
 * and not variables: software adapters keep variables in memory. Bounds must be the same for the whole workgroup.
 */
export const matmul = (
  block: Block,
  { left, leftAt, leftPitch, right, rightAt, rightPitch, begin, end }: Operands,
): string => {
  const { units, rows, unroll } = block;
  return `
  for (var k = ${unroll > 1 ? `(${begin}) / ${unroll}u * ${unroll}u` : begin}; k < ${end}; k += ${unroll}u) {
    let left_at = ${leftAt} + k * ${leftPitch};
    let right_at = ${rightAt} + k * ${rightPitch};
${repeat(
  unroll,
  (i) => `${repeat(units / 4, (u) => `    let w${i}_${u} = ${left}[left_at + ${i}u * ${leftPitch} + ${u}u];`)}
${loadRight(block, right, `right_at + ${i}u * ${rightPitch}`, `x${i}_`)}
${repeat2(units, rows / 4, (u, r) => {
  const sum = i === 0 ? `acc${u}_${r}` : `sum${i - 1}_${u}_${r}`;
  return `    let sum${i}_${u}_${r} = fma(vec4f(w${i}_${u >> 2}[${u & 3}]), x${i}_${r}, ${sum});`;
})}`,
)}
${repeat2(units, rows / 4, (u, r) => `    acc${u}_${r} = sum${unroll - 1}_${u}_${r};`)}
  }`;
};

/**
 * The right operand's vec4s of one k, `name`0 … A load costs a software adapter as much as dozens of multiply-adds, as
 * it fetches lane by lane; so the four invocations of a quad, which want the same vec4s, fetch one each and exchange them.
 */
const loadRight = ({ rows, share }: Block, right: string, at: string, name: string): string => {
  const vectors = rows / 4;
  if (share === 1) return repeat(vectors, (r) => `    let ${name}${r} = ${right}[${at} + ${r}u];`);
  return repeat(
    Math.ceil(vectors / share),
    (i) => `    let ${name}mine${i} = ${right}[${at} + ${share * i}u + in_quad];
${repeat(Math.min(share, vectors - share * i), (q) => `    let ${name}${share * i + q} = quadBroadcast(${name}mine${i}, ${q}u);`)}`,
  );
};

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

/** What has to stand before everything else in a module with such blocks. */
export const enable = ({ share }: Block): string => (share > 1 ? "enable subgroups;" : "");

/**
 * Entry point's head: `unit` and `row4` say which block this invocation computes, `unitsHere` and `vectorsHere` how much
 * of it exists; `firstUnit` and `lastUnit` are those of the whole workgroup. Invocations beyond the edge come along,
 * with nothing to store, as the loads of a quad need all four.
 */
export const blockOfInvocation = (
  { units, rows, lanes, share }: Block,
  count: string,
  rowCount = "step.rows",
): string => `
@compute @workgroup_size(${lanes[0]}, ${lanes[1]})
fn main(
  @builtin(workgroup_id) group_id: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(num_workgroups) groups: vec3u,
${share > 1 ? "  @builtin(subgroup_invocation_id) invocation: u32," : ""}
) {
  let group = select((2u * groups.xy - 1u - group_id.xy) / 2u, group_id.xy / 2u, group_id.xy % 2u == vec2u(0u));
  let firstUnit = group.x * ${units * lanes[0]}u;
  let lastUnit = min(firstUnit + ${units * lanes[0]}u, ${count}) - 1u;
  let unit = firstUnit + local.x * ${units}u;
  let row4 = ${lanes[1] > 1 ? `(group.y * ${lanes[1]}u + local.y)` : "group.y"} * ${rows / 4}u;
  let unitsHere = min(${units}u, max(unit, ${count}) - unit);
  let vectorsHere = min(${rows / 4}u, max(row4, (${rowCount} + 3u) / 4u) - row4);
${share > 1 ? `  let in_quad = invocation % ${share}u;` : ""}`;

/** Workgroups for `units` units and `rows` rows. */
export const blockGrid = (block: Block, units: number, rows: number) =>
  [Math.ceil(units / (block.units * block.lanes[0])), Math.ceil(rows / (block.rows * block.lanes[1]))] as const;
