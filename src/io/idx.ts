// Reads the IDX format of the MNIST files: a magic, the sizes of the axes, and big-endian values. Uncompressed only.
// Described at the foot of the MNIST page, "the IDX file format": 0, 0, type, number of axes, then 32-bit sizes.

import { FormatError } from "../errors.ts";
import { type ArrayFormat, asBytes, type ElementType, type FileBytes, type NdArray, readArray } from "./elements.ts";

const TYPES: Readonly<Record<number, ElementType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/** The format, for readers of whole files and of files in pieces. */
export const IDX: ArrayFormat = {
  name: "IDX",

  headerLength(head, size) {
    if (size < 4) throw new FormatError(`IDX: got ${size} bytes, expected at least the 4 of the magic`);
    const [zero0, zero1, type, axes] = head;
    if (zero0 !== 0 || zero1 !== 0 || !TYPES[type] || axes === 0) {
      const magic = [...head.subarray(0, 4)].map((value) => value.toString(16).padStart(2, "0")).join(" ");
      throw new FormatError(
        `IDX: byte 0: got ${magic}, expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and at least 01 axis, in hexadecimal`,
      );
    }
    const length = 4 + 4 * axes;
    if (size < length)
      throw new FormatError(`IDX: got ${size} bytes, expected at least ${length} for the sizes of ${axes} axes`);
    return length;
  },

  layout(head, size) {
    const start = IDX.headerLength(head, size);
    const [, , type, axes] = head;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
    return { shape, dtype: TYPES[type], littleEndian: false, fortranOrder: false, start };
  },
};

/**
 * Reads one array.
 * @throws FormatError saying where the file leaves the format: magic, element type, sizes, or length.
 */
export const parseIdx = (file: FileBytes): NdArray => readArray(asBytes(file), IDX);
