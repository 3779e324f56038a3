// NPY, IDX and NPZ files as arrays that are read from the file a piece at a time, each time from its beginning. An entry of an
// archive is inflated as it comes, and its length and checksum are compared when it has come to its end.

import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { FormatError } from "../../errors.ts";
import { type ArrayReader, type ByteSource, openArray } from "../../io/array-reader.ts";
import { IDX } from "../../io/idx.ts";
import { NPY } from "../../io/npy.ts";
import {
  checkUnpacked,
  dataStart,
  findDirectory,
  notInflated,
  readDirectory,
  TAIL,
  type ZipEntry,
} from "../../io/zip-directory.ts";

export interface ArrayFile {
  /** Ways to open each array by its key; "" where there is but one without a name. Their errors are FormatErrors. */
  readonly arrays: ReadonlyMap<string, () => Promise<ArrayReader>>;
  /** Share of the array opened last that was read, 0 … 1. */
  share(): number;
}

const PIECE = 1 << 18;
const SUFFIX = ".npy";

/** @throws FormatError where an archive's directory leaves the format; arrays say what is wrong with them when opened */
export async function openArrayFile(file: string, size: number, kind: "npz" | "npy" | "idx"): Promise<ArrayFile> {
  let share = 0;
  const range = (begin: number, length: number): ByteSource =>
    fileRange(file, begin, length, (read) => {
      share = read / length;
    });
  if (kind !== "npz") {
    const format = kind === "npy" ? NPY : IDX;
    return { arrays: new Map([["", () => openArray(range(0, size), format)]]), share: () => share };
  }
  const entries = await readEntries(file, size);
  const arrays = entries
    .filter(({ entry }) => entry.name.endsWith(SUFFIX))
    .map(({ entry, start }): [string, () => Promise<ArrayReader>] => [
      entry.name.slice(0, -SUFFIX.length),
      () => openArray(unpacked(entry, range(start, entry.packedSize)), NPY, `NPZ: entry "${entry.name}"`),
    ]);
  return { arrays: new Map(arrays), share: () => share };
}

/** `length` bytes of a file, from byte `begin` on. */
function fileRange(file: string, begin: number, length: number, onRead: (bytes: number) => void): ByteSource {
  return {
    size: length,
    async *from(start) {
      let at = start;
      if (at < length) {
        const place = { start: begin + start, end: begin + length - 1, highWaterMark: PIECE };
        for await (const piece of createReadStream(file, place)) {
          at += piece.length;
          onRead(at);
          yield piece;
        }
      }
      if (at < length)
        throw new FormatError(`the file ends at byte ${begin + at}, expected ${begin + length} as when it was opened`);
    },
    check: async () => {},
  };
}

/** The data of an entry, checked as they come and at their end. */
function unpacked(entry: ZipEntry, packed: ByteSource): ByteSource {
  const { method, size } = entry;
  const source: ByteSource = {
    size,
    async *from(start) {
      let crc = 0;
      let length = 0;
      for await (const piece of method === 0 ? packed.from(0) : inflated(entry, packed)) {
        const before = length;
        length += piece.length;
        if (length > size) break;
        crc = crc32(piece, crc);
        if (length > start) yield piece.subarray(Math.max(0, start - before));
      }
      checkUnpacked(entry, length, crc);
    },
    async check() {
      for await (const _ of source.from(size));
    },
  };
  return source;
}

async function* inflated(entry: ZipEntry, packed: ByteSource): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: PIECE });
  try {
    // What ends one of them ends the other; an error comes out of the loop.
    yield* pipeline(Readable.from(packed.from(0)), inflate, () => {});
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code?.startsWith("Z_") ? notInflated(entry, cause) : cause;
  }
}

/** The entries of an archive, and where the data of each begin. */
async function readEntries(file: string, size: number): Promise<{ entry: ZipEntry; start: number }[]> {
  const handle = await open(file);
  try {
    const tailStart = Math.max(0, size - TAIL);
    const directory = findDirectory(await readAt(handle, tailStart, size - tailStart), size);
    const entries = readDirectory(await readAt(handle, directory.start, directory.size), directory);
    const found: { entry: ZipEntry; start: number }[] = [];
    for (const entry of entries) {
      const header = await readAt(handle, Math.min(entry.header.start, size), entry.header.length);
      found.push({ entry, start: dataStart(entry, header, directory) });
    }
    return found;
  } finally {
    await handle.close();
  }
}

/** Bytes from a place on, fewer where the file ends. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
