// Reads NumPy's .npy format, versions 1.0, 2.0 and 3.0: one array of booleans, integers or floats. Strict, and no
// reader of structured, string or object arrays.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { FormatError } from "../errors.ts";
import { asBytes, type ElementArray, type ElementType, type FileBytes, type NdArray, readArray } from "./elements.ts";
import { parseNpyHeader } from "./npy-header.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"

const TYPES: Readonly<Record<string, ElementType>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f4: "float32",
  f8: "float64",
};

/**
 * Reads one array. Data in Fortran order come out row-major, 64-bit integers as float64.
 * @throws FormatError saying where the file leaves the format: magic, version, header, element type, or length.
 */
export function parseNpy(file: FileBytes): NdArray {
  const bytes = asBytes(file);
  const start = Math.min(bytes.length, MAGIC.length);
  const bad = MAGIC.slice(0, start).findIndex((value, i) => bytes[i] !== value);
  if (bad >= 0)
    throw new FormatError(`NPY: byte ${bad} is ${bytes[bad]}, expected ${MAGIC[bad]} of the magic "\\x93NUMPY"`);
  need(bytes, 8, "the magic and the version");
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0)
    throw new FormatError(`NPY: byte 6: got version ${major}.${minor}, expected 1.0, 2.0 or 3.0`);

  const headerStart = major === 1 ? 10 : 12;
  need(bytes, headerStart, "the length of the header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = headerStart + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  need(bytes, dataStart, "the header");
  let text = "";
  for (let i = headerStart; i < dataStart; i++) text += String.fromCharCode(bytes[i]);
  const { descr, fortranOrder, shape } = parseNpyHeader(text, headerStart);

  // "|" is "no byte order": right for one byte, and not for more.
  const [, order, name] = /^([<>|])([a-z]\d+)$/.exec(descr) ?? [];
  const dtype = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (!dtype || (order === "|") !== name.endsWith("1"))
    throw new FormatError(
      `NPY header: got the element type '${descr}', expected |b1, |u1, |i1, or < or > with one of ` +
        "u2, i2, u4, i4, u8, i8, f4, f8",
    );
  const array = readArray(bytes, dataStart, { shape, dtype, littleEndian: order !== ">" }, "NPY");
  return fortranOrder ? { ...array, data: rowMajor(array.data, shape) } : array;
}

function need(bytes: Uint8Array, length: number, what: string) {
  if (bytes.length < length)
    throw new FormatError(`NPY: got ${bytes.length} bytes, expected at least ${length}: ${what} is cut off`);
}

/** Values laid out first axis fastest, as a copy laid out last axis fastest. */
function rowMajor(data: ElementArray, shape: readonly number[]): ElementArray {
  const sorted = data.slice();
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    sorted[to] = data[from];
    // The odometer: the last axis turns fastest, and each full turn moves the axis before it by one.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return sorted;
}
