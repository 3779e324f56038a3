// Arrays of numbers as they lie in a file: element types, byte order, shapes. Shared by the readers of single
// formats (npy.ts, idx.ts), in memory and in pieces (array-reader.ts); knows no format itself.

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

/** Where the values of an array lie in a file, and how. */
export interface ArrayLayout {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
  /** Whether the first axis varies fastest; else the last one does. */
  readonly fortranOrder: boolean;
  /** Byte of the file at which the values begin; they fill it to its end. */
  readonly start: number;
}

/** A format that holds one array: how much of a file tells the layout, and which it is. */
export interface ArrayFormat {
  /** What errors begin with. */
  readonly name: string;
  /**
   * Bytes of the header.
   * @param head the first {@link PROBE} bytes of the file, or all of a smaller one
   * @param size of the whole file
   */
  headerLength(head: Uint8Array, size: number): number;
  /** @param head the header, or more of the file */
  layout(head: Uint8Array, size: number): ArrayLayout;
}

/** Bytes from which every format tells the length of its header. */
export const PROBE = 12;

/** Values after the first axis: of a row. */
export const valuesPerRow = ([, ...axes]: readonly number[]): number => axes.reduce((product, n) => product * n, 1);

/** Bytes of one value. */
export const bytesPerValue = (dtype: ElementType): number => ELEMENTS[dtype].bytes;

/** @throws FormatError where shape × type is not what is left of a file of `size` bytes. */
export function checkLength({ shape, dtype, start }: ArrayLayout, size: number, format: string): void {
  // Rounded above 2^53, but then it is no length of a file either way.
  const count = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
  const expected = count * bytesPerValue(dtype);
  if (expected !== size - start)
    throw new FormatError(
      `${format}: got ${size - start} bytes of data from byte ${start} on, expected ${expected} for shape ` +
        `(${shape.join(", ")}) of ${dtype}`,
    );
}

/**
 * The values that `raw` holds, in the order they lie there; `raw` is theirs from then on.
 * @param first number of the first one in the array.
 * @throws FormatError where a value is illegal.
 */
export function decodeValues(
  raw: Uint8Array<ArrayBuffer>,
  { dtype, littleEndian, start }: ArrayLayout,
  first: number,
  format: string,
): ElementArray {
  const { bytes: size, view } = ELEMENTS[dtype];
  if (size > 1 && littleEndian !== HOST_IS_LITTLE_ENDIAN) swapBytes(raw, size);
  if (dtype === "bool") checkBooleans(raw, start + first, format);
  const values = new view(raw.buffer);
  return values instanceof BigInt64Array || values instanceof BigUint64Array
    ? exactNumbers(values, first, format)
    : values;
}

/** The array that a file in memory is. @throws FormatError saying where it leaves the format. */
export function readArray(bytes: Uint8Array, format: ArrayFormat): NdArray {
  const layout = format.layout(bytes, bytes.length);
  checkLength(layout, bytes.length, format.name);
  const { shape, dtype, start, fortranOrder } = layout;
  const data = decodeValues(bytes.slice(start), layout, 0, format.name);
  return { shape, dtype, data: fortranOrder ? rowMajor(data, shape) : data };
}

function swapBytes(raw: Uint8Array, size: number) {
  for (let start = 0; start < raw.length; start += size) raw.subarray(start, start + size).reverse();
}

function checkBooleans(raw: Uint8Array, offset: number, format: string) {
  const at = raw.findIndex((value) => value > 1);
  if (at >= 0) throw new FormatError(`${format}: byte ${offset + at} is ${raw[at]}, expected a boolean, 0 or 1`);
}

function exactNumbers(values: BigInt64Array | BigUint64Array, first: number, format: string): Float64Array {
  const limit = 2n ** 53n;
  const data = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > limit || value < -limit)
      throw new FormatError(
        `${format}: value ${first + i} is ${value}, expected at most 2^53 in size, so that no digit is lost`,
      );
    data[i] = Number(value);
  }
  return data;
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
