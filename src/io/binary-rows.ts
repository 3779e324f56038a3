// From an array read from a file to packed binary rows. For values that are 0 and 1 already; others go through
// binarize.ts.

import { ArgumentError, FormatError } from "../errors.ts";
import { BinaryRows } from "../made/rows.ts";
import type { NdArray } from "./elements.ts";

/**
 * Packs a matrix (rows, inputs) of booleans, integers or floats that are all 0 or 1.
 * @param name what errors call the array.
 * @throws FormatError if the array is no matrix, or naming row, column and value of the first that is not 0 or 1.
 */
export function toBinaryRows({ shape, data }: NdArray, name = "array"): BinaryRows {
  const [rows, inputs] = shape;
  if (shape.length !== 2)
    throw new FormatError(`${name}: got shape (${shape.join(", ")}), expected two axes, rows and inputs`);
  if (inputs < 1) throw new FormatError(`${name}: got ${rows} rows of ${inputs} values, expected at least 1 a row`);
  try {
    return BinaryRows.from(data, inputs);
  } catch (cause) {
    // What is wrong here is the file, not an argument of the caller's.
    if (cause instanceof ArgumentError) throw new FormatError(`${name}: ${cause.message}`, { cause });
    throw cause;
  }
}
