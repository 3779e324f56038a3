// Rows whose columns all have a value: what a model draws may have none of a column's indicators, or several, and is drawn again
// then. So the rows come from the model's distribution given that every column has one value: rejection sampling.

import type { Column } from "../made/columns.ts";
import type { BinaryRows } from "../made/rows.ts";
import { type Group, groupsOf, valueAt } from "./choices.ts";

/** Most turns of drawing; none of them draws more rows than the first. */
export const TURNS = 20;

/** Rows, and those of them that are not whole. */
export interface WholeRows {
  readonly rows: BinaryRows;
  /** Numbers of the rows that were not whole in any turn, ascending: the model hardly ever draws such. */
  readonly open: readonly number[];
  /** Draws that it took. */
  readonly drawn: number;
}

/**
 * Draws what is not whole again, each row by itself, until it is or was drawn in vain too often.
 * @param drawn rows of the first turn, which change in place
 * @param again draws the rows of these numbers, of which some may come several times; turns count from 1
 */
export async function makeWhole(
  columns: readonly Column[],
  drawn: BinaryRows,
  again: (numbers: readonly number[], turn: number) => Promise<BinaryRows>,
): Promise<WholeRows> {
  const groups = groupsOf(columns).filter(({ column }) => column.kind === "categories");
  const { rows: n, wordsPerRow, words } = drawn;
  let open = Array.from({ length: n }, (_, r) => r).filter((r) => !isWhole(groups, drawn, r));
  let tries = n;
  let whole = n - open.length;
  for (let turn = 1; open.length > 0 && turn < TURNS; turn++) {
    // As often as it takes one on average to be whole, as far as there is room.
    const wanted = whole > 0 ? Math.ceil(tries / whole) : n;
    const times = Math.max(1, Math.min(wanted, Math.floor(n / open.length)));
    const numbers = open.flatMap((r) => Array<number>(times).fill(r));
    const draws = await again(numbers, turn);
    const found = new Set<number>();
    for (const [i, r] of numbers.entries()) {
      if (!isWhole(groups, draws, i)) continue;
      whole++;
      if (found.has(r)) continue; // the first one counts
      found.add(r);
      words.set(draws.words.subarray(i * wordsPerRow, (i + 1) * wordsPerRow), r * wordsPerRow);
    }
    tries += numbers.length;
    open = open.filter((r) => !found.has(r));
  }
  return { rows: drawn, open, drawn: tries };
}

const isWhole = (groups: readonly Group[], rows: BinaryRows, r: number): boolean =>
  groups.every((group) => valueAt(group, rows, r) >= 0);
