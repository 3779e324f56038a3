// From a source to binary rows: in blocks, by the columns that a model has. Every command goes through its data in blocks of
// a fixed size, so that what a row gets does not hang on how the file is read or dealt out.

import { ArgumentError, FormatError } from "../../errors.ts";
import { binarize, type Intensities } from "../../io/binarize.ts";
import { toBinaryRows } from "../../io/binary-rows.ts";
import type { TableRow } from "../../io/csv.ts";
import type { NdArray } from "../../io/elements.ts";
import { binaryColumns, type EncodedRows, TableEncoder } from "../../io/table.ts";
import type { Column } from "../../made/columns.ts";
import type { ResolvedConfig } from "../../made/config.ts";
import { BinaryRows } from "../../made/rows.ts";
import { type Source, type Table, withName } from "./source.ts";

export interface RowsOptions {
  /** Which array of an NPZ file. */
  array?: string;
  /** Intensities above this share of the greatest are 1. */
  threshold?: number;
}

/** Consecutive rows of a source. */
export interface Block extends EncodedRows {
  /** 0, 1, 2 … */
  readonly index: number;
  /** Number of its first row, from 0. */
  readonly first: number;
}

export interface BlocksOptions extends RowsOptions {
  /** Rows of a block. */
  size: number;
  missing: "error" | "mark";
}

/** The columns that a table for this model has. */
export const columnsOf = ({ inputs, inputNames, columns }: ResolvedConfig): readonly Column[] =>
  columns ?? binaryColumns(inputNames ?? Array.from({ length: inputs }, (_, d) => String(d + 1)));

/**
 * All rows of a source as inputs of a model, block by block.
 * @throws FormatError that begins with the file's name, also where there are no rows at all
 */
export async function* blocksOf(source: Source, config: ResolvedConfig, options: BlocksOptions): AsyncGenerator<Block> {
  let index = 0;
  let first = 0;
  try {
    for await (const part of partsOf(source, config, options)) {
      yield { ...part, index: index++, first };
      first += part.rows.rows;
    }
    if (first === 0) throw new FormatError("got no rows, expected at least one");
  } catch (cause) {
    throw withName(source.name, cause);
  }
}

async function* partsOf(source: Source, config: ResolvedConfig, options: BlocksOptions): AsyncGenerator<EncodedRows> {
  const { size, missing } = options;
  if (source.kind === "table") {
    const table = await source.open();
    const encoder = encoderFor(table, columnsOf(config), missing, config.columns === undefined && !config.inputNames);
    for await (const rows of inBlocks(table.rows, size)) yield encoder.encode(rows);
    return;
  }
  const { rows, observed } = bitsOf(chooseArray(source.arrays, options), { ...options, missing });
  if (rows.inputs !== config.inputs)
    throw new FormatError(`got rows of ${rows.inputs} values, expected ${config.inputs} as the model has`);
  for (let at = 0; at < rows.rows; at += size) {
    const end = Math.min(rows.rows, at + size);
    const part = { rows: rows.slice(at, end), observed: observed.slice(at, end) };
    yield { ...part, missing: countZeros(part.observed) };
  }
}

/** @param anyNames whether the model knows no names: then columns go by their order */
export function encoderFor(
  { names, hasNames }: Table,
  columns: readonly Column[],
  missing: "error" | "mark",
  anyNames: boolean,
): TableEncoder {
  const byName = hasNames && !anyNames;
  if (!byName && names.length !== columns.length)
    throw new FormatError(`got ${names.length} columns, expected ${columns.length} as the model has`);
  return new TableEncoder(columns, { missing, ...(byName && { names }) });
}

/** Rows dealt anew into pieces of `size`, the last one shorter. */
async function* inBlocks(pieces: AsyncIterable<readonly TableRow[]>, size: number): AsyncGenerator<TableRow[]> {
  let waiting: TableRow[] = [];
  for await (const piece of pieces) {
    for (const row of piece) {
      waiting.push(row);
      if (waiting.length < size) continue;
      yield waiting;
      waiting = [];
    }
  }
  if (waiting.length > 0) yield waiting;
}

/** The array that is meant. @throws ArgumentError, FormatError naming those there are */
export function chooseArray(arrays: ReadonlyMap<string, NdArray>, { array }: RowsOptions): NdArray {
  const all = [...arrays.keys()].join(", ") || "(none)";
  if (array !== undefined) {
    const found = arrays.get(array);
    if (!found) throw new ArgumentError(`--array: got "${array}", expected one of ${all}`);
    return found;
  }
  if (arrays.size !== 1) throw new FormatError(`got the arrays ${all}, expected --array to say which`);
  return arrays.values().next().value!;
}

/** An array as rows of bits: its first axis is the rows, all others are the inputs. NaN and −1 may stand for missing ones. */
export function bitsOf(
  array: NdArray,
  { threshold, missing = "error" }: RowsOptions & { missing?: "error" | "mark" },
): { rows: BinaryRows; observed: BinaryRows } {
  const { shape, data, dtype } = array;
  const [n, ...axes] = shape;
  const D = axes.reduce((product, size) => product * size, 1);
  if (axes.length === 0 || D < 1)
    throw new FormatError(`got an array of shape (${shape.join(", ")}), expected rows × inputs`);
  const isMissing = (value: number) => Number.isNaN(value) || value === -1;
  const marked = missing === "mark";
  const gaps = marked ? Uint8Array.from(data, (value: number) => (isMissing(value) ? 0 : 1)) : undefined;
  const filled = gaps?.includes(0) ? data.map((value: number) => (isMissing(value) ? 0 : value)) : data;
  const rows =
    threshold === undefined
      ? toBinaryRows({ shape: [n, D], dtype, data: filled as NdArray["data"] }, "array")
      : thresholded(filled as Intensities, D, threshold);
  const observed = gaps ? BinaryRows.from(gaps, D) : allOnes(n, D);
  return { rows, observed };
}

function thresholded(values: Intensities, inputs: number, threshold: number): BinaryRows {
  try {
    return binarize(values, { inputs, threshold });
  } catch (cause) {
    throw cause instanceof ArgumentError ? new FormatError(cause.message, { cause }) : cause;
  }
}

function allOnes(n: number, D: number): BinaryRows {
  const one = BinaryRows.from(new Uint8Array(D).fill(1), D);
  return one.take(new Uint32Array(n));
}

function countZeros(rows: BinaryRows): number {
  return rows.toUint8Array().reduce((sum, bit) => sum + 1 - bit, 0);
}
