// Arrays of numbers as they lie in a file: element types, byte order, shapes. Shared by the readers of single
// formats (npy.ts, idx.ts); knows no format itself.

import { ArgumentError, FormatError } from "../errors.ts";

/** What a reader takes: a whole file, in memory. */
export type FileBytes = Uint8Array | ArrayBuffer;

/** Type of the values as they were in the file. */
export type ElementType =
  | "bool"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float32"
  | "float64";

/** Values in memory; 64-bit integers become float64, and are refused where float64 would round them. */
export type ElementArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An array read from a file. */
export interface NdArray {
  /** Size of each axis; `[]` is a single value. */
  readonly shape: readonly number[];
  /** Type of the values in the file. */
  readonly dtype: ElementType;
  /** The values, row-major, as many as the product of `shape`; a copy, never a view of the file. */
  readonly data: ElementArray;
}

const ELEMENTS = {
  bool: { bytes: 1, view: Uint8Array },
  uint8: { bytes: 1, view: Uint8Array },
  int8: { bytes: 1, view: Int8Array },
  uint16: { bytes: 2, view: Uint16Array },
  int16: { bytes: 2, view: Int16Array },
  uint32: { bytes: 4, view: Uint32Array },
  int32: { bytes: 4, view: Int32Array },
  uint64: { bytes: 8, view: BigUint64Array },
  int64: { bytes: 8, view: BigInt64Array },
  float32: { bytes: 4, view: Float32Array },
  float64: { bytes: 8, view: Float64Array },
} as const satisfies Record<ElementType, unknown>;

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** `file` as a plain Uint8Array over the same memory. */
export function asBytes(file: FileBytes): Uint8Array {
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  // Not `file` itself: a Node Buffer is a Uint8Array whose slice() is a view, not a copy.
  if (file instanceof Uint8Array) return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  throw new ArgumentError(
    `bytes: got ${Object.prototype.toString.call(file)}, expected a Uint8Array or an ArrayBuffer`,
  );
}

/**
 * The array of `shape` that fills `bytes` from `offset` to the end, in the order it lies there.
 * @param format name that errors begin with.
 * @throws FormatError where shape × type is not what is left of the file, or a value is illegal.
 */
export function readArray(
  bytes: Uint8Array,
  offset: number,
  { shape, dtype, littleEndian }: { shape: readonly number[]; dtype: ElementType; littleEndian: boolean },
  format: string,
): NdArray {
  const { bytes: size, view } = ELEMENTS[dtype];
  // Rounded above 2^53, but then it is no length of a file either way.
  const count = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
  const left = bytes.length - offset;
  if (count * size !== left)
    throw new FormatError(
      `${format}: got ${left} bytes of data from byte ${offset} on, expected ${count * size} for shape ` +
        `(${shape.join(", ")}) of ${dtype}`,
    );
  const raw = bytes.slice(offset);
  if (size > 1 && littleEndian !== HOST_IS_LITTLE_ENDIAN) swapBytes(raw, size);
  if (dtype === "bool") checkBooleans(raw, offset, format);
  const values = new view(raw.buffer);
  const data =
    values instanceof BigInt64Array || values instanceof BigUint64Array ? exactNumbers(values, format) : values;
  return { shape, dtype, data };
}

function swapBytes(raw: Uint8Array, size: number) {
  for (let start = 0; start < raw.length; start += size) raw.subarray(start, start + size).reverse();
}

function checkBooleans(raw: Uint8Array, offset: number, format: string) {
  const at = raw.findIndex((value) => value > 1);
  if (at >= 0) throw new FormatError(`${format}: byte ${offset + at} is ${raw[at]}, expected a boolean, 0 or 1`);
}

function exactNumbers(values: BigInt64Array | BigUint64Array, format: string): Float64Array {
  const limit = 2n ** 53n;
  const data = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > limit || value < -limit)
      throw new FormatError(
        `${format}: value ${i} is ${value}, expected at most 2^53 in size, so that no digit is lost`,
      );
    data[i] = Number(value);
  }
  return data;
}
