// Reads NumPy's .npz format: a ZIP archive of .npy arrays, stored or deflated. And the three splits that binary
// data sets for density estimation are commonly published as.

import { ArgumentError, FormatError } from "../errors.ts";
import type { BinaryRows } from "../made/rows.ts";
import { toBinaryRows } from "./binary-rows.ts";
import { asBytes, type FileBytes, type NdArray } from "./elements.ts";
import { parseNpy } from "./npy.ts";
import { unzip } from "./zip.ts";

/** How much an archive may ask for. */
export interface NpzOptions {
  /** Most bytes that the unpacked arrays may take together (default 2 GiB); more is a FormatError, before any is taken. */
  maxBytes?: number;
}

/** Rows to learn from, to choose by, and to report. */
export interface Splits {
  /** `train_data`, to learn from. */
  train: BinaryRows;
  /** `valid_data`, to stop early and choose by. */
  valid: BinaryRows;
  /** `test_data`, to report. */
  test: BinaryRows;
}

const SUFFIX = ".npy";

/**
 * Reads every array of an archive, by its key as NumPy gives it (the entry's name without `.npy`). Entries that are
 * no `.npy` are left alone.
 * @throws FormatError saying which entry is wrong, and where.
 */
export function parseNpz(file: FileBytes, { maxBytes = 2 ** 31 }: NpzOptions = {}): Map<string, NdArray> {
  if (!(maxBytes >= 0)) throw new ArgumentError(`maxBytes: got ${maxBytes}, expected a number of bytes ≥ 0`);
  const entries = unzip(asBytes(file), { maxBytes, wanted: (name) => name.endsWith(SUFFIX) });
  const arrays = new Map<string, NdArray>();
  for (const [name, bytes] of entries) {
    try {
      arrays.set(name.slice(0, -SUFFIX.length), parseNpy(bytes));
    } catch (cause) {
      throw new FormatError(`NPZ: entry "${name}": ${(cause as Error).message}`, { cause });
    }
    entries.delete(name); // each array is a copy: let go of the bytes it came from
  }
  return arrays;
}

/**
 * Reads `train_data`, `valid_data` and `test_data`, each rows × inputs of 0 and 1.
 * @throws FormatError if one is missing or not binary, or their rows differ in width.
 */
export function readSplits(file: FileBytes, options?: NpzOptions): Splits {
  const arrays = parseNpz(file, options);
  const read = (key: string) => {
    const array = arrays.get(key);
    if (!array)
      throw new FormatError(
        `NPZ: got no array "${key}", expected it among ${[...arrays.keys()].join(", ") || "(none)"}`,
      );
    return toBinaryRows(array, key);
  };
  const splits = { train: read("train_data"), valid: read("valid_data"), test: read("test_data") };
  const { train } = splits;
  for (const [name, { inputs }] of Object.entries(splits))
    if (inputs !== train.inputs)
      throw new FormatError(`NPZ: ${name}_data has ${inputs} columns, expected ${train.inputs} as in train_data`);
  return splits;
}
