// Reads and writes safetensors: a length, a JSON header, and the raw values of named tensors. Strict both ways: what
// is written is the one canonical file of its contents, and what is read is believed only after every check.
// https://github.com/huggingface/safetensors#format

import { FormatError } from "../errors.ts";
import { duplicateKey } from "./json.ts";

/** Bytes an element, by the format's names of the types. */
const ELEMENT_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type TensorType = keyof typeof ELEMENT_BYTES;

/** One tensor as it lies in a file: little-endian values, row-major. */
export interface Tensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /** The values; of a file that was read, a view of it. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Bytes before the header: its length. */
const LENGTH = 8;
/** The format's own limit. */
const MAX_HEADER = 100_000_000;
const METADATA = "__metadata__";

/**
 * The bytes of a file: metadata and tensors in the order they come, but for wider elements before narrower ones, so that
 * every value is aligned. The same contents give the same bytes.
 */
export function writeSafetensors({ metadata, tensors }: Safetensors): Uint8Array {
  const ordered = [...tensors].sort(([, a], [, b]) => ELEMENT_BYTES[b.dtype] - ELEMENT_BYTES[a.dtype]);
  let end = 0;
  const entries = ordered.map(([name, { dtype, shape, bytes }]): [string, unknown] => {
    const begin = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, end] }];
  });
  const header = new TextEncoder().encode(
    `{${[[METADATA, Object.fromEntries(metadata)], ...entries].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`,
  );
  const start = LENGTH + Math.ceil(header.length / LENGTH) * LENGTH;
  const file = new Uint8Array(start + end).fill(0x20, LENGTH, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - LENGTH), true);
  file.set(header, LENGTH);
  let at = start;
  for (const [, { bytes }] of ordered) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Reads a file. Nothing is copied: the tensors' bytes are views.
 * @throws FormatError naming the byte or the tensor where the file leaves the format, and what was expected there.
 */
export function parseSafetensors(file: Uint8Array): Safetensors {
  const { header, start } = readHeader(file);
  const metadata = new Map<string, string>();
  const found: { name: string; begin: number; end: number; tensor: Tensor }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) {
      for (const [key, value] of Object.entries(asObject(entry, METADATA))) {
        if (typeof value !== "string") throw failAt(`${METADATA}.${key}`, value, "a string");
        metadata.set(key, value);
      }
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, entry);
    if (start + end > file.length)
      throw new FormatError(
        `safetensors: tensor "${name}" ends at byte ${start + end}, but the file has ${file.length} bytes: it is cut off`,
      );
    found.push({ name, begin, end, tensor: { dtype, shape, bytes: file.subarray(start + begin, start + end) } });
  }
  // Empty tensors before the one that begins at the same byte.
  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  let last = "the header";
  for (const { name, begin, end } of found) {
    if (begin !== covered)
      throw new FormatError(
        `safetensors: tensor "${name}" begins at byte ${start + begin}, expected ${start + covered}, where ${last} ` +
          `ends: they ${begin < covered ? "overlap" : "leave a gap"}`,
      );
    covered = end;
    last = `"${name}"`;
  }
  if (start + covered !== file.length)
    throw new FormatError(
      `safetensors: the last tensor ends at byte ${start + covered}, expected the end of the file, byte ${file.length}`,
    );
  return { metadata, tensors: new Map(found.map(({ name, tensor }) => [name, tensor])) };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < LENGTH)
    throw new FormatError(
      `safetensors: got ${file.length} bytes, expected at least the ${LENGTH} of the header's length`,
    );
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER, file.length - LENGTH);
  if (length < 2n || length > BigInt(most))
    throw new FormatError(
      `safetensors: byte 0: got a header of ${length} bytes, expected 2 … ${most} in a file of ${file.length} bytes`,
    );
  const start = LENGTH + Number(length);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file.subarray(LENGTH, start));
  } catch (cause) {
    throw new FormatError(`safetensors: the header, bytes ${LENGTH} … ${start - 1}, is not UTF-8`, { cause });
  }
  if (text[0] !== "{")
    throw new FormatError(`safetensors: byte ${LENGTH}: got ${JSON.stringify(text[0])}, expected "{" of the header`);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(
      `safetensors: the header, bytes ${LENGTH} … ${start - 1}, is not JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
  const twice = duplicateKey(text);
  if (twice) {
    const at = LENGTH + new TextEncoder().encode(text.slice(0, twice.at)).length;
    throw new FormatError(`safetensors: byte ${at}: got the key ${JSON.stringify(twice.key)} a second time`);
  }
  return { header: asObject(header, "the header"), start };
}

function readEntry(name: string, entry: unknown) {
  const where = `tensor "${name}"`;
  const { dtype, shape, data_offsets: offsets, ...rest } = asObject(entry, where);
  const [more] = Object.keys(rest);
  if (more !== undefined) throw failAt(where, more, "the keys dtype, shape and data_offsets, and no others");
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype))
    throw failAt(`${where}: dtype`, dtype, `one of ${Object.keys(ELEMENT_BYTES).join(", ")}`);
  if (!isCounts(shape)) throw failAt(`${where}: shape`, shape, "an array of integers ≥ 0");
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0] > offsets[1])
    throw failAt(`${where}: data_offsets`, offsets, "[begin, end] with begin ≤ end");
  const [begin, end] = offsets;
  // Rounded above 2^53, but then it is no length of a file either way.
  const size = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, ELEMENT_BYTES[dtype as TensorType]);
  if (size !== end - begin)
    throw new FormatError(
      `safetensors: ${where}: got ${end - begin} bytes (data_offsets [${offsets}]), expected ${size} for shape ` +
        `[${shape}] of ${dtype}`,
    );
  return { dtype: dtype as TensorType, shape, begin, end };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw failAt(what, value, "a JSON object");
  return value as Record<string, unknown>;
}

const failAt = (what: string, got: unknown, expected: string) =>
  new FormatError(`safetensors: ${what}: got ${JSON.stringify(got)?.slice(0, 80)}, expected ${expected}`);
