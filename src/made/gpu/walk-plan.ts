// How a walk along the positions goes under one mask: blocks of positions, the units that each block finishes, and where
// the weights inside the blocks stand when they are packed. O(D + ΣH) integers, like the mask itself.

import { UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { roundUp } from "../../gpu/kernel-spec.ts";
import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";

/** Positions `begin` … `end`−1, and the units that are finished once they are drawn. */
export interface PositionBlock {
  readonly begin: number;
  readonly end: number;
  /** Units of layer l (0: the inputs) that this block finishes: `first[l]` … `last[l]`−1, in degree order. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

export interface WalkPlan {
  readonly blocks: readonly PositionBlock[];
  /**
   * What the kernels read. For each weight matrix m of the chain W1 … WL, V four words: where its units' entries begin;
   * where the values of the layer below and above begin, in units; and for a hidden layer above, where its table begins of
   * how many units have a degree of at most 0, 1 … D. A unit's entry is three words: where its weights stand in the
   * triangle, and the first and one past the last unit of its own block that it sees.
   */
  readonly words: Uint32Array;
  /** Weights inside the blocks. */
  readonly triangle: number;
}

type Shape = Pick<ResolvedConfig, "inputs" | "hidden">;

/** Where the values of x, h¹ … hᴸ and z begin, in units, and at the end how many there are. */
export function valuesLayout({ inputs: D, hidden }: Shape): number[] {
  const starts = [0];
  for (const units of [D, ...hidden, D]) starts.push(starts.at(-1)! + roundUp(units, UNIT_MULTIPLE));
  return starts;
}

/** Words of the plan of any mask. */
export function planWords({ inputs: D, hidden }: Shape): number {
  const units = hidden.reduce((a, b) => a + b, 0);
  return 4 * (hidden.length + 1) + 3 * (units + D) + hidden.length * (D + 1);
}

/** The walk under `mask` in blocks of `size` positions, 1 … 32. */
export function planWalk(shape: Shape, mask: Mask, size: number): WalkPlan {
  const { inputs: D, hidden } = shape;
  const L = hidden.length;
  const starts = valuesLayout(shape);
  // reached[l][s]: units of layer l with a degree of at most s, which are finished once position s is drawn.
  const reached = [mask.ordering, ...mask.degrees].map((degrees) => {
    const count = new Uint32Array(D + 1);
    for (const m of degrees) count[m]++;
    for (let s = 1; s <= D; s++) count[s] += count[s - 1];
    return count;
  });
  const blocks: PositionBlock[] = [];
  for (let begin = 0; begin < D; begin += size) {
    const end = Math.min(D, begin + size);
    blocks.push({ begin, end, first: reached.map((at) => at[begin]), last: reached.map((at) => at[end]) });
  }

  const words = new Uint32Array(planWords(shape));
  let entry = 4 * (L + 1);
  let table = entry + 3 * (hidden.reduce((a, b) => a + b, 0) + D);
  let triangle = 0;
  for (let m = 0; m <= L; m++) {
    words.set([entry, starts[m], starts[m + 1], m < L ? table : 0], 4 * m);
    for (const { begin, end } of blocks)
      for (let s = begin + 1; s <= end; s++) {
        // Hidden units of degree s see degrees up to s, the output at position s those below.
        const units = m < L ? reached[m + 1][s] - reached[m + 1][s - 1] : 1;
        const first = reached[m][begin];
        const last = reached[m][m < L ? s : s - 1];
        for (let unit = 0; unit < units; unit++) {
          words.set([triangle, first, last], entry);
          triangle += last - first;
          entry += 3;
        }
      }
    if (m === L) break;
    words.set(reached[m + 1], table);
    table += D + 1;
  }
  return { blocks, words, triangle };
}
