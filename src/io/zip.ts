// Reads a ZIP archive that lies in memory, and believes nothing in it: lengths, sizes and checksums are all checked.
// fflate inflates; the directory is read here. No ZIP64, no encryption, no archive in several parts.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

import { Inflate } from "fflate";
import { FormatError } from "../errors.ts";
import { crc32 } from "./crc32.ts";

interface Entry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: Uint8Array;
  /** Bytes once unpacked, as declared. */
  readonly size: number;
}

const END = { signature: 0x06054b50, size: 22, maxComment: 0xffff };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const ENCRYPTED = 1;
// 258 bytes from a length code and a distance code of one bit each.
const MAX_DEFLATE_RATIO = 1032;
const CHUNK = 1 << 14; // a chunk of the worst data then unpacks to 16 MiB at once

/**
 * Unpacks the entries whose name `wanted` accepts, in the archive's order.
 * A stored entry is a view of `bytes`.
 * @param maxBytes the most bytes that the unpacked entries may take together, as declared.
 * @throws FormatError saying where the archive leaves the format, or that it declares more than `maxBytes`.
 */
export function unzip(
  bytes: Uint8Array,
  { maxBytes, wanted }: { maxBytes: number; wanted: (name: string) => boolean },
): Map<string, Uint8Array> {
  const entries = readDirectory(bytes).filter(({ name }) => wanted(name));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes)
    throw new FormatError(`ZIP: its entries declare ${total} bytes, expected at most maxBytes = ${maxBytes}`);
  return new Map(entries.map((entry) => [entry.name, unpack(entry)]));
}

function readDirectory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff)
    throw new FormatError(`ZIP: byte ${end}: got a ZIP64 archive, expected one below 4 GiB and 65,535 entries`);
  if (
    view.getUint16(end + 4, true) !== 0 ||
    view.getUint16(end + 6, true) !== 0 ||
    view.getUint16(end + 8, true) !== count
  )
    throw new FormatError(`ZIP: byte ${end}: got a part of a split archive, expected a whole one`);
  if (start + size !== end)
    throw new FormatError(`ZIP: byte ${end}: the directory is said to end at byte ${start + size}, expected ${end}`);

  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = start;
  for (let i = 0; i < count; i++) {
    expectSignature(view, at, CENTRAL, end, `directory entry ${i}`);
    const next =
      at + CENTRAL.size + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end)
      throw new FormatError(`ZIP: directory entry ${i} at byte ${at} ends at byte ${next}, expected ≤ ${end}`);
    const entry = readEntry(bytes, view, at, start);
    if (names.has(entry.name)) throw new FormatError(`ZIP: byte ${at}: got a second entry named "${entry.name}"`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== end)
    throw new FormatError(`ZIP: byte ${at}: ${count} directory entries end here, expected at byte ${end}`);
  return entries;
}

/** Position of the end record, which is the last thing in the file but for a comment of declared length. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END.size;
  for (let at = last; at >= 0 && at >= last - END.maxComment; at--)
    if (view.getUint32(at, true) === END.signature && at + END.size + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  throw new FormatError(
    `ZIP: got ${view.byteLength} bytes without an end-of-directory record at their end, expected a whole archive`,
  );
}

/** The entry whose directory record is at `at`, checked against the local header before its data. */
function readEntry(bytes: Uint8Array, view: DataView, at: number, directory: number): Entry {
  const method = view.getUint16(at + 10, true);
  const packedSize = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const nameBytes = bytes.subarray(at + CENTRAL.size, at + CENTRAL.size + view.getUint16(at + 28, true));
  const local = view.getUint32(at + 42, true);
  const name = decodeName(nameBytes, at);
  const where = `ZIP: entry "${name}"`;

  if (view.getUint16(at + 8, true) & ENCRYPTED) throw new FormatError(`${where} is encrypted, expected plain data`);
  if (method !== 0 && method !== 8)
    throw new FormatError(`${where}: got compression method ${method}, expected 0 (stored) or 8 (deflate)`);
  expectSignature(view, local, LOCAL, directory, `the header of entry "${name}"`);
  const nameStart = local + LOCAL.size;
  const nameEnd = nameStart + view.getUint16(local + 26, true);
  const sameName = nameEnd - nameStart === nameBytes.length && nameBytes.every((b, i) => b === bytes[nameStart + i]);
  if (!sameName || view.getUint16(local + 8, true) !== method)
    throw new FormatError(`${where}: its header at byte ${local} has another name or method than the directory`);
  const start = nameEnd + view.getUint16(local + 28, true);
  if (start + packedSize > directory)
    throw new FormatError(`${where}: its data end at byte ${start + packedSize}, expected at most ${directory}`);
  const possible = method === 0 ? size === packedSize : size <= packedSize * MAX_DEFLATE_RATIO;
  if (!possible)
    throw new FormatError(
      `${where}: got ${packedSize} bytes in the archive for ${size} bytes of data, which cannot be`,
    );
  const packed = bytes.subarray(start, start + packedSize);
  return { name, method, crc: view.getUint32(at + 16, true), packed, size };
}

function expectSignature(
  view: DataView,
  at: number,
  { signature, size }: { signature: number; size: number },
  end: number,
  what: string,
) {
  if (at + size > end)
    throw new FormatError(`ZIP: ${what} is said to be at byte ${at}, expected before ${end - size + 1}`);
  const got = view.getUint32(at, true);
  if (got !== signature)
    throw new FormatError(`ZIP: byte ${at}: got 0x${got.toString(16)}, expected 0x${signature.toString(16)}: ${what}`);
}

function decodeName(bytes: Uint8Array, at: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`ZIP: byte ${at}: got a name that is not UTF-8`, { cause });
  }
}

function unpack({ name, method, crc, packed, size }: Entry): Uint8Array {
  const data = method === 0 ? packed : inflate(name, packed, size);
  const got = crc32(data);
  if (got !== crc)
    throw new FormatError(
      `ZIP: entry "${name}": got data with CRC-32 0x${got.toString(16)}, expected 0x${crc.toString(16)}: the file is damaged`,
    );
  return data;
}

/** Inflates in chunks, so that data that unpack to more than they declare are left at once. */
function inflate(name: string, packed: Uint8Array, size: number): Uint8Array {
  let length = 0;
  try {
    const data = new Uint8Array(size);
    const stream = new Inflate((chunk) => {
      if (length + chunk.length > size)
        throw new FormatError(`ZIP: entry "${name}": got more than the declared ${size} bytes`);
      data.set(chunk, length);
      length += chunk.length;
    });
    for (let at = 0; at < packed.length; at += CHUNK)
      stream.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
    if (length !== size)
      throw new FormatError(`ZIP: entry "${name}": got ${length} bytes of data, expected the declared ${size}`);
    return data;
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`ZIP: entry "${name}" cannot be inflated: ${cause}`, { cause });
  }
}
