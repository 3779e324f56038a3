// Reads NumPy's .npy format, versions 1.0, 2.0 and 3.0: one array of booleans, integers or floats. Strict, and no
// reader of structured, string or object arrays.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { FormatError } from "../errors.ts";
import { type ArrayFormat, asBytes, type ElementType, type FileBytes, type NdArray, readArray } from "./elements.ts";
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

/** Longer headers belong to structured arrays, which are not read. */
const LONGEST_HEADER = 2 ** 20;

/** The format, for readers of whole files and of files in pieces. */
export const NPY: ArrayFormat = {
  name: "NPY",

  headerLength(head, size) {
    const start = Math.min(head.length, MAGIC.length);
    const bad = MAGIC.slice(0, start).findIndex((value, i) => head[i] !== value);
    if (bad >= 0)
      throw new FormatError(`NPY: byte ${bad} is ${head[bad]}, expected ${MAGIC[bad]} of the magic "\\x93NUMPY"`);
    need(size, 8, "the magic and the version");
    const [major, minor] = [head[6], head[7]];
    if (major < 1 || major > 3 || minor !== 0)
      throw new FormatError(`NPY: byte 6: got version ${major}.${minor}, expected 1.0, 2.0 or 3.0`);
    const textStart = textStartOf(head);
    need(size, textStart, "the length of the header");
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const length = textStart + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
    need(size, length, "the header");
    if (length > LONGEST_HEADER)
      throw new FormatError(`NPY: got a header of ${length} bytes, expected at most ${LONGEST_HEADER}`);
    return length;
  },

  layout(head, size) {
    const start = NPY.headerLength(head, size);
    const textStart = textStartOf(head);
    let text = "";
    for (let i = textStart; i < start; i++) text += String.fromCharCode(head[i]);
    const { descr, fortranOrder, shape } = parseNpyHeader(text, textStart);

    // "|" is "no byte order": right for one byte, and not for more.
    const [, order, name] = /^([<>|])([a-z]\d+)$/.exec(descr) ?? [];
    const dtype = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (!dtype || (order === "|") !== name.endsWith("1"))
      throw new FormatError(
        `NPY header: got the element type '${descr}', expected |b1, |u1, |i1, or < or > with one of ` +
          "u2, i2, u4, i4, u8, i8, f4, f8",
      );
    return { shape, dtype, littleEndian: order !== ">", fortranOrder, start };
  },
};

/**
 * Reads one array. Data in Fortran order come out row-major, 64-bit integers as float64.
 * @throws FormatError saying where the file leaves the format: magic, version, header, element type, or length.
 */
export const parseNpy = (file: FileBytes): NdArray => readArray(asBytes(file), NPY);

/** Where the text of the header begins, by the version. */
const textStartOf = (head: Uint8Array): number => (head[6] === 1 ? 10 : 12);

function need(size: number, length: number, what: string) {
  if (size < length) throw new FormatError(`NPY: got ${size} bytes, expected at least ${length}: ${what} is cut off`);
}
