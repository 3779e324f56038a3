// Packing to one bit a value and back, for widths around the word size, and what is said about values that aren't 0 or 1.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { check } from "./support/models.ts";

const WIDTHS = [1, 31, 32, 33, 64, 65];

/** Values that follow no period of the word size. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i + (i >> 2)) & 1);

describe("BinaryRows", () => {
  test.each(WIDTHS)("of %i values: packed, unpacked, and read one by one", (D) => {
    const values = pattern(5 * D);
    const rows = BinaryRows.from(values, D);
    expect([rows.rows, rows.inputs, rows.wordsPerRow]).toEqual([5, D, Math.ceil(D / 32)]);
    expect(rows.words).toHaveLength(5 * Math.ceil(D / 32));
    expect(rows.toUint8Array()).toEqual(values);
    for (let r = 0; r < 5; r++) for (let d = 0; d < D; d++) expect(rows.get(r, d)).toBe(values[r * D + d]);
  });

  test("input d is bit d mod 32 of word ⌊d/32⌋, and unused bits are 0", () => {
    const values = new Uint8Array(2 * 34);
    for (const d of [0, 5, 31, 33]) values[34 + d] = 1;
    expect([...BinaryRows.from(values, 34).words]).toEqual([0, 0, 0x80000021, 2]);
  });

  test("any 0/1 values survive, from every form they come in", () => {
    check(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (D, count, seed) => {
        const nested = Array.from({ length: count }, (_, r) =>
          Array.from({ length: D }, (_, d) => ((seed >> ((r + d) % 29)) + d) & 1),
        );
        const flat = nested.flat();
        const want = Uint8Array.from(flat);
        expect(BinaryRows.from(nested).toUint8Array()).toEqual(want);
        expect(BinaryRows.from(nested, D).toUint8Array()).toEqual(want);
        expect(BinaryRows.from(nested.map((row) => Float32Array.from(row))).toUint8Array()).toEqual(want);
        expect(BinaryRows.from(flat, D).toUint8Array()).toEqual(want);
        expect(BinaryRows.from(Float64Array.from(flat), D).toUint8Array()).toEqual(want);
        const booleans = flat.map((value) => value === 1);
        expect(BinaryRows.from(booleans, D).toUint8Array()).toEqual(want);
      }),
      100,
    );
  });

  test("no rows at all are rows", () => {
    expect(BinaryRows.from([], 3).rows).toBe(0);
    expect(BinaryRows.from([], 3).toUint8Array()).toHaveLength(0);
  });

  test("zeros", () => {
    expect(BinaryRows.zeros(3, 40).toUint8Array()).toEqual(new Uint8Array(120));
  });

  test.each(WIDTHS)("slice of rows of %i values is a copy of those rows", (D) => {
    const values = pattern(6 * D);
    const rows = BinaryRows.from(values, D);
    const part = rows.slice(2, 5);
    expect([part.rows, part.inputs]).toEqual([3, D]);
    expect(part.toUint8Array()).toEqual(values.slice(2 * D, 5 * D));
    part.words.fill(0);
    expect(rows.toUint8Array()).toEqual(values);
    expect(rows.slice().toUint8Array()).toEqual(values);
    expect(rows.slice(4).rows).toBe(2);
  });

  test.each([
    ["values: row 1, column 2 is 2, expected 0 or 1", () => BinaryRows.from([0, 1, 0, 1, 1, 2], 3)],
    ["values: row 0, column 1 is 0.5, expected 0 or 1", () => BinaryRows.from(Float32Array.of(1, 0.5), 2)],
    ["values: row 0, column 0 is NaN, expected 0 or 1", () => BinaryRows.from([Number.NaN], 1)],
    ["values: row 1, column 0 is -1, expected 0 or 1", () => BinaryRows.from([[1], [-1]])],
    ["values: row 8, column 1 is 3, expected 0 or 1", () => BinaryRows.from([0, 1, 1, 3], 2, { firstRow: 7 })],
    ["values: row 8 has 1 values, expected 2 as in row 7", () => BinaryRows.from([[0, 1], [1]], 2, { firstRow: 7 })],
    ["values: got 7 values, expected a multiple of inputs = 3", () => BinaryRows.from(new Uint8Array(7), 3)],
    ["values: row 1 has 1 values, expected 2 as in row 0", () => BinaryRows.from([[0, 1], [1]])],
    ["inputs: got undefined, expected the number of values a row", () => BinaryRows.from([0, 1])],
    ["inputs: got 0, expected the number of values a row", () => BinaryRows.from([0, 1], 0)],
    ["inputs: got 1.5, expected the number of values a row", () => BinaryRows.from([0, 1], 1.5)],
  ])("%s", (message, act) => {
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
