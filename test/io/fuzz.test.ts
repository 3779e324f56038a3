// Damaged files, by seed: every reader either throws a FormatError or gives exactly what the damaged file says, at
// once and in little memory. 1,000 of each here; npm run fuzz -- --rounds 100000 does more.

import { beforeAll, describe, expect, it } from "vitest";
import { parseIdx } from "../../src/io/idx.ts";
import { parseNpy } from "../../src/io/npy.ts";
import { parseNpz } from "../../src/io/npz.ts";
import { parseSafetensors } from "../../src/io/safetensors.ts";
import { readModel, writeModel } from "../../src/made/file.ts";
import { Made } from "../../src/made/made.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { concat, damage, fixture, npyBytes, parsed, u32big, zip } from "./support.ts";

const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1000);
/** Processor time that one file may take: a file that is read in microseconds would have hung. */
const MOST_MICROSECONDS = 2_000_000;
/** Memory that does not grow with the file: the inflater takes some 400 KB an entry. */
const SLACK = 2 ** 21;

/**
 * Reads damaged copies of `original` and shows `verify` those that are accepted.
 * @param unpacked bytes of its contents
 * @returns how many were refused
 */
function fuzz<T>(original: Uint8Array, { read, verify, unpacked = original.length }: Reader<T>): number {
  let refused = 0;
  for (let seed = 0; seed < ROUNDS; seed++) {
    const file = damage(original, seed);
    const before = { cpu: process.cpuUsage(), memory: process.memoryUsage().arrayBuffers };
    const result = parsed(() => read(file));
    const { user, system } = process.cpuUsage(before.cpu);
    const grown = process.memoryUsage().arrayBuffers - before.memory; // a collection in between makes it smaller
    if (user + system > MOST_MICROSECONDS) throw new Error(`seed ${seed} took ${user + system} µs`);
    if (grown > 3 * Math.max(file.length, unpacked) + SLACK) throw new Error(`seed ${seed} took ${grown} bytes`);
    if (result === undefined) refused++;
    else verify(result, file, `seed ${seed}`);
  }
  return refused;
}

interface Reader<T> {
  read: (file: Uint8Array) => T;
  /** Fails unless `result` is what `file` says. */
  verify: (result: T, file: Uint8Array, name: string) => void;
  unpacked?: number;
}

/** The file that an IDX array came from. */
function printIdx({ shape, dtype, data }: ReturnType<typeof parseIdx>): Uint8Array {
  const type = { uint8: 8, int8: 9, int16: 11, int32: 12, float32: 13, float64: 14 }[dtype as "uint8"];
  const size = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer.slice(0));
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return concat([0, 0, type, shape.length], shape.flatMap(u32big), bytes);
}

/** What a safetensors file says, by the shortest way there is: no check at all. */
function believeSafetensors(file: Uint8Array) {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const { __metadata__, ...entries } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const tensors = Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(entries).map(
    ([name, { dtype, shape, data_offsets: offsets }]) => {
      const [begin, end] = offsets.map((offset) => 8 + length + offset);
      return [name, { dtype, shape, bytes: file.subarray(begin, end) }] as const;
    },
  );
  const covered = tensors.reduce((sum, [, { bytes }]) => sum + bytes.length, 8 + length);
  return { metadata: __metadata__ ?? {}, tensors: Object.fromEntries(tensors), covered };
}

const values = Uint8Array.from({ length: 8000 }, (_, i) => ((i * i) % 3) & 1);

describe(`${ROUNDS} damaged copies`, { timeout: 60_000 + 20 * ROUNDS }, () => {
  const ARCHIVES: [string, Uint8Array][] = [
    ["splits-stored.npz", fixture("splits-stored.npz")],
    ["splits-deflated.npz", fixture("splits-deflated.npz")],
    ["a larger archive", zip({ name: "train_data.npy", data: npyBytes(values, 400) })],
  ];
  it.each(ARCHIVES)("of %s: a FormatError, or the arrays as they were", (_, original) => {
    const arrays = [...parseNpz(original).values()];
    const unpacked = arrays.reduce((sum, { data }) => sum + data.byteLength, 0);
    const refused = fuzz(original, {
      read: (file) => parseNpz(file),
      verify: (read, _, name) => {
        for (const array of read.values()) expect(arrays, name).toContainEqual(array);
      },
      unpacked,
    });
    expect(refused).toBeGreaterThan(0.6 * ROUNDS);
  });

  it("of an NPY file: a FormatError, or as many values as the shape says", () => {
    const refused = fuzz(fixture("npy/i2-little-fortran.npy"), {
      read: parseNpy,
      verify: ({ shape, data }, _, name) =>
        expect(data.length, name).toBe(shape.reduce((product, n) => product * n, 1)),
    });
    expect(refused).toBeGreaterThan(0.5 * ROUNDS);
  });

  const IDX: [string, number, number[], number][] = [
    ["16-bit integers", 0x0b, [3, 4, 2], 48],
    ["doubles", 0x0e, [5, 2], 80],
    ["bytes", 8, [2, 28, 28], 2 * 28 * 28],
  ];
  it.each(IDX)("of an IDX file of %s: a FormatError, or exactly what the file says", (_, type, shape, bytes) => {
    const data = Array.from({ length: bytes }, (_, i) => (i * 5) % 256);
    const original = concat([0, 0, type, shape.length], shape.flatMap(u32big), data);
    const verify = (array: ReturnType<typeof parseIdx>, file: Uint8Array, name: string) =>
      expect(Buffer.compare(printIdx(array), file), name).toBe(0);
    expect(fuzz(original, { read: parseIdx, verify })).toBeGreaterThan(0.3 * ROUNDS);
  });

  let model: Uint8Array;
  beforeAll(async () => {
    const made = await Made.create({ inputs: 4, hidden: [3], masks: 2 }, { device: "cpu" });
    const rows = BinaryRows.from(values.subarray(0, 80), 4);
    await made.fit(rows, { epochs: 2, validation: rows });
    model = await made.save();
  });

  it("of a safetensors file: a FormatError, or exactly what the file says", () => {
    const refused = fuzz(model, {
      read: parseSafetensors,
      verify: ({ metadata, tensors }, file, name) => {
        const want = believeSafetensors(file);
        expect(Object.fromEntries(metadata), name).toEqual(want.metadata);
        expect(Object.fromEntries(tensors), name).toEqual(want.tensors);
        expect(want.covered, name).toBe(file.length);
      },
    });
    expect(refused).toBeGreaterThan(0.4 * ROUNDS);
  });

  it("of a model file: a FormatError, or a model that is the same when it is written and read again", () => {
    const refused = fuzz(model, {
      read: readModel,
      verify: (read, _, name) => expect(readModel(writeModel(read)), name).toEqual(read),
    });
    expect(refused).toBeGreaterThan(0.4 * ROUNDS);
  });
});
