// How a walk along the positions goes under one mask: blocks of positions, what is passed on after each, and where the
// weights inside the blocks stand when they are packed. O(D + ΣH) integers, like the mask itself.

import { UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { ceilDiv, roundUp } from "../../gpu/kernel-spec.ts";
import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";

/** A weight matrix as the walk sees it, W1 … WL, V, A: of layers 0 (x), 1 … L, L + 1 (z), L + 2 (what comes through A). */
export interface Link {
  readonly below: number;
  readonly above: number;
}

/** Units `first` … `last`−1 below are passed on to units `onto` … `until`−1 above. */
export interface Push {
  readonly link: number;
  readonly first: number;
  readonly last: number;
  readonly onto: number;
  readonly until: number;
}

/** Positions `begin` … `end`−1. */
export interface PositionBlock {
  readonly begin: number;
  readonly end: number;
  /** What is passed on once they are drawn, to units that the next blocks finish. */
  readonly pushes: readonly Push[];
  /** Multiply-adds inside the block, a row. */
  readonly inside: number;
}

export interface WalkPlan {
  readonly blocks: readonly PositionBlock[];
  /**
   * What the kernels read, in fours. First for every position a row of L + 1: the entries of the units of layer l = 1 … L
   * that it finishes, first and one past the last; and the entries of its output's two parts, through V and through A.
   * Then the entries, link by link and unit by unit: where the unit's weights stand in the triangle, in vec4s; the first
   * unit of its own block that it sees, and how many; and the unit itself. Units are numbered through all layers.
   */
  readonly words: Uint32Array;
  /** Where the entries of each link begin. */
  readonly entries: readonly number[];
  /** vec4s of weights inside the blocks. */
  readonly triangle: number;
}

type Shape = Pick<ResolvedConfig, "inputs" | "hidden" | "directConnections">;

/** Units of every layer: of x, h¹ … hᴸ, z and, with direct connections, what comes through them. */
const layerSizes = ({ inputs: D, hidden, directConnections }: Shape): number[] => [
  D,
  ...hidden,
  ...Array<number>(directConnections ? 2 : 1).fill(D),
];

/** The chain W1 … WL, V, and A beside it. */
export const linksOf = (shape: Shape): Link[] =>
  layerSizes(shape)
    .slice(1)
    .map((_, m) => ({ below: m > shape.hidden.length ? 0 : m, above: m + 1 }));

/** Where the values of every layer begin, in units, and at the end how many there are. */
export function valuesLayout(shape: Shape): number[] {
  const starts = [0];
  for (const units of layerSizes(shape)) starts.push(starts.at(-1)! + roundUp(units, UNIT_MULTIPLE));
  return starts;
}

/** Words of the plan of any mask. */
export function planWords(shape: Shape): number {
  const [D, ...above] = layerSizes(shape);
  return 4 * (D * (shape.hidden.length + 1) + above.reduce((a, b) => a + b, 0));
}

/**
 * The walk under `mask` in blocks of `size` positions, 1 … 128. It halves what is ahead again and again: when the first half of
 * 2, 4, 8 … blocks is drawn, all of it is passed on to the second half at once. So every sum is read and written a few
 * times and not once a block, and still takes its terms in ascending order.
 */
export function planWalk(shape: Shape, mask: Mask, size: number): WalkPlan {
  const { inputs: D, hidden } = shape;
  const L = hidden.length;
  const starts = valuesLayout(shape);
  const links = linksOf(shape);
  // reached[l][s]: units of layer l with a degree of at most s, which are finished once position s is drawn.
  const degrees = [mask.ordering, ...mask.degrees, mask.ordering, mask.ordering].slice(0, links.length + 1);
  const reached = degrees.map((its) => {
    const count = new Uint32Array(D + 1);
    for (const m of its) count[m]++;
    for (let s = 1; s <= D; s++) count[s] += count[s - 1];
    return count;
  });

  const words = new Uint32Array(planWords(shape));
  const count = ceilDiv(D, size);
  const blocks = Array.from({ length: count }, (_, i) => {
    const done = (i + 1) & -(i + 1);
    const [from, end, until] = [i + 1 - done, i + 1, i + 1 + done].map((at) => Math.min(D, at * size));
    const pushes = links.flatMap(({ below, above }, link) => {
      const push = { first: reached[below][from], last: reached[below][end] };
      const onto = { onto: reached[above][end], until: reached[above][until] };
      return push.first < push.last && onto.onto < onto.until ? [{ link, ...push, ...onto }] : [];
    });
    return { begin: i * size, end, pushes, inside: 0 };
  });
  const entries: number[] = [];
  let entry = D * (L + 1);
  let triangle = 0;
  for (const [m, { below, above }] of links.entries()) {
    entries.push(entry);
    const toOutput = above > L;
    for (const block of blocks)
      for (let s = block.begin + 1; s <= block.end; s++) {
        // Hidden units of degree s see degrees up to s, the output at position s those below.
        const first = reached[below][block.begin];
        const seen = reached[below][toOutput ? s - 1 : s] - first;
        const [unit, end] = [reached[above][s - 1], reached[above][s]];
        const at = 4 * ((s - 1) * (L + 1) + Math.min(m, L));
        if (toOutput) words[at + m - L] = entry;
        else words.set([entry, entry + end - unit], at);
        for (let u = unit; u < end; u++) {
          words.set([triangle, starts[below] + first, seen, starts[above] + u], 4 * entry++);
          triangle += ceilDiv(seen, 4);
          block.inside += seen;
        }
      }
  }
  return { blocks, words, entries, triangle };
}
