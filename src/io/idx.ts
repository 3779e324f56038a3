// Reads the IDX format of the MNIST files: a magic, the sizes of the axes, and big-endian values. Uncompressed only.
// Described at the foot of the MNIST page, "the IDX file format": 0, 0, type, number of axes, then 32-bit sizes.

import { FormatError } from "../errors.ts";
import { asBytes, type ElementType, type FileBytes, type NdArray, readArray } from "./elements.ts";

const TYPES: Readonly<Record<number, ElementType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * Reads one array.
 * @throws FormatError saying where the file leaves the format: magic, element type, sizes, or length.
 */
export function parseIdx(file: FileBytes): NdArray {
  const bytes = asBytes(file);
  if (bytes.length < 4) throw new FormatError(`IDX: got ${bytes.length} bytes, expected at least the 4 of the magic`);
  const [zero0, zero1, type, axes] = bytes;
  const dtype = TYPES[type];
  if (zero0 !== 0 || zero1 !== 0 || !dtype || axes === 0) {
    const magic = [...bytes.subarray(0, 4)].map((value) => value.toString(16).padStart(2, "0")).join(" ");
    throw new FormatError(
      `IDX: byte 0: got ${magic}, expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and at least 01 axis, in hexadecimal`,
    );
  }
  const dataStart = 4 + 4 * axes;
  if (bytes.length < dataStart)
    throw new FormatError(
      `IDX: got ${bytes.length} bytes, expected at least ${dataStart} for the sizes of ${axes} axes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  return readArray(bytes, dataStart, { shape, dtype, littleEndian: false }, "IDX");
}
