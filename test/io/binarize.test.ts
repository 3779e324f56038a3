// Binarising and packing: thresholds, one fixed draw a value, and what is refused.

import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError } from "../../src/errors.ts";
import { binarize } from "../../src/io/binarize.ts";
import { toBinaryRows } from "../../src/io/binary-rows.ts";
import { Random } from "../../src/made/random.ts";

const bits = (rows: { toUint8Array(): Uint8Array }) => [...rows.toUint8Array()];

describe("binarize", () => {
  it("cuts bytes at a share of 255, and everything else at a share of 1", () => {
    const bytes = [0, 127, 128, 255];
    expect(bits(binarize(Uint8Array.from(bytes), { inputs: 2, threshold: 0.5 }))).toEqual([0, 0, 1, 1]);
    expect(bits(binarize(Uint8ClampedArray.from(bytes), { inputs: 4, threshold: 0 }))).toEqual([0, 1, 1, 1]);
    expect(bits(binarize(Float32Array.of(0, 0.5, 0.51, 1), { inputs: 4, threshold: 0.5 }))).toEqual([0, 0, 1, 1]);
    expect(bits(binarize([0, 0.9, 1], { inputs: 3, threshold: 1 }))).toEqual([0, 0, 0]);
  });

  it("draws each row from its own stream: bit d of row r is 1 iff draw d of stream r is below the intensity", () => {
    const D = 37;
    const values = Uint8Array.from({ length: 5 * D }, (_, i) => (i * 53) % 256);
    const rows = binarize(values, { inputs: D, seed: 3 });
    for (let r = 0; r < 5; r++) {
      const random = new Random(3, "binarize", r);
      for (let d = 0; d < D; d++) expect(rows.get(r, d)).toBe(Number(random.uniform() < values[r * D + d] / 255));
    }
  });

  it("gives a row the same bits whatever is read with it, and other bits under another seed", () => {
    const values = Float64Array.from({ length: 40 * 33 }, (_, i) => ((i * 29) % 101) / 100);
    const all = binarize(values, { inputs: 33, seed: 9 });
    const some = binarize(values.subarray(20 * 33, 30 * 33), { inputs: 33, seed: 9, firstRow: 20 });
    expect(some).toEqual(all.slice(20, 30));
    expect(binarize(values, { inputs: 33, seed: 10 }).words).not.toEqual(all.words);
  });

  it("never makes 0 a 1 or 255 a 0, and is right on average", () => {
    const n = 100_000;
    expect(new Set(bits(binarize(new Uint8Array(n), { inputs: 100, seed: 1 })))).toEqual(new Set([0]));
    expect(new Set(bits(binarize(new Uint8Array(n).fill(255), { inputs: 100, seed: 1 })))).toEqual(new Set([1]));
    const mean = bits(binarize(new Uint8Array(n).fill(51), { inputs: 100, seed: 1 })).reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(mean - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / n)); // four standard errors
  });

  it.each([
    [[0, 1, 2], { inputs: 3, threshold: 0.5 }, "row 0, column 2 is 2, expected an intensity in 0 … 1"],
    [[0, 1, 0, NaN], { inputs: 2, seed: 1 }, "row 1, column 1 is NaN"],
    [[0, 1, 0, NaN], { inputs: 2, threshold: 0.5, firstRow: 20 }, "row 21, column 1 is NaN"],
    [[0, -1], { inputs: 1, seed: 1 }, "row 1, column 0 is -1"],
    [[0, 1, 1], { inputs: 2, seed: 1 }, "got 3 values, expected a multiple of inputs = 2"],
    [[0], { inputs: 0, seed: 1 }, "inputs: got 0"],
    [[0], { inputs: 1, threshold: 128 }, "threshold: got 128, expected a share"],
    [[0], { inputs: 1 } as never, "threshold: got undefined"],
    [[0], { inputs: 1, seed: -1 }, "seed: got -1"],
    [[0], { inputs: 1, seed: 1, firstRow: 0.5 }, "firstRow: got 0.5"],
  ])("refuses %j with %j", (values, options, message) => {
    expect(() => binarize(values, options)).toThrow(ArgumentError);
    expect(() => binarize(values, options)).toThrow(message);
  });
});

describe("toBinaryRows", () => {
  it("packs booleans, integers and floats of 0 and 1", () => {
    for (const [dtype, data] of [
      ["bool", Uint8Array.of(0, 1, 1, 0, 0, 1)],
      ["int64", Float64Array.of(0, 1, 1, 0, 0, 1)],
      ["float32", Float32Array.of(-0, 1, 1, 0, 0, 1)],
    ] as const) {
      const rows = toBinaryRows({ shape: [2, 3], dtype, data });
      expect([rows.rows, rows.inputs, ...bits(rows)]).toEqual([2, 3, 0, 1, 1, 0, 0, 1]);
    }
  });

  it("refuses other values and other shapes, naming the array", () => {
    const array = (shape: number[], ...values: number[]) =>
      ({ shape, dtype: "float32", data: Float32Array.from(values) }) as const;
    expect(() => toBinaryRows(array([2, 2], 0, 1, 0.5, 1), "x")).toThrow(FormatError);
    expect(() => toBinaryRows(array([2, 2], 0, 1, 0.5, 1), "x")).toThrow("x: values: row 1, column 0 is 0.5");
    expect(() => toBinaryRows(array([4], 0, 1, 1, 1))).toThrow("array: got shape (4), expected two axes");
    expect(() => toBinaryRows(array([3, 0]))).toThrow("got 3 rows of 0 values");
  });
});
