// From a file or pasted text to a table: CSV piece by piece, NPZ as a whole. Says in a sentence what is wrong with a file
// that is neither.

import { FormatError } from "../../src/errors.ts";
import { toBinaryRows } from "../../src/io/binary-rows.ts";
import { CsvParser, type TableRow } from "../../src/io/csv.ts";
import { parseNpz } from "../../src/io/npz.ts";
import { breathe, count, type Table } from "./table.ts";

/** Most bytes of a file, cells of a table, and bytes that an archive may unpack to. */
const MOST_BYTES = 2 ** 27;
const MOST_CELLS = 10_000_000;
const MOST_UNPACKED = 2 ** 29;
/** Fewer rows teach nothing. */
const FEWEST_ROWS = 20;

/** @throws FormatError saying what came and what was expected */
export async function readTable(file: File): Promise<Table> {
  if (file.size > MOST_BYTES)
    throw new FormatError(
      `${file.name}: got ${count(Math.round(file.size / 1e6), "megabyte")}, expected at most ${Math.floor(MOST_BYTES / 1e6)} on this page`,
    );
  const start = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  const table = isZip(start) || /\.npz$/i.test(file.name) ? await readNpz(file) : await readCsv(file, start);
  if (table.rows.length < FEWEST_ROWS)
    throw new FormatError(
      `${file.name}: got ${count(table.rows.length, "row")}, expected at least ${FEWEST_ROWS} to learn from`,
    );
  return table;
}

const isZip = (start: Uint8Array) => start[0] === 0x50 && start[1] === 0x4b;

async function readCsv(file: File, start: Uint8Array): Promise<Table> {
  if (start.includes(0))
    throw new FormatError(`${file.name}: got a file that is no text, expected a table as CSV, or an NPZ of 0 and 1`);
  const parser = new CsvParser();
  const rows: TableRow[] = [];
  const take = (more: readonly TableRow[]) => {
    for (const row of more) rows.push(row);
    if (rows.length > 0) checkSize(file, rows.length, rows[0].cells.length);
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new FormatError(
        `${file.name}: got text that is not UTF-8, expected it to be: save the table as “CSV UTF-8”`,
        {
          cause,
        },
      );
    }
  };
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    take(parser.push(decode(piece.value)));
    await breathe();
  }
  take(parser.push(decode()));
  take(parser.end());
  return { name: file.name, columns: parser.columns!, rows };
}

/** The array `train_data` of the archive, or else its first matrix; columns are named 1, 2, 3 … */
async function readNpz(file: File): Promise<Table> {
  const arrays = parseNpz(new Uint8Array(await file.arrayBuffer()), { maxBytes: MOST_UNPACKED });
  await breathe();
  const [name, array] = ["train_data"]
    .map((key) => [key, arrays.get(key)] as const)
    .concat([...arrays])
    .find(([, found]) => found?.shape.length === 2) ?? ["", undefined];
  if (!array)
    throw new FormatError(
      `${file.name}: got ${arrays.size === 0 ? "an archive without NumPy arrays" : `no matrix among ${[...arrays.keys()].join(", ")}`}, ` +
        "expected an NPZ with rows of 0 and 1; a spreadsheet has to be saved as CSV first",
    );
  checkSize(file, array.shape[0], array.shape[1]);
  const bits = toBinaryRows(array, `${file.name}: ${name}`);
  const columns = Array.from({ length: bits.inputs }, (_, d) => String(d + 1));
  const rows: TableRow[] = [];
  for (let r = 0; r < bits.rows; r++) {
    rows.push({ row: r + 1, cells: columns.map((_, d) => (bits.get(r, d) === 1 ? "1" : "0")) });
    if (r % 4096 === 0) await breathe();
  }
  return { name: file.name, columns, rows };
}

function checkSize({ name }: File, rows: number, columns: number): void {
  if (rows * columns > MOST_CELLS)
    throw new FormatError(
      `${name}: got ${rows.toLocaleString("en")} rows or more of ${count(columns, "column")}, expected at most ` +
        `${MOST_CELLS.toLocaleString("en")} cells on this page; the command line has no such limit`,
    );
}
