// What commands that draw or score have in common: names of inputs, and rows as cells of the table that they came from.

import { ArgumentError } from "../../../errors.ts";
import { decodeTable } from "../../../io/table.ts";
import { makeWhole, TURNS } from "../../../io/whole-rows.ts";
import type { ResolvedConfig } from "../../../made/config.ts";
import type { BinaryRows } from "../../../made/rows.ts";
import type { Field, Format, Rows } from "../formats.ts";
import { columnsOf } from "../rows.ts";

export const inputNamesOf = ({ inputs, inputNames, columns }: ResolvedConfig): readonly string[] =>
  inputNames ?? columns?.flatMap((column) => column.inputs) ?? Array.from({ length: inputs }, (_, d) => String(d + 1));

/** How rows of a model look in a format: cells of a table, or bits where that is numbers only. */
export interface RowPrinter {
  fields: readonly Field[];
  print(rows: BinaryRows): Rows;
  /** Cells so far that are empty because none of a column's indicators was 1, or several, in any turn. */
  readonly undecided: number;
}

/** @param array what an NPZ file calls the rows */
export function printerOf(config: ResolvedConfig, format: Format, array: string): RowPrinter {
  if (format === "npz" || format === "png") return bitPrinter(inputNamesOf(config), array);
  const columns = columnsOf(config);
  const areBits = columns.map(({ kind, values: [zero, one] }) => kind === "binary" && zero === "0" && one === "1");
  let undecided = 0;
  return {
    fields: columns.map(({ column }, c) => ({ name: column, type: areBits[c] ? "uint8" : "text" })),
    print(rows) {
      const decoded = decodeTable(columns, rows);
      undecided += decoded.undecided;
      return decoded.cells.map((cells) => cells.map((cell, c) => (areBits[c] ? Number(cell) : cell)));
    },
    get undecided() {
      return undecided;
    },
  };
}

function bitPrinter(names: readonly string[], array: string): RowPrinter {
  return {
    fields: names.map((name) => ({ name, array, type: "uint8" })),
    print: (rows) =>
      Array.from({ length: rows.rows }, (_, r) => Array.from({ length: rows.inputs }, (_, d) => rows.get(r, d))),
    undecided: 0,
  };
}

export function notAPicture(format: Format): void {
  if (format === "png")
    throw new ArgumentError("--format: got png, expected csv, ndjson or npz: only made sample draws pictures");
}

/** Rows of a table whose columns all have a value, as far as a model draws such; others as they are. */
export const wholeRows = async (
  { columns }: ResolvedConfig,
  drawn: BinaryRows,
  again: Parameters<typeof makeWhole>[2],
): Promise<BinaryRows> => (columns ? (await makeWhole(columns, drawn, again)).rows : drawn);

/** In words, how many cells have no value; undefined where all have. */
export const undecidedNote = ({ undecided }: RowPrinter): string | undefined =>
  undecided === 0
    ? undefined
    : `${undecided} cell${undecided === 1 ? " is" : "s are"} empty: in ${TURNS} turns of drawing the model drew none or ` +
      "several of the column's categories.";
