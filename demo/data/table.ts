// A table on the page: its cells as text, which of its columns a model can learn, and its rows as inputs. Works in slices,
// so that a large table never holds the page up. Reading files is the business of read-table.ts.

import { FormatError } from "../../src/errors.ts";
import { bitOf, isMissing } from "../../src/io/cells.ts";
import type { TableRow } from "../../src/io/csv.ts";
import { ColumnFinder, type EncodedRows, TableEncoder } from "../../src/io/table.ts";
import { type Column, inputsOf } from "../../src/made/columns.ts";
import { BinaryRows } from "../../src/made/rows.ts";

export interface Table {
  /** What it is called: the file's name. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** A column that a model cannot learn, and why, as the end of a sentence. */
export interface LeftOut {
  readonly column: string;
  readonly why: string;
}

/** A cell of text in a column of 0 and 1. */
export interface BadCell {
  /** Its row as in a spreadsheet. */
  readonly row: number;
  readonly column: string;
  readonly value: string;
}

/** How the columns of a table become inputs. */
export interface Mapping {
  readonly columns: readonly Column[];
  readonly leftOut: readonly LeftOut[];
}

/** Thrown where cells are in the way that could count as missing. */
export class BadCellsError extends FormatError {
  readonly cells: readonly BadCell[];

  constructor(message: string, cells: readonly BadCell[]) {
    super(message);
    this.cells = cells;
  }
}

/** Most inputs that the page trains with. */
export const MOST_INPUTS = 2048;
/** Rows gone through before the page may draw again. */
const SLICE = 4096;

/** Milliseconds of work after which the page must draw and answer, and when it last did. */
const HOLD_MS = 12;
let freeAt = performance.now();

/** Lets the page draw and answer, where that is due, before what follows. */
export async function breathe(): Promise<void> {
  if (performance.now() - freeAt < HOLD_MS) return;
  await new Promise((resolve) => setTimeout(resolve));
  freeAt = performance.now();
}

/**
 * Finds out what each column holds. Columns of names, numbers or nothing are left out.
 * @throws BadCellsError naming row, column and value of the first; FormatError where nothing is left to learn, or too much
 */
export async function mapColumns(table: Table): Promise<Mapping> {
  const columns: Column[] = [];
  const leftOut: LeftOut[] = [];
  const bad: BadCell[] = [];
  let message = "";
  for (const [c, column] of table.columns.entries()) {
    const finder = new ColumnFinder([column]);
    for (let r = 0; r < table.rows.length; r += SLICE) {
      finder.add(table.rows.slice(r, r + SLICE).map(({ row, cells }) => ({ row, cells: [cells[c]] })));
      await breathe();
    }
    try {
      const [found] = finder.columns();
      if (new Set(found.values).size > 1 && table.rows.some(({ cells }) => differs(cells[c], table.rows[0].cells[c])))
        columns.push(found);
      else leftOut.push({ column, why: "it says the same in every row" });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const cells = badCellsOf(table, c);
      if (cells.length > 0) message ||= error.message;
      else leftOut.push({ column, why: whyNot(table, c) });
      bad.push(...cells);
    }
  }
  if (bad.length > 0) throw new BadCellsError(message, bad);
  if (columns.length === 0)
    throw new FormatError(
      `${table.name}: got no column of yes and no or of a few categories, expected at least one: ` +
        leftOut.map(({ column, why }) => `“${column}” is no use because ${why}`).join(", "),
    );
  const inputs = inputsOf(columns);
  if (inputs > MOST_INPUTS)
    throw new FormatError(`${table.name}: its columns become ${inputs} inputs, expected at most ${MOST_INPUTS} here`);
  return { columns, leftOut };
}

const differs = (cell: string, other: string) => cell !== other && !(isMissing(cell) && isMissing(other));

/** Words in a column that also has 0 and 1 (or true, yes …), where these are most of it. */
function badCellsOf({ columns, rows }: Table, c: number): BadCell[] {
  const filled = rows.filter(({ cells }) => !isMissing(cells[c]));
  const bad = filled.filter(({ cells }) => bitOf(cells[c]) === undefined);
  if (2 * bad.length > filled.length) return [];
  return bad.map(({ row, cells }) => ({ row, column: columns[c], value: cells[c] }));
}

function whyNot({ rows }: Table, c: number): string {
  const values = new Set(rows.map(({ cells }) => cells[c]).filter((cell) => !isMissing(cell)));
  if (values.size === 0) return "all its cells are missing";
  return `it has ${values.size} different values, more than the 16 that can be categories`;
}

/** The table with these cells empty. */
export function withMissing(table: Table, cells: readonly BadCell[]): Table {
  const empty = new Set(cells.map(({ row, column }) => `${row} ${column}`));
  const rows = table.rows.map(({ row, cells: its }) => ({
    row,
    cells: its.map((cell, c) => (empty.has(`${row} ${table.columns[c]}`) ? "" : cell)),
  }));
  return { ...table, rows };
}

/**
 * The rows as inputs by a mapping, missing cells marked.
 * @throws FormatError where the table lacks one of its columns; BadCellsError with all cells that it does not know
 */
export async function encode(table: Table, columns: readonly Column[]): Promise<EncodedRows> {
  const at = columns.map(({ column }) => table.columns.indexOf(column));
  const lacking = columns.filter((_, i) => at[i] < 0).map(({ column }) => `“${column}”`);
  if (lacking.length > 0)
    throw new FormatError(
      `the model knows ${count(columns.length, "column")}, and ${table.name} has no ${listed(lacking)}, expected all of them`,
    );
  const encoder = new TableEncoder(columns, { missing: "mark" });
  const rows = BinaryRows.zeros(table.rows.length, encoder.inputs);
  const observed = BinaryRows.zeros(table.rows.length, encoder.inputs);
  const bad: BadCell[] = [];
  let message = "";
  let missing = 0;
  for (let first = 0; first < table.rows.length; first += SLICE) {
    const part = table.rows
      .slice(first, first + SLICE)
      .map(({ row, cells }) => ({ row, cells: at.map((c) => cells[c]) }));
    try {
      const encoded = encoder.encode(part);
      rows.words.set(encoded.rows.words, first * rows.wordsPerRow);
      observed.words.set(encoded.observed.words, first * rows.wordsPerRow);
      missing += encoded.missing;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      message ||= error.message;
      bad.push(...unknownCells(columns, part));
    }
    await breathe();
  }
  if (bad.length > 0) throw new BadCellsError(message, bad);
  return { rows, observed, missing };
}

function unknownCells(columns: readonly Column[], rows: readonly TableRow[]): BadCell[] {
  return columns.flatMap((mapped, c) => {
    const encoder = new TableEncoder([mapped], { missing: "mark" });
    return rows
      .filter(({ row, cells }) => !understands(encoder, { row, cells: [cells[c]] }))
      .map(({ row, cells }) => ({ row, column: mapped.column, value: cells[c] }));
  });
}

function understands(encoder: TableEncoder, row: TableRow): boolean {
  try {
    encoder.encode([row]);
    return true;
  } catch {
    return false;
  }
}

/** "1 row", "2 rows", "1,000 rows". */
export const count = (n: number, what: string): string => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

/** "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
