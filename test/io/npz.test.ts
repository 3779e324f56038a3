// NPZ: NumPy's archives come back value for value; damage, bombs and other archives are refused.

import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError } from "../../src/errors.ts";
import { parseNpz, readSplits } from "../../src/io/npz.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { concat, fixture, npy, npyBytes, parsed, u16, zip } from "./support.ts";

const ROWS = { train: 30, valid: 7, test: 11 };
// The formula of test/fixtures/generate.py.
const want = (rows: number, split: number) =>
  BinaryRows.from(
    Array.from({ length: rows * 20 }, (_, i) => Number((Math.floor(i / 20) * 37 + (i % 20) * 11 + split * 5) % 13 < 3)),
    20,
  );
const npz = (arrays: Record<string, Uint8Array>) =>
  zip(...Object.entries(arrays).map(([key, data]) => ({ name: `${key}.npy`, data })));

describe("parseNpz", () => {
  it("reads stored and deflated archives, in their order", () => {
    const stored = parseNpz(fixture("splits-stored.npz"));
    const deflated = parseNpz(fixture("splits-deflated.npz"));
    expect([...stored.keys()]).toEqual(["train_data", "valid_data", "test_data"]);
    for (const [key, { shape, dtype, data }] of stored) {
      expect(dtype).toBe("bool");
      expect(deflated.get(key)).toEqual({ shape, dtype: "float32", data: Float32Array.from(data) });
    }
  });

  it("reads sparse data that deflate shrank 700 times", () => {
    const { shape, data } = parseNpz(fixture("sparse.npz")).get("sparse")!;
    expect(shape).toEqual([1000, 1600]);
    expect(data.findIndex((value, i) => value !== Number(i % 9973 === 0))).toBe(-1);
  });

  it("inflates data of many chunks as zlib deflated them", () => {
    const random = new Random(1, "shuffle");
    // Stretches of noise and of repetition, of many lengths.
    const data = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i % 30_011 < 20_000 ? random.below(256) : i % 7));
    const file = npz({ noise: npyBytes(data, 1000) });
    expect(file.length).toBeGreaterThan(600_000);
    const values = parseNpz(file).get("noise")!.data;
    expect([values.length, values.findIndex((value, i) => value !== data[i])]).toEqual([1_000_000, -1]);
  });

  it("leaves entries alone that are no arrays, and reads archives with a comment or without entries", () => {
    const array = { name: "a.npy", data: npyBytes([1, 0], 2) };
    const file = zip({ name: "folder/", data: new Uint8Array() }, array, {
      name: "notes.txt",
      data: concat("hello"),
      crc: 1,
    });
    expect([...parseNpz(file).keys()]).toEqual(["a"]);
    const comment = concat(file.subarray(0, -2), u16(5), "hello");
    expect([...parseNpz(comment).keys()]).toEqual(["a"]);
    expect(parseNpz(zip()).size).toBe(0);
  });

  it("keeps the error of the array inside, and says which entry", () => {
    const file = npz({ good: npyBytes([1], 1), bad: npy("{}") });
    expect(() => parseNpz(file)).toThrow('NPZ: entry "bad.npy": NPY header, byte 10: got the keys (none)');
  });

  it.each([
    ["text", concat("hello, world, this is no archive"), "without an end-of-directory record"],
    ["nothing", new Uint8Array(), "got 0 bytes without an end-of-directory record"],
    [
      "bytes before the archive",
      concat("x", zip({ name: "a.npy", data: concat("a") })),
      "the directory is said to end at",
    ],
    ["encrypted data", zip({ name: "a.npy", data: concat("a"), flags: 1 }), 'entry "a.npy" is encrypted'],
    ["another compression", zip({ name: "a.npy", data: concat("a"), method: 12 }), "got compression method 12"],
    [
      "two entries of one name",
      zip({ name: "a.npy", data: concat("a") }, { name: "a.npy", data: concat("b") }),
      "second entry",
    ],
    ["a name that is not UTF-8", zip({ name: [0x61, 0xff], data: concat("a") }), "a name that is not UTF-8"],
    [
      "two names for one entry",
      zip({ name: "a.npy", localName: "b.npy", data: concat("a") }),
      "another name or method",
    ],
    ["another checksum", zip({ name: "a.npy", data: concat("a"), crc: 7 }), "expected 0x7: the file is damaged"],
    ["another checksum, stored", zip({ name: "a.npy", data: concat("a"), crc: 7, method: 0 }), "expected 0x7"],
    [
      "a stored entry of another size",
      zip({ name: "a.npy", data: concat("a"), method: 0, size: 2 }),
      "which cannot be",
    ],
    [
      "less data than declared",
      zip({ name: "a.npy", data: concat("aaaa"), size: 5 }),
      "got 4 bytes of data, expected the declared 5",
    ],
    [
      "more data than declared",
      zip({ name: "a.npy", data: concat("aaaa"), size: 3 }),
      "more than the declared 3 bytes",
    ],
  ])("refuses %s", (_, file, message) => {
    expect(() => parseNpz(file)).toThrow(FormatError);
    expect(() => parseNpz(file)).toThrow(message);
  });

  it("refuses ZIP64 and split archives by name", () => {
    const file = zip({ name: "a.npy", data: concat("a") });
    const end = file.length - 22;
    const edited = (at: number, ...values: number[]) => {
      const copy = file.slice();
      copy.set(values, end + at);
      return copy;
    };
    expect(() => parseNpz(edited(10, 255, 255))).toThrow("got a ZIP64 archive");
    expect(() => parseNpz(edited(4, 1))).toThrow("got a part of a split archive");
    expect(() => parseNpz(edited(8, 2, 0, 2))).toThrow("directory entry 1");
    expect(() => parseNpz(edited(8, 0, 0, 0))).toThrow("0 directory entries end here");
  });

  it("keeps the foreign error as the cause where inflating fails", () => {
    const file = zip({ name: "a.npy", data: Uint8Array.from({ length: 300 }, (_, i) => (i * i) >> 3) });
    file[35] = 0b111; // the first byte of the data: a last block, of the type that does not exist
    const error = (() => {
      try {
        return parseNpz(file);
      } catch (thrown) {
        return thrown;
      }
    })() as FormatError;
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain('entry "a.npy" cannot be inflated');
    expect((error.cause as Error).message).toBe("invalid block type");
  });

  it("takes no memory for what an archive only declares, and no time for what it does not", () => {
    const declared = zip({ name: "a.npy", data: concat("aaaa"), size: 2 ** 31 });
    expect(() => parseNpz(declared)).toThrow("for 2147483648 bytes of data, which cannot be");
    const bomb = zip({ name: "a.npy", data: new Uint8Array(64_000_000) });
    expect(() => parseNpz(bomb, { maxBytes: 1e6 })).toThrow(
      "declare 64000000 bytes, expected at most maxBytes = 1000000",
    );
    const twice = zip(...["a", "b"].map((key) => ({ name: `${key}.npy`, data: new Uint8Array(600_000) })));
    expect(() => parseNpz(twice, { maxBytes: 1e6 })).toThrow("declare 1200000 bytes");
    const hidden = zip({ name: "a.npy", data: new Uint8Array(64_000_000), size: 1000 });
    const before = process.memoryUsage().arrayBuffers;
    expect(() => parseNpz(hidden)).toThrow("more than the declared 1000 bytes");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
    expect(() => parseNpz(bomb, { maxBytes: -1 })).toThrow(ArgumentError);
  });

  for (const name of ["splits-stored.npz", "splits-deflated.npz"]) {
    const original = fixture(name);
    const arrays = parseNpz(original);

    it(`notices any one changed bit of ${name}, or is not touched by it`, () => {
      for (let at = 0; at < original.length; at++) {
        const file = Uint8Array.from(original);
        file[at] ^= 1 << (at % 8);
        expect(parsed(() => parseNpz(file)) ?? arrays).toEqual(arrays);
      }
    });
  }
});

describe("readSplits", () => {
  it("packs the three splits, from booleans and from floats", () => {
    for (const name of ["splits-stored.npz", "splits-deflated.npz"]) {
      const splits = readSplits(fixture(name));
      (["train", "valid", "test"] as const).forEach((split, s) => {
        expect(splits[split]).toEqual(want(ROWS[split], s));
      });
    }
  });

  it("names a missing key and the keys there are", () => {
    expect(() => readSplits(fixture("splits-missing.npz"))).toThrow(
      'got no array "valid_data", expected it among train_data, test_data',
    );
    expect(() => readSplits(zip())).toThrow('got no array "train_data", expected it among (none)');
  });

  it("names key, row, column and value of what is not binary, and widths that differ", () => {
    const file = npz({ train_data: npyBytes([0, 1, 1, 2], 2) });
    expect(() => readSplits(file)).toThrow("train_data: values: row 1, column 1 is 2, expected 0 or 1");
    const [two, three] = [npyBytes([0, 1], 2), npyBytes([0, 1, 1], 3)];
    expect(() => readSplits(npz({ train_data: two, valid_data: three, test_data: two }))).toThrow(
      "valid_data has 3 columns, expected 2 as in train_data",
    );
  });
});
