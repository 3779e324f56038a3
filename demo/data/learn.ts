// What of a table a model learns from: which rows, which of them choose the weights, and how large a model. Knows no page
// and no engine.

import { FormatError } from "../../src/errors.ts";
import type { EncodedRows } from "../../src/io/table.ts";
import { type Column, inputsOf } from "../../src/made/columns.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import { Random } from "../../src/made/random.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { count } from "./table.ts";

export interface LearningRows {
  readonly train: BinaryRows;
  readonly validation: BinaryRows;
  /** What was taken, in a sentence. */
  readonly words: string;
}

/** Share of the rows that choose the best weights and are not trained on. */
const VALIDATION = 0.15;
const FEWEST = 20;

/**
 * Rows without missing cells, where these are at least half; else all rows, with a value in every missing cell that is drawn
 * from its column.
 * @throws FormatError where there are too few
 */
export function rowsToLearn(
  { rows, observed, missing }: EncodedRows,
  columns: readonly Column[],
  seed: number,
): LearningRows {
  const whole = [...Array(rows.rows).keys()].filter((r) => isWhole(observed, r));
  const enough = missing === 0 || 2 * whole.length >= rows.rows;
  const from = enough ? rows.take(whole) : filledByChance(rows, observed, columns, seed);
  if (from.rows < FEWEST)
    throw new FormatError(
      `got ${count(from.rows, "row")} without missing cells, expected at least ${FEWEST} to learn from`,
    );
  const order = new Random(seed, "shuffle").permutation(from.rows); // those of epochs have indices from 1
  const held = Math.max(1, Math.round(VALIDATION * from.rows));
  const [validation, train] = [from.take(order.subarray(0, held)), from.take(order.subarray(held))];
  const which =
    missing === 0
      ? ""
      : enough
        ? `; ${count(rows.rows - whole.length, "row")} with missing cells stand aside`
        : "; missing cells have a value from elsewhere in their column meanwhile, as most rows have some";
  return { train, validation, words: `${count(train.rows, "row")} to learn from, ${held} to check by${which}.` };
}

function isWhole({ words, wordsPerRow, inputs }: BinaryRows, r: number): boolean {
  for (let w = 0; w < wordsPerRow; w++) {
    const all = w < wordsPerRow - 1 || inputs % 32 === 0 ? 0xffffffff : 2 ** (inputs % 32) - 1;
    if (words[r * wordsPerRow + w] !== all) return false;
  }
  return true;
}

function filledByChance(rows: BinaryRows, observed: BinaryRows, columns: readonly Column[], seed: number): BinaryRows {
  const filled = rows.slice();
  let first = 0;
  for (const [c, { inputs }] of columns.entries()) {
    const random = new Random(seed, "resample", c);
    const known = [...Array(rows.rows).keys()].filter((r) => observed.get(r, first));
    for (let r = 0; r < rows.rows; r++) {
      if (observed.get(r, first)) continue;
      const from = known[Math.floor(random.uniform() * known.length)];
      for (let d = first; d < first + inputs.length; d++)
        if (rows.get(from, d)) filled.words[r * filled.wordsPerRow + (d >>> 5)] |= 1 << (d & 31);
    }
    first += inputs.length;
  }
  return filled;
}

/** A model for these columns, asked under any order of its inputs, so that any cell may be missing. */
export function modelFor(columns: readonly Column[], seed: number): MadeConfig {
  const inputs = inputsOf(columns);
  return {
    inputs,
    hidden: [Math.min(500, Math.max(64, 4 * inputs))],
    directConnections: true,
    ordering: "random",
    masks: 8,
    seed,
    inputNames: columns.flatMap((column) => column.inputs),
    columns,
  };
}

/** How it is trained. */
export const FIT = { epochs: 300, patience: 25, batchSize: 50, learningRate: 5e-3 };
