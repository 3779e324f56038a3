// ZIP64: archives of any size, by fields of eight bytes, as Python writes them (when told to do so for a small one) and built by
// hand from the format's definition.

import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { parseNpz, readSplits } from "../../src/io/npz.ts";
import { concat, fixture, npyBytes, u16, u32 } from "./support.ts";

const u64 = (n: number) => [...u32(n >>> 0), ...u32(Math.floor(n / 2 ** 32))];
const ALL_ONES = 2 ** 32 - 1;

interface Stated {
  /** The extra fields of the directory's entry. */
  extra?: (size: number) => Uint8Array;
  /** What the ZIP64 records say. */
  count?: number;
  disks?: number;
  recordAt?: (at: number) => number;
}

/** An archive of one stored entry whose sizes and places stand in the ZIP64 fields alone. */
function zip64(name: string, data: Uint8Array, { extra, count = 1, disks = 0, recordAt = (at) => at }: Stated = {}) {
  const common = [u16(0), u16(0), u32(0), u32(crc32(data)), u32(ALL_ONES), u32(ALL_ONES)].flat();
  const sizes = concat(u16(1), u16(16), u64(data.length), u64(data.length));
  const local = concat("PK\x03\x04", u16(45), common, u16(name.length), u16(sizes.length), name, sizes, data);
  const fields =
    extra?.(data.length) ?? concat(u16(7), u16(2), [1, 2], u16(1), u16(24), u64(data.length), u64(data.length), u64(0));
  const record = concat("PK\x01\x02", u16(45), u16(45), common, u16(name.length), u16(fields.length), u16(0));
  const directory = concat(record, u16(0), u16(0), u32(0), u32(ALL_ONES), name, fields);
  const at = local.length + directory.length;
  const place = [u64(count), u64(count), u64(directory.length), u64(local.length)].flat();
  const end64 = concat("PK\x06\x06", u64(44), u16(45), u16(45), u32(disks), u32(0), place);
  const locator = concat("PK\x06\x07", u32(0), u64(recordAt(at)), u32(1));
  const ones = [u16(0xffff), u16(0xffff), u32(ALL_ONES), u32(ALL_ONES)].flat();
  return concat(local, directory, end64, locator, "PK\x05\x06", u16(0), u16(0), ones, u16(0));
}

describe("ZIP64", () => {
  const data = npyBytes([1, 0, 0, 1, 1, 1], 3);

  it("is read as Python writes it, and without the places and sizes of 32 bits", () => {
    const [python, stored] = [readSplits(fixture("zip64.npz")), readSplits(fixture("splits-stored.npz"))];
    expect(python).toEqual(stored);
    const array = parseNpz(zip64("x.npy", data)).get("x")!;
    expect([array.shape, [...array.data]]).toEqual([
      [2, 3],
      [1, 0, 0, 1, 1, 1],
    ]);
  });

  it.each<[string, Stated, string]>([
    ["records that are not there", { recordAt: (at) => at + 1 }, "got a ZIP64 archive without the ZIP64 records"],
    ["records past the end", { recordAt: () => 2 ** 60 }, "got a ZIP64 archive without the ZIP64 records"],
    ["several parts", { disks: 1 }, "got a part of a split archive"],
    ["more entries than there are", { count: 2 ** 40 }, "directory entry 1 is said to be at byte"],
    ["no field for the sizes", { extra: () => concat(u16(7), u16(2), [1, 2]) }, "got no ZIP64 field for its sizes"],
    [
      "a field that is too short",
      { extra: (size) => concat(u16(1), u16(16), u64(size), u64(size)) },
      "got no ZIP64 field for its sizes",
    ],
    [
      "a field that is cut off",
      { extra: (size) => concat(u16(1), u16(24), u64(size), u64(size)) },
      "got no ZIP64 field for its sizes",
    ],
    [
      "an entry behind the directory",
      { extra: (size) => concat(u16(1), u16(24), u64(size), u64(size), u64(2 ** 50)) },
      'the header of entry "x.npy" is said to be at byte 1125899906842624',
    ],
    [
      "data that run into the directory",
      { extra: (size) => concat(u16(1), u16(24), u64(size + 1), u64(size + 1), u64(0)) },
      "its data end at byte",
    ],
  ])("is refused with %s", (_, stated, message) => {
    const file = zip64("x.npy", data, stated);
    expect(() => parseNpz(file)).toThrow(FormatError);
    expect(() => parseNpz(file)).toThrow(message);
  });
});
