// Where the entries of a ZIP archive lie: its directory, read from the archive's end, ZIP64 too. Takes the bytes that matter and
// where they stand, so that an archive may be in memory or in a file; believes nothing in them. No encryption, no archive in
// several parts. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

import { FormatError } from "../errors.ts";

/** An entry as the directory has it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Bytes once unpacked, as declared. */
  readonly size: number;
  /** Where its own header is, and how long that is as far as its name. */
  readonly header: { readonly start: number; readonly length: number };
  readonly nameBytes: Uint8Array;
}

export interface ZipDirectory {
  readonly start: number;
  readonly size: number;
  /** How many entries it has. */
  readonly count: number;
}

const END = { signature: 0x06054b50, size: 22, maxComment: 0xffff };
const END64 = { signature: 0x06064b50, size: 56 };
const LOCATOR64 = { signature: 0x07064b50, size: 20 };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const ENCRYPTED = 1;
// 258 bytes from a length code and a distance code of one bit each.
const MAX_DEFLATE_RATIO = 1032;
const LARGEST_DIRECTORY = 2 ** 26;

/** Bytes at the end of an archive that say where the directory is. */
export const TAIL = END64.size + LOCATOR64.size + END.size + END.maxComment;

/**
 * @param tail the last {@link TAIL} bytes of the archive, or all of a smaller one
 * @param size of the archive
 * @throws FormatError saying what is wrong with the records there
 */
export function findDirectory(tail: Uint8Array, size: number): ZipDirectory {
  const view = viewOf(tail);
  const base = size - tail.length;
  const at = findEnd(view, size);
  const end = base + at;
  const own = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    start: view.getUint32(at + 16, true),
  };
  const parts = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
  // Python writes the ZIP64 records from 2 GiB on, and says in the old one what still goes into it.
  const is64 = hasLocator(view, at) || own.count === 0xffff || own.size === 0xffffffff || own.start === 0xffffffff;
  const directory = is64 ? directory64(view, base, at) : { ...own, end };
  const countHere = is64 ? directory.count : view.getUint16(at + 8, true);
  if (parts.some((part) => part !== 0 && !(is64 && part === 0xffff)) || countHere !== directory.count)
    throw new FormatError(`ZIP: byte ${end}: got a part of a split archive, expected a whole one`);
  if (directory.start + directory.size !== directory.end)
    throw new FormatError(
      `ZIP: byte ${end}: the directory is said to end at byte ${directory.start + directory.size}, expected ${directory.end}`,
    );
  if (directory.size > LARGEST_DIRECTORY)
    throw new FormatError(
      `ZIP: byte ${end}: got a directory of ${directory.size} bytes, expected at most ${LARGEST_DIRECTORY}`,
    );
  return directory;
}

/** Position of the end record, which is the last thing in the file but for a comment of declared length. */
function findEnd(view: DataView, size: number): number {
  const last = view.byteLength - END.size;
  for (let at = last; at >= 0 && at >= last - END.maxComment; at--)
    if (view.getUint32(at, true) === END.signature && at + END.size + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  throw new FormatError(
    `ZIP: got ${size} bytes without an end-of-directory record at their end, expected a whole archive`,
  );
}

const hasLocator = (view: DataView, end: number): boolean =>
  end >= LOCATOR64.size && view.getUint32(end - LOCATOR64.size, true) === LOCATOR64.signature;

/** What the two ZIP64 records before the end record at `end` say; the directory ends where the first of them begins. */
function directory64(view: DataView, base: number, end: number): ZipDirectory & { end: number } {
  const locator = end - LOCATOR64.size;
  const start = hasLocator(view, end) ? u64(view, locator + 8) : Number.NaN;
  const at = start - base;
  if (!(at >= 0 && at + END64.size <= locator && view.getUint32(at, true) === END64.signature))
    throw new FormatError(
      `ZIP: byte ${base + end}: got a ZIP64 archive without the ZIP64 records, expected them before this byte`,
    );
  const [here, count] = [u64(view, at + 24), u64(view, at + 32)];
  if (here !== count || view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0)
    throw new FormatError(`ZIP: byte ${start}: got a part of a split archive, expected a whole one`);
  return { count, size: u64(view, at + 40), start: u64(view, at + 48), end: start };
}

/**
 * @param bytes of the directory
 * @throws FormatError naming the entry that leaves the format, or that there are two of
 */
export function readDirectory(bytes: Uint8Array, { start, size, count }: ZipDirectory): ZipEntry[] {
  const view = viewOf(bytes);
  const end = start + size;
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    const what = `directory entry ${i}`;
    if (at + CENTRAL.size > end) throw misplaced(what, at, end - CENTRAL.size + 1);
    expectSignature(view, at - start, CENTRAL.signature, at, what);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at - start + field, true));
    const next = lengths.reduce((sum, length) => sum + length, at + CENTRAL.size);
    if (next > end)
      throw new FormatError(`ZIP: directory entry ${i} at byte ${at} ends at byte ${next}, expected ≤ ${end}`);
    const entry = readEntry(bytes.subarray(at - start, next - start), at);
    if (names.has(entry.name)) throw new FormatError(`ZIP: byte ${at}: got a second entry named "${entry.name}"`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== end)
    throw new FormatError(`ZIP: byte ${at}: ${count} directory entries end here, expected at byte ${end}`);
  return entries;
}

