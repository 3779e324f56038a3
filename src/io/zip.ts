// Unpacks a ZIP archive that lies in memory, and believes nothing in it: lengths, sizes and checksums are all checked.
// fflate inflates; where the entries lie is read in zip-directory.ts.

import { Inflate } from "fflate";
import { FormatError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import {
  checkUnpacked,
  dataStart,
  findDirectory,
  notInflated,
  readDirectory,
  TAIL,
  type ZipEntry,
} from "./zip-directory.ts";

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
  const directory = findDirectory(bytes.subarray(Math.max(0, bytes.length - TAIL)), bytes.length);
  const records = bytes.subarray(directory.start, directory.start + directory.size);
  const entries = readDirectory(records, directory).map((entry) => {
    const start = dataStart(entry, bytes.subarray(entry.header.start), directory);
    return { entry, packed: bytes.subarray(start, start + entry.packedSize) };
  });
  const chosen = entries.filter(({ entry }) => wanted(entry.name));
  const total = chosen.reduce((sum, { entry }) => sum + entry.size, 0);
  if (total > maxBytes)
    throw new FormatError(`ZIP: its entries declare ${total} bytes, expected at most maxBytes = ${maxBytes}`);
  return new Map(chosen.map(({ entry, packed }) => [entry.name, unpack(entry, packed)]));
}

function unpack(entry: ZipEntry, packed: Uint8Array): Uint8Array {
  const { data, length } = entry.method === 0 ? { data: packed, length: packed.length } : inflate(entry, packed);
  checkUnpacked(entry, length, crc32(data));
  return data;
}

/** Inflates in chunks, so that data that unpack to more than they declare are left at once. */
function inflate(entry: ZipEntry, packed: Uint8Array): { data: Uint8Array; length: number } {
  const { size } = entry;
  let length = 0;
  try {
    const data = new Uint8Array(size);
    const stream = new Inflate((chunk) => {
      if (length + chunk.length > size) checkUnpacked(entry, length + chunk.length, 0);
      data.set(chunk, length);
      length += chunk.length;
    });
    for (let at = 0; at < packed.length; at += CHUNK)
      stream.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
    return { data, length };
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw notInflated(entry, cause);
  }
}
