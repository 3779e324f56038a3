// The tables of the panel as contents: what each row shows, on the page and as CSV. Knows neither elements nor models.

import Papa from "papaparse";
import { decodeTable } from "../../src/io/table.ts";
import type { Column } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import type { Answers } from "./desk.ts";
import type { FilledCell } from "./fill.ts";
import { type Reason, reasons } from "./surprise.ts";
import { breathe, type Mapping, type Table } from "./table.ts";

export interface Cell {
  readonly text: string;
  /** Said beside the text, smaller. */
  readonly note?: string;
  /** How it is set off, if at all. */
  readonly look?: "filled" | "surprise-1" | "surprise-2" | "surprise-3" | "number";
}

/** Rows of cells that are made when they are wanted. */
export interface Sheet {
  readonly head: readonly string[];
  readonly rows: number;
  row(r: number): readonly Cell[];
}

const plain = (text: string): Cell => ({ text });
const numeric = (text: string): Cell => ({ text, look: "number" });
const percent = (p: number): string => (p > 0.995 && p < 1 ? "over 99 %" : `${Math.round(100 * p)} %`);

export const tableSheet = ({ columns, rows }: Table): Sheet => ({
  head: ["row", ...columns],
  rows: rows.length,
  row: (r) => [numeric(String(rows[r].row)), ...rows[r].cells.map(plain)],
});

/** The rows, the most surprising first, with the cells that make them so. */
export function rankingSheet(table: Table, mapping: Mapping, { filled, ranking }: Answers): Sheet {
  const at = placesOf(table, mapping.columns);
  const missing = cellsByRow(filled.cells);
  return {
    head: ["row", "log p", "why", ...table.columns],
    rows: table.rows.length,
    row: (i) => {
      const r = ranking.order[i];
      const why = reasons(ranking, r);
      const cells: Cell[] = filledRow(table, mapping.columns, at, r, missing.get(r) ?? []);
      for (const { column, nats } of why) {
        const c = at[column];
        if (cells[c].look !== "filled") cells[c] = { ...cells[c], look: lookOf(nats) };
      }
      const text = why.length > 0 ? wordsOf(why, mapping.columns, at, cells) : "nothing stands out";
      return [numeric(String(table.rows[r].row)), numeric(ranking.logProb[r].toFixed(2)), plain(text), ...cells];
    },
  };
}

const lookOf = (nats: number): Cell["look"] => (nats >= 5 ? "surprise-3" : nats >= 3 ? "surprise-2" : "surprise-1");

/** Reasons that are told in words; all are marked in their cells. */
const TOLD = 3;

function wordsOf(
  why: readonly Reason[],
  columns: readonly Column[],
  at: readonly number[],
  cells: readonly Cell[],
): string {
  return why
    .slice(0, TOLD)
    .map(({ column, nats }) => `${columns[column].column}: ${cells[at[column]].text} (${nats.toFixed(1)})`)
    .join("; ");
}

/** The rows that had missing cells, filled. */
export function filledSheet(table: Table, { columns }: Mapping, { filled }: Answers): Sheet {
  const at = placesOf(table, columns);
  const missing = [...cellsByRow(filled.cells)];
  return {
    head: ["row", ...table.columns],
    rows: missing.length,
    row: (i) => {
      const [r, cells] = missing[i];
      return [numeric(String(table.rows[r].row)), ...filledRow(table, columns, at, r, cells)];
    },
  };
}

export function syntheticSheet(columns: readonly Column[], rows: BinaryRows): Sheet {
  const { cells } = decodeTable(columns, rows);
  return { head: columns.map(({ column }) => column), rows: rows.rows, row: (r) => cells[r].map(plain) };
}

function filledRow(
  table: Table,
  columns: readonly Column[],
  at: readonly number[],
  r: number,
  filled: readonly FilledCell[],
): Cell[] {
  const cells = table.rows[r].cells.map(plain);
  for (const { column, value, probability } of filled)
    cells[at[column]] = { text: columns[column].values[value], note: percent(probability), look: "filled" };
  return cells;
}

const placesOf = (table: Table, columns: readonly Column[]): number[] =>
  columns.map(({ column }) => table.columns.indexOf(column));

function cellsByRow(cells: readonly FilledCell[]): Map<number, FilledCell[]> {
  const byRow = new Map<number, FilledCell[]>();
  for (const cell of cells) byRow.set(cell.row, [...(byRow.get(cell.row) ?? []), cell]);
  return byRow;
}

/** The whole table with its missing cells filled, and a last column that says which those are. */
export function filledTableSheet(table: Table, { columns }: Mapping, { filled }: Answers): Sheet {
  const at = placesOf(table, columns);
  const missing = cellsByRow(filled.cells);
  return {
    head: [...table.columns, "filled in"],
    rows: table.rows.length,
    row: (r) => {
      const its = missing.get(r) ?? [];
      const told = its.map(({ column, probability }) => `${columns[column].column} (${percent(probability)})`);
      return [...filledRow(table, columns, at, r, its), plain(told.join("; "))];
    },
  };
}

const LINE_END = "\r\n";

/** All rows of a sheet as CSV. */
export async function csvOf({ head, rows, row }: Sheet): Promise<string> {
  const lines = [Papa.unparse([head])];
  for (let r = 0; r < rows; r++) {
    lines.push(Papa.unparse([row(r).map(({ text }) => text)]));
    await breathe();
  }
  return lines.join(LINE_END) + LINE_END;
}
