// Makes up rows: draws from a model, of which those count that have one value in every column.

import { type Column, inputsOf } from "../../src/made/columns.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { groupsOf, valueAt } from "./groups.ts";

export interface SamplingModel {
  sample(n: number, options: { seed: number }): Promise<BinaryRows>;
}

export interface Synthetic {
  /** As many as were asked for, or fewer where the model hardly ever draws a legal row. */
  readonly rows: BinaryRows;
  /** Draws that it took. */
  readonly drawn: number;
}

/** Most draws for a row. */
const PATIENCE = 20;

export async function makeUp(
  model: SamplingModel,
  columns: readonly Column[],
  n: number,
  seed: number,
): Promise<Synthetic> {
  const groups = groupsOf(columns);
  const rows = BinaryRows.zeros(n, inputsOf(columns));
  let found = 0;
  let drawn = 0;
  for (let turn = 0; found < n && turn < PATIENCE; turn++) {
    const draws = await model.sample(n, { seed: seed * PATIENCE + turn });
    for (let r = 0; r < n && found < n; r++) {
      drawn++;
      if (groups.some((group) => valueAt(group, draws, r) < 0)) continue;
      rows.words.set(draws.words.subarray(r * rows.wordsPerRow, (r + 1) * rows.wordsPerRow), found * rows.wordsPerRow);
      found++;
    }
  }
  return { rows: rows.slice(0, found), drawn };
}
