// Binary rows, one bit a value: what goes in and out of a model, and what lies on the GPU as it is.

import { ArgumentError } from "../errors.ts";

/** Row-major 0/1 values (numbers or booleans), flat or one array a row. */
export type BinaryValues = ArrayLike<number | boolean> | readonly ArrayLike<number | boolean>[];

/**
 * `rows` × `inputs` binary values, packed: row r is `wordsPerRow` 32-bit words, input d is bit d mod 32 of word
 * ⌊d / 32⌋, unused bits are 0.
 */
export class BinaryRows {
  /** How many rows there are. */
  readonly rows: number;
  /** D: values a row. */
  readonly inputs: number;
  /** ⌈D / 32⌉. */
  readonly wordsPerRow: number;
  /** The packed bits, (rows, wordsPerRow). */
  readonly words: Uint32Array;

  private constructor(rows: number, inputs: number, words: Uint32Array) {
    this.rows = rows;
    this.inputs = inputs;
    this.wordsPerRow = Math.ceil(inputs / 32);
    this.words = words;
  }

  /**
   * Packs row-major 0/1 values (a typed array, an array of numbers or booleans) or one array a row.
   * @param inputs D; may be left out where `values` holds one array a row.
   * @param options `firstRow`: what errors call the first row (default 0), of rows that are read in pieces.
   * @throws ArgumentError naming row, column and value of the first thing that is not 0 or 1.
   */
  static from(values: BinaryValues, inputs?: number, { firstRow = 0 }: { firstRow?: number } = {}): BinaryRows {
    const nested = values.length > 0 && typeof values[0] === "object";
    const D = inputs ?? (nested ? (values[0] as ArrayLike<number>).length : undefined);
    if (D === undefined || !Number.isSafeInteger(D) || D < 1)
      throw new ArgumentError(`inputs: got ${D}, expected the number of values a row, an integer ≥ 1`);
    const rows = nested ? values.length : values.length / D;
    if (!Number.isInteger(rows))
      throw new ArgumentError(`values: got ${values.length} values, expected a multiple of inputs = ${D}`);
    const packed = BinaryRows.zeros(rows, D);
    const { words, wordsPerRow } = packed;
    for (let r = 0; r < rows; r++) {
      const row = nested ? (values[r] as ArrayLike<number | boolean>) : values;
      const start = nested ? 0 : r * D;
      if (nested && row.length !== D)
        throw new ArgumentError(
          `values: row ${firstRow + r} has ${row.length} values, expected ${D} as in row ${firstRow}`,
        );
      for (let d = 0; d < D; d++) {
        const value = row[start + d] as number | boolean;
        if (value === 1 || value === true) words[r * wordsPerRow + (d >>> 5)] |= 1 << (d & 31);
        else if (value !== 0 && value !== false)
          throw new ArgumentError(`values: row ${firstRow + r}, column ${d} is ${String(value)}, expected 0 or 1`);
      }
    }
    return packed;
  }

  /** `rows` rows of zeros. */
  static zeros(rows: number, inputs: number): BinaryRows {
    return new BinaryRows(rows, inputs, new Uint32Array(rows * Math.ceil(inputs / 32)));
  }

  /** Value of input `column` in row `row`, 0 or 1. */
  get(row: number, column: number): number {
    return (this.words[row * this.wordsPerRow + (column >>> 5)] >>> (column & 31)) & 1;
  }

  /** Rows `start` … `end`−1 as rows of their own (a copy). */
  slice(start = 0, end = this.rows): BinaryRows {
    const words = this.words.slice(start * this.wordsPerRow, end * this.wordsPerRow);
    return new BinaryRows(words.length / this.wordsPerRow, this.inputs, words);
  }

  /** Rows by their numbers, in that order and as often as they are named (a copy). */
  take(numbers: ArrayLike<number>): BinaryRows {
    const { wordsPerRow, words } = this;
    const taken = BinaryRows.zeros(numbers.length, this.inputs);
    for (let i = 0; i < numbers.length; i++)
      taken.words.set(words.subarray(numbers[i] * wordsPerRow, (numbers[i] + 1) * wordsPerRow), i * wordsPerRow);
    return taken;
  }

  /** The values unpacked, row-major, (rows, inputs). */
  toUint8Array(): Uint8Array {
    const { rows, inputs: D } = this;
    const values = new Uint8Array(rows * D);
    for (let r = 0; r < rows; r++) for (let d = 0; d < D; d++) values[r * D + d] = this.get(r, d);
    return values;
  }
}
