// The one matmul of this project: acc[u, r] += Σ_{k = begin}^{end − 1} left[k, u] · right[k, r], both operands k-major.
// Only its bounds know about masks. Units are in degree order, so what a block of units may see is one range of k
// (plus zeros that stand in the working copy for the few weights in the ragged step), and nothing else is visited.
// Every accumulator adds in ascending k with fused multiply-adds, whatever the block: all shapes give the same bits.

import type { Block } from "../block.ts";
import { repeat, repeat2 } from "../wgsl.ts";

/** Invocations that fetch together, and how what one of them fetched gets to all. */
const TOGETHER = {
  quad: { invocations: 4, broadcast: "quadBroadcast" },
  octet: { invocations: 8, broadcast: "subgroupBroadcast" },
};

/** The entry point's parameter that those who fetch together need, and what of it `matmul` expects in scope. */
const invocationInGroup = ({ fetch }: Pick<Block, "fetch">): string =>
  fetch in TOGETHER ? "  @builtin(subgroup_invocation_id) invocation: u32," : "";
const placeInGroup = ({ fetch }: Pick<Block, "fetch">): string =>
  fetch in TOGETHER ? `  let in_group = invocation % ${TOGETHER[fetch as keyof typeof TOGETHER].invocations}u;` : "";

/** Declares the accumulators acc{u}_{r} (vec4f along r), each beginning with `initial(u)`. */
export const accumulators = ({ units, rows }: Block, initial: (u: number) => string): string =>
  repeat2(units, rows / 4, (u, r) => `  var acc${u}_${r} = vec4f(${initial(u)});`);

export interface Operands {
  /** Buffer array<vec4f>, where the values of the units from `unit` on begin for k = 0, vec4s from k to k + 1. */
  left: string;
  leftAt: (unit: string) => string;
  leftPitch: string;
  /** The same for the other operand, by number of the vec4 of rows. */
  right: string;
  rightAt: (row4: string) => string;
  rightPitch: string;
  begin: string;
  end: string;
}

/**
 * The loop over k, `unroll` of them at a time: it begins and ends at multiples of that, and what it then visits beyond
 * its bounds is zeros of the left operand. Bounds must be the same for the whole workgroup.
 */
export const matmul = (block: Block, operands: Operands): string =>
  block.fetch === "workgroup" ? throughTiles(block, operands) : throughRegisters(block, operands);

/**
 * Every operand straight from its buffer, where zeros stand behind the left one's bounds. Between two k of one turn the
 * sums are values and not variables: software adapters keep variables in memory.
 */
