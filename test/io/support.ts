// What the reader tests share: fixtures, files built by hand, and seeded damage. No tests in here.

import { readFileSync } from "node:fs";
import { crc32, deflateRawSync } from "node:zlib";
import { FormatError } from "../../src/errors.ts";
import { Random } from "../../src/made/random.ts";

/** Bytes of `test/fixtures/<name>`. */
export const fixture = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));

export const concat = (...parts: (ArrayLike<number> | string)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : Array.from(part))),
  );

export const u16 = (n: number) => [n & 255, n >>> 8];
export const u32 = (n: number) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
export const u32big = (n: number) => u32(n).reverse();

/** A version 1.0 .npy file with this header text, as it is. */
export const npy = (header: string, data: ArrayLike<number> = []): Uint8Array =>
  concat([0x93], "NUMPY", [1, 0], u16(header.length), header, data);

/** A .npy of bytes, (rows, inputs). */
export const npyBytes = (data: ArrayLike<number>, inputs: number): Uint8Array =>
  npy(`{'descr': '|u1', 'fortran_order': False, 'shape': (${data.length / inputs}, ${inputs}), }\n`, data);

export interface ZipEntry {
  name: string | readonly number[];
  data: Uint8Array;
  /** Deflated by zlib, unless 0. */
  method?: number;
  /** Overrides, to state what is not so. */
  size?: number;
  crc?: number;
  flags?: number;
  localName?: string;
}

/** A ZIP archive built from the format's definition. */
export function zip(...entries: ZipEntry[]): Uint8Array {
  const locals: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0, ...stated } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const { size = data.length, crc = crc32(data), localName = name } = stated;
    const common = [u16(flags), u16(method), u32(0), u32(crc), u32(packed.length), u32(size)].flat();
    const lengths = (text: ZipEntry["name"]) => [...u16(text.length), ...u16(0)];
    const header = concat("PK\x03\x04", u16(20), common, lengths(localName), localName);
    const record = concat("PK\x01\x02", u16(20), u16(20), common, lengths(name), u16(0), u16(0), u16(0), u32(0));
    directory.push(concat(record, u32(offset), name));
    locals.push(header, packed);
    offset += header.length + packed.length;
  }
  const records = Buffer.concat(directory);
  const count = u16(entries.length);
  const end = concat("PK\x05\x06", u16(0), u16(0), count, count, u32(records.length), u32(offset), u16(0));
  return Uint8Array.from(Buffer.concat([...locals, records, end]));
}

/** Sizes and offsets that programs stumble over, as little-endian bytes; reversed they are big-endian ones. */
const EXTREMES: readonly (readonly number[])[] = [0, 1, 2 ** 15, 2 ** 16 - 1, 2 ** 31, 2 ** 32 - 1]
  .map(u32)
  .flatMap((bytes) => [bytes, bytes.slice(0, 2), [...bytes, 0, 0, 0, 0], [...bytes, 255, 255, 255, 255]])
  .flatMap((bytes) => [bytes, bytes.toReversed()]);

/**
 * `original` with seeded damage: bits changed, an end cut off or added, a piece put elsewhere, a size near either end made
 * extreme, or digits of a text changed.
 */
export function damage(original: Uint8Array, seed: number): Uint8Array {
  const random = new Random(seed, "shuffle");
  const at = () => random.below(original.length);
  const bytes = Array.from(original);
  switch (seed % 6) {
    case 0:
      for (let flips = 1 + random.below(3); flips > 0; flips--) bytes[at()] ^= 1 << random.below(8);
      break;
    case 1:
      bytes.length = at();
      break;
    case 2:
      for (let more = 1 + random.below(40); more > 0; more--) bytes.push(random.below(256));
      break;
    case 3: {
      const from = at();
      const piece = bytes.slice(from, from + 1 + random.below(64));
      bytes.splice(at(), random.below(2) * piece.length, ...piece);
      break;
    }
    case 4: {
      const extreme = EXTREMES[random.below(EXTREMES.length)];
      const from = random.below(Math.min(256, original.length));
      bytes.splice(random.below(2) ? from : original.length - 1 - from, extreme.length, ...extreme);
      break;
    }
    default: {
      const isDigit = (byte: number) => byte >= 48 && byte <= 57;
      const digits = bytes.flatMap((byte, i) => (isDigit(byte) ? [i] : []));
      if (digits.length === 0) bytes.length = at();
      for (let changes = random.below(3); changes >= 0 && digits.length > 0; changes--)
        bytes[digits[random.below(digits.length)]] = 48 + random.below(10);
    }
  }
  return Uint8Array.from(bytes);
}

/** What `parse` returns, or undefined where it throws a FormatError; any other error goes through. */
export function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
