// From a source to binary rows: in blocks, by the columns that a model has. Every command goes through its data in blocks of
// a fixed size, so that what a row gets does not hang on how the file is read or dealt out.

import { ArgumentError, FormatError } from "../../errors.ts";
import type { ArrayReader } from "../../io/array-reader.ts";
import { binarize, type Intensities } from "../../io/binarize.ts";
import type { TableRow } from "../../io/csv.ts";
import { valuesPerRow } from "../../io/elements.ts";
import { binaryColumns, type EncodedRows, TableEncoder } from "../../io/table.ts";
import type { Column } from "../../made/columns.ts";
import type { ResolvedConfig } from "../../made/config.ts";
import { BinaryRows } from "../../made/rows.ts";
import { type ArraySource, type Source, type Table, withName } from "./source.ts";

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
  const array = await openArrayOf(source, options);
  const D = widthOf(array);
  if (D !== config.inputs) throw new FormatError(`got rows of ${D} values, expected ${config.inputs} as the model has`);
  yield* bitsOf(array, size, options);
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
export function openArrayOf({ arrays }: ArraySource, { array }: RowsOptions): Promise<ArrayReader> {
  const all = [...arrays.keys()].join(", ") || "(none)";
  if (array !== undefined) {
    const found = arrays.get(array);
    if (!found) throw new ArgumentError(`--array: got "${array}", expected one of ${all}`);
    return found();
  }
  if (arrays.size !== 1) throw new FormatError(`got the arrays ${all}, expected --array to say which`);
  return arrays.values().next().value!();
}

/** D: the first axis of an array is the rows, all others are the inputs. */
export function widthOf({ shape }: ArrayReader): number {
  const D = valuesPerRow(shape);
  if (shape.length < 2 || D < 1)
    throw new FormatError(`got an array of shape (${shape.join(", ")}), expected rows × inputs`);
  return D;
}

/** The rows of an array as bits, `size` at a time. NaN and −1 may stand for missing values. */
export async function* bitsOf(
  array: ArrayReader,
  size: number,
  { threshold, missing = "error" }: RowsOptions & { missing?: "error" | "mark" },
): AsyncGenerator<EncodedRows> {
  const D = widthOf(array);
  let firstRow = 0;
  for await (const { shape, data } of array.rows(size)) {
    const gaps = missing === "mark" ? Uint8Array.from(data, (value: number) => Number(!isMissing(value))) : undefined;
    const count = gaps ? countZeros(gaps) : 0;
    const filled = count > 0 ? data.map((value: number) => (isMissing(value) ? 0 : value)) : data;
    let rows: BinaryRows;
    try {
      rows =
        threshold === undefined
          ? BinaryRows.from(filled, D, { firstRow })
          : binarize(filled as Intensities, { inputs: D, threshold, firstRow });
    } catch (cause) {
      if (!(cause instanceof ArgumentError)) throw cause;
      await array.check();
      throw new FormatError(`array: ${cause.message}`, { cause });
    }
    yield { rows, observed: gaps ? BinaryRows.from(gaps, D) : allOnes(shape[0], D), missing: count };
    firstRow += shape[0];
  }
}

const isMissing = (value: number): boolean => Number.isNaN(value) || value === -1;

function allOnes(n: number, D: number): BinaryRows {
  const one = BinaryRows.from(new Uint8Array(D).fill(1), D);
  return one.take(new Uint32Array(n));
}

const countZeros = (bits: Uint8Array): number => bits.reduce((sum, bit) => sum + 1 - bit, 0);
