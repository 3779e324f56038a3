// Arrays row by row: the same values as from a whole file in memory, and of a bad one the same sentence, wherever the bytes are
// cut; nothing is read that was not asked for.

import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { type ByteSource, openArray } from "../../src/io/array-reader.ts";
import type { ArrayFormat, NdArray } from "../../src/io/elements.ts";
import { IDX, parseIdx } from "../../src/io/idx.ts";
import { NPY, parseNpy } from "../../src/io/npy.ts";
import { concat, damage, fixture, npy, npyBytes, u32big } from "./support.ts";

/** Bytes in memory, `size` at a time. */
const sourceOf = (bytes: Uint8Array, size: number): ByteSource => ({
  size: bytes.length,
  async *from(start) {
    for (let at = start; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  },
  check: async () => {},
});

/** The array put together from `rows` rows at a time. */
async function readAll(source: ByteSource, format: ArrayFormat, rows: number): Promise<NdArray> {
  const { shape, dtype, rows: read } = await openArray(source, format);
  const values: number[] = [];
  let data: NdArray["data"] | undefined;
  let first = 0;
  for await (const piece of read(rows)) {
    expect(piece.shape).toEqual([Math.min(rows, shape[0] - first), ...shape.slice(1)]);
    expect(piece.dtype).toBe(dtype);
    first += piece.shape[0];
    values.push(...piece.data);
    data = piece.data;
  }
  expect(first).toBe(shape[0]);
  const ArrayType = (data?.constructor ?? Float32Array) as Float64ArrayConstructor;
  return { shape, dtype, data: ArrayType.from(values) };
}

const names = readdirSync(new URL("../fixtures/npy", import.meta.url)).filter(
  (name) => !/^(scalar|beyond|unreadable)/.test(name),
);
const idx = (type: number, shape: number[], data: number[]) =>
  concat([0, 0, type, shape.length], shape.flatMap(u32big), data);

describe("openArray", () => {
  it.each(names)("reads %s as parseNpy does, in whatever pieces", async (name) => {
    const file = fixture(`npy/${name}`);
    for (const [size, rows] of [
      [1, 1],
      [7, 3],
      [64, 2],
      [4096, 1000],
    ])
      expect(await readAll(sourceOf(file, size), NPY, rows)).toEqual(parseNpy(file));
  });

  it("reads IDX as parseIdx does", async () => {
    const bytes = idx(
      8,
      [5, 2, 3],
      Array.from({ length: 30 }, (_, i) => i),
    );
    const shorts = idx(
      0x0b,
      [4, 3],
      Array.from({ length: 24 }, (_, i) => (i * 37) % 256),
    );
    for (const [size, rows] of [
      [1, 2],
      [5, 1],
      [100, 4],
    ]) {
      expect(await readAll(sourceOf(bytes, size), IDX, rows)).toEqual(parseIdx(bytes));
      expect(await readAll(sourceOf(shorts, size), IDX, rows)).toEqual(parseIdx(shorts));
    }
  });

  const outcome = async (run: () => unknown) => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
  };
  const bools = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (9, 2), }", Array(18).fill(1));
  it.each<[string, Uint8Array, ArrayFormat, (file: Uint8Array) => NdArray]>([
    ["booleans", bools, NPY, parseNpy],
    ["64-bit integers", fixture("npy/i8-big-c.npy"), NPY, parseNpy],
    ["Fortran order", fixture("npy/i2-little-fortran.npy"), NPY, parseNpy],
    ["IDX", idx(0x0b, [6, 4], Array(48).fill(3)), IDX, parseIdx],
  ])("says of damage and of cuts what the whole file's reader says: %s", async (_, original, format, parse) => {
    let refused = 0;
    const files = [
      ...Array.from({ length: original.length }, (_, length) => original.subarray(0, length)),
      ...Array.from({ length: 600 }, (_, seed) => damage(original, seed)),
    ];
    for (const file of files) {
      const want = await outcome(() => parse(file));
      if (typeof want === "string") refused++;
      else if (want && (want as NdArray).shape.length === 0) continue; // no rows to read
      expect(await outcome(() => readAll(sourceOf(file, 5), format, 2))).toEqual(want);
    }
    expect(refused).toBeGreaterThan(original.length + 200);
  });

  it("names the entry it is within, and lets damage have the first word", async () => {
    const file = npyBytes([1, 0, 1, 0], 2);
    const broken = { ...sourceOf(file.subarray(0, -1), 9), size: file.length - 1 };
    await expect(openArray(broken, NPY, 'NPZ: entry "x.npy"')).rejects.toThrow(
      /^NPZ: entry "x.npy": NPY: got 3 bytes of data from byte \d+ on, expected 4 for shape \(2, 2\) of uint8$/,
    );
    const damaged = {
      ...broken,
      check: async () => {
        throw new FormatError("the checksum is wrong");
      },
    };
    await expect(openArray(damaged, NPY, "NPZ")).rejects.toThrow(/^the checksum is wrong$/);
    // Values too, which come to light while rows are read.
    const rows = bools.slice();
    rows[rows.length - 1] = 7;
    const reader = await openArray({ ...sourceOf(rows, 9), check: damaged.check }, NPY);
    const read = reader.rows(4);
    await read.next();
    await read.next();
    await expect(read.next()).rejects.toThrow(/^the checksum is wrong$/);
  });

  it("reads no further than the rows that are asked for", async () => {
    const head = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000, 100), }");
    const size = head.length + 8 * 1e12;
    let given = 0;
    const endless: ByteSource = {
      size,
      async *from(start) {
        const piece = new Uint8Array(1000);
        if (start < head.length) yield head.subarray(start);
        for (;;) {
          given += piece.length;
          yield piece;
        }
      },
      check: async () => {},
    };
    const { shape, rows } = await openArray(endless, NPY);
    expect(shape).toEqual([1e10, 100]);
    let count = 0;
    for await (const { data } of rows(50)) {
      expect(data).toEqual(new Float64Array(5000));
      if (++count === 3) break;
    }
    expect(given).toBeLessThanOrEqual(3 * 50 * 800 + 1000);
  });

  it("refuses a header that no array here has", async () => {
    const long = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1), }", [1]).slice();
    const file = concat(long.subarray(0, 6), [2, 0, 255, 255, 255, 127], long.subarray(10));
    const source = { ...sourceOf(file, 50), size: 2 ** 32 };
    await expect(openArray(source, NPY)).rejects.toThrow("got a header of 2147483659 bytes, expected at most 1048576");
  });
});