function readEntry(record: Uint8Array, at: number): ZipEntry {
  const view = viewOf(record);
  const extraStart = CENTRAL.size + view.getUint16(28, true);
  const nameBytes = record.subarray(CENTRAL.size, extraStart);
  const name = decodeName(nameBytes, at);
  const method = view.getUint16(10, true);
  if (view.getUint16(8, true) & ENCRYPTED)
    throw new FormatError(`ZIP: entry "${name}" is encrypted, expected plain data`);
  if (method !== 0 && method !== 8)
    throw new FormatError(`ZIP: entry "${name}": got compression method ${method}, expected 0 (stored) or 8 (deflate)`);
  const extra = record.subarray(extraStart, extraStart + view.getUint16(30, true));
  const [size, packedSize, start] = wide(
    [24, 20, 42].map((field) => view.getUint32(field, true)),
    extra,
    name,
  );
  const possible = method === 0 ? size === packedSize : size <= packedSize * MAX_DEFLATE_RATIO;
  if (!possible)
    throw new FormatError(
      `ZIP: entry "${name}": got ${packedSize} bytes in the archive for ${size} bytes of data, which cannot be`,
    );
  const header = { start, length: LOCAL.size + nameBytes.length };
  return { name, method, crc: view.getUint32(16, true), packedSize, size, header, nameBytes };
}

/** Sizes and places, of which those that are all ones stand in the ZIP64 field (0x0001) among the extra fields. */
function wide(values: readonly number[], extra: Uint8Array, name: string): number[] {
  if (!values.includes(0xffffffff)) return [...values];
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && end <= extra.length) {
      let next = at + 4;
      const read = values.map((value) => {
        if (value !== 0xffffffff) return value;
        next += 8;
        return next <= end ? u64(view, next - 8) : Number.NaN;
      });
      if (!read.includes(Number.NaN)) return read;
    }
    at = end;
  }
  throw new FormatError(`ZIP: entry "${name}": got no ZIP64 field for its sizes, expected one`);
}

/**
 * Where the data of an entry begin.
 * @param bytes of its own header, as many as `header.length` says or as there are
 * @throws FormatError where that header is another entry's, or the data run into the directory
 */
export function dataStart(entry: ZipEntry, bytes: Uint8Array, { start: directory }: ZipDirectory): number {
  const { name, method, packedSize, header, nameBytes } = entry;
  const what = `the header of entry "${name}"`;
  if (header.start + LOCAL.size > directory) throw misplaced(what, header.start, directory - LOCAL.size + 1);
  const view = viewOf(bytes);
  expectSignature(view, 0, LOCAL.signature, header.start, what);
  const sameName =
    view.getUint16(26, true) === nameBytes.length && nameBytes.every((b, i) => b === bytes[LOCAL.size + i]);
  if (!sameName || view.getUint16(8, true) !== method)
    throw new FormatError(
      `ZIP: entry "${name}": its header at byte ${header.start} has another name or method than the directory`,
    );
  const start = header.start + header.length + view.getUint16(28, true);
  if (start + packedSize > directory)
    throw new FormatError(
      `ZIP: entry "${name}": its data end at byte ${start + packedSize}, expected at most ${directory}`,
    );
  return start;
}

/** @throws FormatError unless data that were unpacked are as long as the entry declares, with the checksum that it has */
export function checkUnpacked({ name, size, crc }: ZipEntry, length: number, got: number): void {
  if (length > size) throw new FormatError(`ZIP: entry "${name}": got more than the declared ${size} bytes`);
  if (length < size)
    throw new FormatError(`ZIP: entry "${name}": got ${length} bytes of data, expected the declared ${size}`);
  if (got !== crc)
    throw new FormatError(
      `ZIP: entry "${name}": got data with CRC-32 0x${got.toString(16)}, expected 0x${crc.toString(16)}: the file is damaged`,
    );
}

export const notInflated = ({ name }: ZipEntry, cause: unknown): FormatError =>
  new FormatError(`ZIP: entry "${name}" cannot be inflated: ${cause}`, { cause });

const misplaced = (what: string, at: number, before: number) =>
  new FormatError(`ZIP: ${what} is said to be at byte ${at}, expected before ${before}`);

/** @param at place in `view` that is byte `byte` of the archive */
function expectSignature(view: DataView, at: number, signature: number, byte: number, what: string): void {
  const got = view.getUint32(at, true);
  if (got !== signature)
    throw new FormatError(
      `ZIP: byte ${byte}: got 0x${got.toString(16)}, expected 0x${signature.toString(16)}: ${what}`,
    );
}

function decodeName(bytes: Uint8Array, at: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`ZIP: byte ${at}: got a name that is not UTF-8`, { cause });
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Above 2^53 it is rounded, but then it is no place in a file either way. */
const u64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
