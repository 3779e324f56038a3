// Tables to binary inputs and back: a column of two values is one input, a column of a few is an indicator for each. The
// mapping is plain data (see Column), to be shown, kept with a model, and applied to the next file.

import { ArgumentError, FormatError } from "../errors.ts";
import { type Column, checkColumns, inputsOf } from "../made/columns.ts";
import { BinaryRows } from "../made/rows.ts";
import { bitOf, isMissing, isNumber } from "./cells.ts";
import { groupsOf, valueAt } from "./choices.ts";
import type { TableRow } from "./csv.ts";

/** What {@link ColumnFinder} takes for a column. */
export interface FindColumnsOptions {
  /** Most values of a column that becomes indicators (default 16). */
  maxCategories?: number;
}

/** The values that one column had so far. */
interface Seen {
  /** Value → the row that it came in first. */
  readonly values: Map<string, number>;
  /** More than {@link FindColumnsOptions.maxCategories}: a column that cannot be used. */
  tooMany: boolean;
}

/** Looks through the rows of a table, a piece at a time, and says how its columns become inputs. */
export class ColumnFinder {
  readonly #names: readonly string[];
  readonly #most: number;
  readonly #seen: readonly Seen[];

  /** @param names of the columns, all different */
  constructor(names: readonly string[], { maxCategories = 16 }: FindColumnsOptions = {}) {
    if (!Number.isSafeInteger(maxCategories) || maxCategories < 2)
      throw new ArgumentError(`maxCategories: got ${maxCategories}, expected an integer ≥ 2`);
    this.#names = names;
    this.#most = maxCategories;
    this.#seen = names.map(() => ({ values: new Map(), tooMany: false }));
  }

  /** Looks at more rows, in the order of the file. */
  add(rows: readonly TableRow[]): void {
    for (const { row, cells } of rows)
      for (const [c, seen] of this.#seen.entries()) {
        const cell = cells[c];
        if (seen.tooMany || seen.values.has(cell) || isMissing(cell)) continue;
        seen.values.set(cell, row);
        // Zero and one may be written in several ways each.
        seen.tooMany =
          seen.values.size > this.#most && ![...seen.values.keys()].every((value) => bitOf(value) !== undefined);
      }
  }

  /**
   * The mapping. A column that holds 0 and 1, true and false or yes and no, in any spelling, is binary, as is one of any two
   * values, of which the first in alphabetical or numerical order is 0.
   * @throws FormatError naming the column: without values, with more than `maxCategories`, or with text among 0 and 1
   */
  columns(): Column[] {
    return this.#names.map((name, c) => columnOf(name, this.#seen[c], this.#most));
  }
}

function columnOf(column: string, { values: seen, tooMany }: Seen, most: number): Column {
  const values = [...seen.keys()];
  if (values.length === 0)
    throw new FormatError(`column "${column}": got no values, expected at least one cell that is not missing`);
  if (values.every((value) => bitOf(value) !== undefined))
    return { column, kind: "binary", values: [0, 1].map((bit) => spelling(values, bit)), inputs: [column] };
  // 0, 1 and a word is a typing error, not a column of three categories.
  const words = values.filter((value) => !isNumber(value));
  if (
    words.length > 0 &&
    words.length < values.length &&
    values.every((value) => words.includes(value) || bitOf(value) !== undefined)
  )
    throw new FormatError(
      `row ${seen.get(words[0])}, column "${column}": got ${JSON.stringify(words[0])}, expected 0 or 1 as in the rest of the column`,
    );
  if (tooMany)
    throw new FormatError(
      `column "${column}": got more than ${most} values (${values.slice(0, 4).join(", ")} …), expected 0 and 1, true and ` +
        `false, yes and no, or at most ${most} categories; real numbers need thresholds`,
    );
  values.sort(words.length === 0 ? (a, b) => Number(a) - Number(b) : undefined);
  if (values.length === 2) return { column, kind: "binary", values, inputs: [`${column}=${values[1]}`] };
  return { column, kind: "categories", values, inputs: values.map((value) => `${column}=${value}`) };
}

const PAIRS = [
  ["0", "1"],
  ["false", "true"],
  ["no", "yes"],
] as const;

/** How a column that has `values` writes 0 or 1: as the first of them does, or would. */
function spelling(values: readonly string[], bit: number): string {
  const own = values.find((value) => bitOf(value) === bit);
  if (own !== undefined) return own;
  const other = values[0];
  const pair = PAIRS.find((words) => words[1 - bit] === other.toLowerCase());
  if (!pair) return String(bit); // written as 1.0 or the like
  const word: string = pair[bit];
  if (other === other.toUpperCase()) return word.toUpperCase();
  return other[0] === other[0].toUpperCase() ? word[0].toUpperCase() + word.slice(1) : word;
}

/** The mapping of a table of nothing but 0 and 1 to inputs of the same names. */
export const binaryColumns = (names: readonly string[]): Column[] =>
  names.map((column) => ({ column, kind: "binary", values: ["0", "1"], inputs: [column] }));

/** How {@link TableEncoder} reads a file. */
export interface EncoderOptions {
  /** Names of the columns of the file, where it has any: they may stand in another order than the mapping's. */
  names?: readonly string[];
  /** What happens at a missing cell: an error (default), or its inputs are marked as not observed. */
  missing?: "error" | "mark";
}

/** Rows of a table as inputs. */
export interface EncodedRows {
  /** (rows, D). */
  readonly rows: BinaryRows;
  /** 0 at the inputs of missing cells, of the same size; their value in `rows` is 0. */
  readonly observed: BinaryRows;
  /** How many cells are missing. */
  readonly missing: number;
}