const throughRegisters = (block: Block, operands: Operands): string => {
  const { left, leftAt, leftPitch, right, rightAt, rightPitch, begin, end } = operands;
  const { units, rows, unroll } = block;
  return `
  for (var k = ${begin} / ${unroll}u * ${unroll}u; k < ${end}; k += ${unroll}u) {
    let left_at = ${leftAt("unit")} + k * ${leftPitch};
    let right_at = ${rightAt("row4")} + k * ${rightPitch};
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
 * it fetches lane by lane; so the invocations of a quad or octet, which want the same vec4s, fetch one each and exchange
 * them.
 */
const loadRight = ({ rows, fetch }: Block, right: string, at: string, name: string): string => {
  const vectors = rows / 4;
  if (fetch === "alone") return repeat(vectors, (r) => `    let ${name}${r} = ${right}[${at} + ${r}u];`);
  const { invocations, broadcast } = TOGETHER[fetch as keyof typeof TOGETHER];
  return repeat(
    Math.ceil(vectors / invocations),
    (i) => `    let ${name}mine${i} = ${right}[${at} + ${invocations * i}u + in_group];
${repeat(Math.min(invocations, vectors - invocations * i), (q) => `    let ${name}${invocations * i + q} = ${broadcast}(${name}mine${i}, ${q}u);`)}`,
  );
};

/** vec4s of one k in the tiles of a workgroup. */
const tileWidths = ({ units, rows, lanes }: Block) => ({
  left: (units * lanes[0]) / 4,
  right: (rows * lanes[1]) / 4,
});

/**
 * Tiles of `unroll` k that the workgroup fetches together, neighbours by neighbours, into its own memory: what a GPU
 * wants, whose buffers are far away. Beyond the bounds the left tile is 0.
 */
const throughTiles = (block: Block, operands: Operands): string => {
  const { left, leftAt, leftPitch, right, rightAt, rightPitch, begin, end } = operands;
  const { units, rows, lanes, unroll } = block;
  const width = tileWidths(block);
  const invocations = lanes[0] * lanes[1];
  return `
  for (var tile = ${begin} / ${unroll}u * ${unroll}u; tile < ${end}; tile += ${unroll}u) {
    workgroupBarrier();
    for (var i = lane; i < ${unroll * width.left}u; i += ${invocations}u) {
      let k = tile + i / ${width.left}u;
      left_tile[i] = select(vec4f(), ${left}[${leftAt("firstUnit")} + k * ${leftPitch} + i % ${width.left}u], k < ${end});
    }
    for (var i = lane; i < ${unroll * width.right}u; i += ${invocations}u) {
      right_tile[i] = ${right}[${rightAt("firstRow4")} + (tile + i / ${width.right}u) * ${rightPitch} + i % ${width.right}u];
    }
    workgroupBarrier();
    for (var k = 0u; k < ${unroll}u; k++) {
${repeat(units / 4, (u) => `      let w${u} = left_tile[k * ${width.left}u + local.x * ${units / 4}u + ${u}u];`)}
${repeat(rows / 4, (r) => `      let x${r} = right_tile[k * ${width.right}u + local.y * ${rows / 4}u + ${r}u];`)}
${repeat2(units, rows / 4, (u, r) => `      acc${u}_${r} = fma(vec4f(w${u >> 2}[${u & 3}]), x${r}, acc${u}_${r});`)}
    }
  }`;
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
export const prelude = (block: Block): string => {
  const { left, right } = tileWidths(block);
  return {
    alone: "",
    quad: "enable subgroups;",
    octet: "enable subgroups;",
    workgroup: `var<workgroup> left_tile: array<vec4f, ${block.unroll * left}>;
var<workgroup> right_tile: array<vec4f, ${block.unroll * right}>;`,
  }[block.fetch];
};

/**
 * Entry point's head, for `count` units of which the block of `from` is the first: `unit` and `row4` say which block this invocation computes, `unitsHere` and `vectorsHere` how much
 * of it exists; `firstUnit`, `lastUnit` and `firstRow4` are those of the whole workgroup. Invocations beyond the edge
 * come along, with nothing to store: those that fetch together need everybody. Workgroups of much and of little work
 * take turns, so that whoever gets a range of them gets its share.
 */
export const blockOfInvocation = (
  { units, rows, lanes, fetch }: Block,
  count: string,
  rowCount = "step.rows",
  from = "0u",
): string => `
@compute @workgroup_size(${lanes[0]}, ${lanes[1]})
fn main(
  @builtin(workgroup_id) group_id: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(num_workgroups) groups: vec3u,
${invocationInGroup({ fetch })}
${fetch === "workgroup" ? "  @builtin(local_invocation_index) lane: u32," : ""}
) {
  let group = select((2u * groups.xy - 1u - group_id.xy) / 2u, group_id.xy / 2u, group_id.xy % 2u == vec2u(0u));
  let firstUnit = ${from === "0u" ? "" : `${from} + `}group.x * ${units * lanes[0]}u;
  let lastUnit = min(firstUnit + ${units * lanes[0]}u, ${count}) - 1u;
  let firstRow4 = group.y * ${(rows / 4) * lanes[1]}u;
  let unit = firstUnit + local.x * ${units}u;
  let row4 = ${lanes[1] > 1 ? `firstRow4 + local.y * ${rows / 4}u` : "firstRow4"};
  let unitsHere = min(${units}u, max(unit, ${count}) - unit);
  let vectorsHere = min(${rows / 4}u, max(row4, (${rowCount} + 3u) / 4u) - row4);
${placeInGroup({ fetch })}`;

/** Workgroups for `units` units and `rows` rows. */
export const blockGrid = (block: Block, units: number, rows: number) =>
  [Math.ceil(units / (block.units * block.lanes[0])), Math.ceil(rows / (block.rows * block.lanes[1]))] as const;
