// What `made train` learns from: training rows, rows to choose the weights by, and rows to report on, of one file or several.

import { ArgumentError, FormatError } from "../../errors.ts";
import type { TableRow } from "../../io/csv.ts";
import { ColumnFinder } from "../../io/table.ts";
import type { Column } from "../../made/columns.ts";
import { Random } from "../../made/random.ts";
import { BinaryRows } from "../../made/rows.ts";
import { bitsOf, encoderFor, openArrayOf, type RowsOptions, widthOf } from "./rows.ts";
import {
  type ArraySource,
  named,
  openSource,
  type Source,
  type SourceOptions,
  type TableSource,
  type TextStream,
} from "./source.ts";

/** A share of the training rows, a file, or nothing. */
export type Held = number | string | undefined;

export interface TrainingDataOptions extends SourceOptions, RowsOptions {
  /** Left out: the file's own `valid_data`, or a tenth of the rows. */
  validation?: Held | "none";
  /** Left out: the file's own `test_data`, or none. */
  test?: Held | "none";
  missing: "error" | "drop";
  maxCategories?: number;
  /** Which rows are held out follows from it. */
  seed: number;
}

export interface TrainingData {
  train: BinaryRows;
  validation?: BinaryRows;
  test?: BinaryRows;
  /** How the columns of a table became inputs. */
  columns?: Column[];
  /** Rows that were left out because a cell is missing. */
  dropped: number;
}

const SHARE = 0.1;

/** @throws ArgumentError, FormatError; what is wrong with a file begins with its name */
export async function readTrainingData(
  file: string,
  options: TrainingDataOptions,
  stdin: TextStream,
): Promise<TrainingData> {
  const source = await openSource(file, options, { stdin, again: true });
  const splits = source.kind === "arrays" && options.array === undefined && source.arrays.has("train_data");
  const columns = source.kind === "table" ? await named(source.name, () => findColumns(source, options)) : undefined;
  const { rows, dropped } = await readRows(source, columns, splits ? { ...options, array: "train_data" } : options);
  let train = rows;
  let number = 0;
  const hold = async (
    held: Held | "none",
    own: string,
    otherwise: number | undefined,
  ): Promise<BinaryRows | undefined> => {
    const index = number++;
    if (held === "none") return undefined;
    if (typeof held === "string") {
      const other = await openSource(held, options, { stdin });
      const its = await readRows(other, columns, splitOf(other, own, options));
      return sameWidth(held, its.rows, train);
    }
    if (held === undefined && splits && source.arrays.has(own)) {
      const { rows: its } = await readRows(source, columns, { ...options, array: own });
      if (its.rows > 0) return sameWidth(`${file}: ${own}`, its, train);
    }
    const share = held ?? (splits ? undefined : otherwise);
    if (share === undefined) return undefined;
    const n = Math.round(share * rows.rows);
    if (n < 1 || n >= train.rows) {
      if (held === undefined) return undefined; // too few rows to spare any
      throw new ArgumentError(
        `a share of ${share}: got ${rows.rows} rows, expected enough to hold out some and keep some`,
      );
    }
    const order = new Random(options.seed, "split", index).permutation(train.rows);
    const its = train.take(order.subarray(0, n));
    train = train.take(order.subarray(n).sort());
    return its;
  };
  const test = await hold(options.test, "test_data", undefined);
  const validation = await hold(options.validation, "valid_data", SHARE);
  if (train.rows === 0) throw new FormatError(`${file}: got no rows to train on, expected at least one`);
  return { train, validation, test, columns, dropped };
}

function splitOf(source: Source, own: string, options: TrainingDataOptions): TrainingDataOptions {
  const has = source.kind === "arrays" && options.array === undefined && source.arrays.has(own);
  return has ? { ...options, array: own } : options;
}

function sameWidth(name: string, rows: BinaryRows, train: BinaryRows): BinaryRows {
  if (rows.inputs !== train.inputs)
    throw new FormatError(
      `${name}: got rows of ${rows.inputs} values, expected ${train.inputs} as in the training rows`,
    );
  if (rows.rows === 0) throw new FormatError(`${name}: got no rows, expected at least one`);
  return rows;
}

async function findColumns(source: TableSource, { maxCategories }: TrainingDataOptions): Promise<Column[]> {
  const { names, rows } = await source.open();
  const finder = new ColumnFinder(names, { maxCategories });
  let count = 0;
  for await (const piece of rows) {
    finder.add(piece);
    count += piece.length;
  }
  if (count === 0) throw new FormatError("got no rows, expected at least one");
  return finder.columns();
}

function readRows(source: Source, columns: readonly Column[] | undefined, options: TrainingDataOptions) {
  return named(source.name, async () => {
    if (source.kind === "arrays") {
      if (columns) throw new FormatError("got arrays, expected a table as the training rows are from one");
      return { rows: await readArray(source, options), dropped: 0 };
    }
    if (!columns) throw new FormatError("got a table, expected arrays as the training rows are from one");
    return readTable(source, columns, options.missing);
  });
}

/** Values that are in memory, as they come from an array, before they are packed. */
const UNPACKED = 1 << 20;

/** All rows of an array, packed. */
async function readArray(source: ArraySource, options: RowsOptions): Promise<BinaryRows> {
  const array = await openArrayOf(source, options);
  const inputs = widthOf(array);
  const parts: BinaryRows[] = [];
  for await (const { rows } of bitsOf(array, Math.ceil(UNPACKED / inputs), { threshold: options.threshold }))
    parts.push(rows);
  return joined(parts, inputs);
}

/** All rows of a table, packed. */
async function readTable(source: TableSource, columns: readonly Column[], missing: "error" | "drop") {
  const table = await source.open();
  const encoder = encoderFor(table, columns, missing === "drop" ? "mark" : "error", false);
  const parts: BinaryRows[] = [];
  let dropped = 0;
  for await (const piece of table.rows) {
    const whole = wholeRows(piece, encoder);
    parts.push(whole);
    dropped += piece.length - whole.rows;
  }
  return { rows: joined(parts, encoder.inputs), dropped };
}

function wholeRows(piece: readonly TableRow[], encoder: ReturnType<typeof encoderFor>): BinaryRows {
  const { rows, observed, missing } = encoder.encode(piece);
  if (missing === 0) return rows;
  const whole = (r: number) => {
    for (let d = 0; d < rows.inputs; d++) if (!observed.get(r, d)) return false;
    return true;
  };
  return rows.take(Array.from({ length: rows.rows }, (_, r) => r).filter(whole));
}

function joined(parts: readonly BinaryRows[], inputs: number): BinaryRows {
  const all = BinaryRows.zeros(
    parts.reduce((sum, part) => sum + part.rows, 0),
    inputs,
  );
  let at = 0;
  for (const { words } of parts) {
    all.words.set(words, at);
    at += words.length;
  }
  return all;
}