/** Applies a mapping to the rows of a table, a piece at a time. */
export class TableEncoder {
  /** D. */
  readonly inputs: number;
  readonly #width: number;
  readonly #missing: "error" | "mark";
  readonly #parts: readonly Part[];

  /** @throws ArgumentError for a mapping that is none, FormatError unless the file has these columns and no others */
  constructor(columns: readonly Column[], { names, missing = "error" }: EncoderOptions = {}) {
    const checked = checkColumns(columns);
    if (names) checkNames(checked, names);
    this.#width = checked.length;
    this.#missing = missing;
    let first = 0;
    this.#parts = checked.map((column, c) => {
      const part = partOf(column, names ? names.indexOf(column.column) : c, first);
      first += column.inputs.length;
      return part;
    });
    this.inputs = first;
  }

  /** @throws FormatError naming row, column and value of a cell that the mapping does not know, or the row's width */
  encode(rows: readonly TableRow[]): EncodedRows {
    const packed = BinaryRows.zeros(rows.length, this.inputs);
    const observed = BinaryRows.zeros(rows.length, this.inputs);
    observed.words.fill(0xffffffff);
    const { wordsPerRow } = packed;
    let missing = 0;
    for (const [r, { row, cells }] of rows.entries()) {
      if (cells.length !== this.#width)
        throw new FormatError(`row ${row}: got ${cells.length} cells, expected ${this.#width}`);
      const start = r * wordsPerRow;
      // The bits behind the last input are 0 in both.
      if (this.inputs % 32 > 0) observed.words[start + wordsPerRow - 1] = 2 ** (this.inputs % 32) - 1;
      for (const part of this.#parts) {
        const cell = cells[part.cell];
        const bits = part.known.get(cell) ?? part.bitsOf(cell);
        if (bits !== undefined) {
          if (bits >= 0) packed.words[start + (bits >>> 5)] |= 1 << (bits & 31);
          continue;
        }
        if (!isMissing(cell) || this.#missing === "error") throw badCell(row, part.column, cell);
        missing++;
        for (let d = part.first; d < part.first + part.column.inputs.length; d++)
          observed.words[start + (d >>> 5)] &= ~(1 << (d & 31));
      }
    }
    return { rows: packed, observed, missing };
  }
}

/** Whether a binary column is of zeros and ones, in whatever spelling. */
const isOfBits = ({ kind, values }: Column): boolean =>
  kind === "binary" && values.every((value, i) => bitOf(value) === i);

/** A column as the encoder needs it. */
interface Part {
  readonly column: Column;
  /** Which cell of a row, and the first of its inputs. */
  readonly cell: number;
  readonly first: number;
  /** Cell → the input that it sets to 1, or −1 for none. */
  readonly known: ReadonlyMap<string, number>;
  /** The same for spellings that the mapping does not have: other ways to write 0 and 1. */
  readonly bitsOf: (cell: string) => number | undefined;
}

function partOf(column: Column, cell: number, first: number): Part {
  const { kind, values } = column;
  const binary = kind === "binary";
  const known = new Map(values.map((value, i) => [value, binary ? (i === 1 ? first : -1) : first + i]));
  const isBits = isOfBits(column);
  const bitsOf = (text: string) => {
    const bit = isBits ? bitOf(text) : undefined;
    return bit === undefined ? undefined : bit === 1 ? first : -1;
  };
  return { column, cell, first, known, bitsOf };
}

function checkNames(columns: readonly Column[], names: readonly string[]): void {
  const lacking = columns.find(({ column }) => !names.includes(column));
  if (lacking)
    throw new FormatError(
      `got no column "${lacking.column}", expected it among ${names.slice(0, 8).join(", ")}${names.length > 8 ? " …" : ""}`,
    );
  const unknown = names.find((name) => !columns.some(({ column }) => column === name));
  if (unknown !== undefined)
    throw new FormatError(`got a column "${unknown}", expected only those that the model knows`);
}

function badCell(row: number, its: Column, cell: string): FormatError {
  const { column, values } = its;
  const some = values.slice(0, 8).join(", ") + (values.length > 8 ? " …" : "");
  const expected = isOfBits(its) ? "0 or 1, true or false, yes or no" : `one of ${some}`;
  const got = isMissing(cell) ? `a missing cell (${JSON.stringify(cell)})` : JSON.stringify(cell);
  return new FormatError(`row ${row}, column "${column}": got ${got}, expected ${expected}`);
}

/** Rows of inputs as cells again. */
export interface DecodedRows {
  /** The cells of every row; empty where the inputs are those of no value. */
  readonly cells: readonly (readonly string[])[];
  /** How many cells are empty because none of a column's indicators is 1, or several: a model may draw such. */
  readonly undecided: number;
}

/**
 * Turns rows of inputs into cells, the inverse of {@link TableEncoder.encode}.
 * @throws ArgumentError if the rows are not as wide as the mapping
 */
export function decodeTable(columns: readonly Column[], rows: BinaryRows): DecodedRows {
  const checked = checkColumns(columns);
  const inputs = inputsOf(checked);
  if (rows.inputs !== inputs) throw new ArgumentError(`rows: got rows of ${rows.inputs} values, expected ${inputs}`);
  let undecided = 0;
  const groups = groupsOf(checked);
  const cells = Array.from({ length: rows.rows }, (_, r) =>
    groups.map((group) => {
      const value = valueAt(group, rows, r);
      if (value < 0) undecided++;
      return group.column.values[value] ?? "";
    }),
  );
  return { cells, undecided };
}
