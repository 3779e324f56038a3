// Rows whose halves are equal: few bits, and something to learn.

import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";

/** D. */
export const MIRRORED_INPUTS = 6;

/** @param index other rows for another one */
export function mirrored(rows: number, index: number): BinaryRows {
  const half = MIRRORED_INPUTS / 2;
  const random = new Random(5, "sample", index);
  const values = new Uint8Array(rows * MIRRORED_INPUTS);
  for (let r = 0; r < rows; r++)
    for (let d = 0; d < half; d++) {
      const at = r * MIRRORED_INPUTS + d;
      values[at] = values[at + half] = random.below(2);
    }
  return BinaryRows.from(values, MIRRORED_INPUTS);
}
