// Reads an array row by row from bytes that come one after another: the header first, then as many rows at a time as are asked
// for, so that a file may be larger than memory. Knows neither files nor archives: those are ByteSources.

import { FormatError } from "../errors.ts";
import {
  type ArrayFormat,
  bytesPerValue,
  checkLength,
  decodeValues,
  type ElementType,
  type NdArray,
  PROBE,
  readArray,
  valuesPerRow,
} from "./elements.ts";

/** A file, or an entry of an archive. */
export interface ByteSource {
  /** Bytes that there are. */
  readonly size: number;
  /** Those from byte `start` on, in pieces of any size, exactly `size − start` together. @throws FormatError for damage */
  from(start: number): AsyncIterable<Uint8Array>;
  /** Looks for damage that shows at the end only: a checksum. @throws FormatError */
  check(): Promise<void>;
}

/** An array whose header was read. */
export interface ArrayReader {
  /** Size of each axis; the first one counts rows. */
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  /** All rows from the first on, `size` at a time, the last ones fewer. @throws FormatError */
  rows(size: number): AsyncGenerator<NdArray>;
  /** {@link ByteSource.check}, for whoever finds values that cannot be: damage is the better word for them. */
  check(): Promise<void>;
}

/**
 * Reads the header of an array. One in Fortran order is read whole when its rows are asked for: a row lies all over it.
 * @param within what errors begin with, the format's name behind it.
 * @throws FormatError saying where the bytes leave the format, or that they are damaged.
 */
export async function openArray(source: ByteSource, format: ArrayFormat, within = ""): Promise<ArrayReader> {
  const { name } = format;
  const { size } = source;
  const told = async <T>(run: () => T): Promise<T> => {
    try {
      return run();
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      await source.check();
      throw within === "" ? cause : new FormatError(`${within}: ${cause.message}`, { cause });
    }
  };
  const probe = await firstOf(source, Math.min(PROBE, size));
  const length = await told(() => format.headerLength(probe, size));
  const header = await firstOf(source, length);
  const layout = await told(() => format.layout(header, size));
  await told(() => checkLength(layout, size, name));

  const { shape, dtype, start, fortranOrder } = layout;
  const D = valuesPerRow(shape);

  async function* streamed(count: number): AsyncGenerator<NdArray> {
    let row = 0;
    const most = Math.min(count, shape[0]);
    for await (const raw of inPieces(source.from(start), most * D * bytesPerValue(dtype))) {
      const rows = Math.min(most, shape[0] - row);
      const data = await told(() => decodeValues(raw, layout, row * D, name));
      yield { shape: [rows, ...shape.slice(1)], dtype, data };
      row += rows;
    }
  }

  async function* whole(count: number): AsyncGenerator<NdArray> {
    const bytes = await firstOf(source, size);
    const { data } = await told(() => readArray(bytes, format));
    for (let row = 0; row < shape[0]; row += count) {
      const rows = Math.min(count, shape[0] - row);
      yield { shape: [rows, ...shape.slice(1)], dtype, data: data.slice(row * D, (row + rows) * D) };
    }
  }

  return { shape, dtype, rows: fortranOrder ? whole : streamed, check: () => source.check() };
}

/** The first `length` bytes; of all of them the end too, where damage shows. */
async function firstOf(source: ByteSource, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const piece of source.from(0)) {
    bytes.set(piece.subarray(0, length - at), at);
    at += piece.length;
    if (at >= length && length < source.size) break;
  }
  return bytes;
}

/** Bytes dealt anew into pieces of `size`, the last one shorter; each has a buffer of its own. */
async function* inPieces(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let waiting: Uint8Array<ArrayBuffer> | undefined;
  let filled = 0;
  for await (const piece of pieces)
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - filled);
      waiting ??= new Uint8Array(size);
      waiting.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield waiting;
      waiting = undefined;
      filled = 0;
    }
  if (waiting) yield waiting.slice(0, filled);
}
