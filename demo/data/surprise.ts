// How surprising each row is to a model, and because of which cells: log p of the rows, and what every column of the table
// adds to it.

import { groupsOf } from "../../src/io/choices.ts";
import type { Column } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";

export interface ScoringModel {
  logProb(rows: BinaryRows): Promise<Float64Array>;
  logProbByInput(rows: BinaryRows): Promise<Float64Array>;
}

export interface Ranking {
  /** Numbers of the rows, the most surprising first; of rows as surprising the one that comes first in the table. */
  readonly order: Uint32Array;
  /** log p in nats, (rows). */
  readonly logProb: Float64Array;
  /** What each column adds to log p, in nats, (rows, columns): a row's numbers sum to its log p. */
  readonly byColumn: Float32Array;
  /** The mean of that over the rows, (columns): some columns are hard to foresee for everybody. */
  readonly usual: Float64Array;
}

/** A cell that makes its row unlikely. */
export interface Reason {
  /** Number of its column in the mapping. */
  readonly column: number;
  /** By how many nats it makes the row less likely than that column usually does. */
  readonly nats: number;
}

const AT_A_TIME = 4096;
/** Nats from which on a cell is a reason: e times less likely than usual. */
const LEAST = 1;

/** @param onProgress gets the share of the rows that is done */
export async function rank(
  model: ScoringModel,
  columns: readonly Column[],
  rows: BinaryRows,
  onProgress?: (share: number) => void,
): Promise<Ranking> {
  const groups = groupsOf(columns);
  const C = columns.length;
  const D = rows.inputs;
  const logProb = new Float64Array(rows.rows);
  const byColumn = new Float32Array(rows.rows * C);
  const usual = new Float64Array(C);
  for (let first = 0; first < rows.rows; first += AT_A_TIME) {
    const part = rows.slice(first, Math.min(rows.rows, first + AT_A_TIME));
    logProb.set(await model.logProb(part), first);
    const cells = await model.logProbByInput(part);
    for (let r = 0; r < part.rows; r++)
      for (const [c, { column, first: d0 }] of groups.entries()) {
        let sum = 0;
        for (let d = d0; d < d0 + column.inputs.length; d++) sum += cells[r * D + d];
        byColumn[(first + r) * C + c] = sum;
        usual[c] += sum / rows.rows;
      }
    onProgress?.((first + part.rows) / rows.rows);
  }
  const order = Uint32Array.from(logProb.keys()).sort((a, b) => logProb[a] - logProb[b] || a - b);
  return { order, logProb, byColumn, usual };
}

/** The cells that make a row less likely than usual, the worst first. */
export function reasons({ byColumn, usual }: Ranking, row: number): Reason[] {
  const C = usual.length;
  return Array.from(usual, (its, column) => ({ column, nats: its - byColumn[row * C + column] }))
    .filter(({ nats }) => nats >= LEAST)
    .sort((a, b) => b.nats - a.nats);
}
