// From intensities (grey values, probabilities) to packed binary rows, by a threshold or by one fixed draw a value.

import { ArgumentError } from "../errors.ts";
import { Random } from "../made/random.ts";
import { BinaryRows } from "../made/rows.ts";

/** Row-major intensities: bytes in 0 … 255, anything else in 0 … 1. */
export type Intensities = Uint8Array | Uint8ClampedArray | Float32Array | Float64Array | readonly number[];

/** How intensities become bits: by a threshold, or by one draw a value from a seed. */
export type BinarizeOptions = {
  /** D: values a row. */
  inputs: number;
  /** Number of the first row (default 0), for errors and for draws: a row's hang on its number, not on what is read with it. */
  firstRow?: number;
} & (
  | {
      /** A value becomes 1 iff it is above this share, in 0 … 1, of the greatest intensity. */
      threshold: number;
    }
  | {
      /** A value becomes 1 with the probability that its intensity states; the same seed draws the same bits. */
      seed: number;
    }
);

/**
 * Binarises rows of intensities.
 * @throws ArgumentError if an option is outside its domain, or naming row, column and value of a bad intensity.
 */
export function binarize(values: Intensities, options: BinarizeOptions): BinaryRows {
  const { inputs: D, firstRow = 0 } = options;
  if (!Number.isSafeInteger(D) || D < 1)
    throw new ArgumentError(`inputs: got ${D}, expected the number of values a row, an integer ≥ 1`);
  if (!Number.isInteger(values.length / D))
    throw new ArgumentError(`values: got ${values.length} values, expected a multiple of inputs = ${D}`);
  if (!Number.isSafeInteger(firstRow) || firstRow < 0)
    throw new ArgumentError(`firstRow: got ${firstRow}, expected the number of a row, an integer ≥ 0`);
  const isOne = "seed" in options ? drawing(options.seed) : above(options.threshold);
  const greatest = values instanceof Uint8Array || values instanceof Uint8ClampedArray ? 255 : 1;

  const packed = BinaryRows.zeros(values.length / D, D);
  const { rows, words, wordsPerRow } = packed;
  for (let r = 0; r < rows; r++) {
    const rule = isOne(firstRow + r);
    for (let d = 0; d < D; d++) {
      const value = values[r * D + d];
      if (!(value >= 0 && value <= greatest))
        throw new ArgumentError(
          `values: row ${firstRow + r}, column ${d} is ${value}, expected an intensity in 0 … ${greatest}`,
        );
      if (rule(value / greatest)) words[r * wordsPerRow + (d >>> 5)] |= 1 << (d & 31);
    }
  }
  return packed;
}

/** For one row, what makes each of its intensities a 1, asked column by column. */
type Rule = (row: number) => (intensity: number) => boolean;

function above(threshold: number): Rule {
  if (!(threshold >= 0 && threshold <= 1))
    throw new ArgumentError(`threshold: got ${threshold}, expected a share of the greatest intensity, in 0 … 1`);
  return () => (intensity) => intensity > threshold;
}

function drawing(seed: number): Rule {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`seed: got ${seed}, expected an integer in 0 … 2⁵³−1`);
  return (row) => {
    const random = new Random(seed, "binarize", row);
    return (intensity) => random.uniform() < intensity;
  };
}
