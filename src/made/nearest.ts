// The rows of a set that differ from given ones in fewest bits: the search on the CPU, and the list of the best that the one
// on the GPU (gpu/nearest.ts) also ends with.

import { ArgumentError } from "../errors.ts";
import { checkRows } from "./fit.ts";
import type { Network } from "./network.ts";
import type { BinaryRows } from "./rows.ts";

/** The k nearest rows of a set, nearest first; of rows as far away the one with the lower number comes first. */
export interface Neighbours {
  /** Numbers of rows of the set, (rows, k). */
  indices: Uint32Array;
  /** Inputs in which they differ, (rows, k). */
  distances: Uint32Array;
}

/** Searches a set for the `k` rows nearest to each of `rows`, on the network's engine. */
export async function nearest(
  { network, config: { inputs } }: { readonly network: Network; readonly config: { readonly inputs: number } },
  rows: BinaryRows,
  among: BinaryRows,
  k: number,
  signal?: AbortSignal,
): Promise<Neighbours> {
  checkRows("rows", rows, inputs);
  checkRows("among", among, inputs);
  if (!Number.isSafeInteger(k) || k < 1 || k > among.rows)
    throw new ArgumentError(`k: got ${k}, expected an integer in 1 … ${among.rows}, as many rows as there are`);
  const loaded = await network.load(rows);
  const set = await network.load(among).catch((error) => {
    loaded.dispose();
    throw error;
  });
  try {
    return await network.nearest(loaded, set, k, signal);
  } finally {
    loaded.dispose();
    set.dispose();
  }
}

/** The `k` nearest of the rows of a set that were looked at so far, in order. */
export class Nearest {
  readonly #k: number;
  readonly #best: { distance: number; index: number }[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  /** Takes a row of the set into account; those before it have lower numbers. */
  add(distance: number, index: number): void {
    const best = this.#best;
    if (best.length === this.#k && distance >= best[this.#k - 1].distance) return;
    let i = best.length === this.#k ? this.#k - 1 : best.length;
    for (; i > 0 && best[i - 1].distance > distance; i--) best[i] = best[i - 1];
    best[i] = { distance, index };
  }

  /** Writes them as row `row` of `into`. */
  write(into: Neighbours, row: number): void {
    this.#best.forEach(({ distance, index }, i) => {
      into.indices[row * this.#k + i] = index;
      into.distances[row * this.#k + i] = distance;
    });
  }
}

/** The `k` rows of `among` nearest to row `r` of `rows`. */
export function nearestTo(rows: BinaryRows, r: number, among: BinaryRows, k: number): Nearest {
  const { words, wordsPerRow } = among;
  const own = rows.words.subarray(r * wordsPerRow, (r + 1) * wordsPerRow);
  const nearest = new Nearest(k);
  for (let other = 0; other < among.rows; other++) {
    let distance = 0;
    for (let w = 0; w < wordsPerRow; w++) distance += countOneBits(own[w] ^ words[other * wordsPerRow + w]);
    nearest.add(distance, other);
  }
  return nearest;
}

/** Ones in a 32-bit word (Warren, "Hacker's Delight", section 5-1). */
function countOneBits(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
