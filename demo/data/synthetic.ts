// Makes up rows: draws from a model, of which those count that have one value in every column.

import { makeWhole, TURNS } from "../../src/io/whole-rows.ts";
import type { Column } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";

export interface SamplingModel {
  sample(n: number, options: { seed: number }): Promise<BinaryRows>;
}

export interface Synthetic {
  /** As many as were asked for, or fewer where the model hardly ever draws a legal row. */
  readonly rows: BinaryRows;
  /** Draws that it took. */
  readonly drawn: number;
}

export async function makeUp(
  model: SamplingModel,
  columns: readonly Column[],
  n: number,
  seed: number,
): Promise<Synthetic> {
  const draw = (count: number, turn: number) => model.sample(count, { seed: seed * TURNS + turn });
  const { rows, open, drawn } = await makeWhole(columns, await draw(n, 0), ({ length }, turn) => draw(length, turn));
  const without = new Set(open);
  return { rows: rows.take(Array.from({ length: n }, (_, r) => r).filter((r) => !without.has(r))), drawn };
}
