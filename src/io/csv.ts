// Reads CSV piece by piece: text goes in as it comes, rows of cells come out, so that a file may be larger than memory.
// Papa Parse splits the text; what the cells mean is the business of table.ts.

import Papa from "papaparse";
import { ArgumentError, FormatError } from "../errors.ts";
import { isMissing, looksLikeData } from "./cells.ts";

/** How a CSV file is written; what is not said is found out from its first rows. */
export interface CsvOptions {
  /** Sign between cells (default: detected; one of comma, tab, semicolon and bar). */
  delimiter?: string;
  /**
   * Whether the first row has the names of the columns (default: detected). It is taken for names if its cells are all
   * different, none of them is missing or a number, and none comes again in its own column; or if it is 0, 1, 2 and so on.
   */
  header?: boolean;
}

/** A row of a table. */
export interface TableRow {
  /** Its number as in a spreadsheet: 1 is the first row of the file, names of columns included. */
  readonly row: number;
  /** As they stand in the file, without white space at their ends. */
  readonly cells: readonly string[];
}

/** Characters that are looked at before the delimiter and the header are decided, and the most that one row may have. */
const LOOK_AT = 1 << 16;
const LONGEST_ROW = 1 << 22;

const DELIMITERS = [",", "\t", ";", "|"];

/**
 * Takes the text of one CSV file in pieces of any size. Rows of the wrong width are errors; lines without anything are
 * passed by, but in a table of one column they are missing cells.
 */
export class CsvParser {
  readonly #options: CsvOptions;
  #text = "";
  #started = false;
  #parser: Papa.Parser | undefined;
  /** Rows of the file so far, and of those the empty ones that may yet be cells. */
  #row = 0;
  #blank: number[] = [];
  #width = 0;
  #columns: readonly string[] | undefined;
  #hasHeader = false;

  constructor(options: CsvOptions = {}) {
    const { delimiter, header } = options;
    if (delimiter !== undefined && (typeof delimiter !== "string" || !/^[^"\r\n]$/.test(delimiter)))
      throw new ArgumentError(`delimiter: got ${JSON.stringify(delimiter)}, expected one sign such as ","`);
    if (header !== undefined && typeof header !== "boolean")
      throw new ArgumentError(`header: got ${JSON.stringify(header)}, expected true or false`);
    this.#options = options;
  }

  /** Names of the columns, or 1, 2, 3 … where the file has none; undefined until the first rows have come out. */
  get columns(): readonly string[] | undefined {
    return this.#columns;
  }

  /** Whether the names of the columns are the file's own. */
  get hasHeader(): boolean {
    return this.#hasHeader;
  }

  /**
   * Takes the next piece of text.
   * @returns the rows that are complete by now, none of them the header
   * @throws FormatError naming the row: of another width than the first one, or with quotes that do not match
   */
  push(text: string): TableRow[] {
    this.#text += text;
    if (!this.#parser && this.#text.length < LOOK_AT) return [];
    const rows = this.#read(true);
    if (this.#text.length > LONGEST_ROW)
      throw new FormatError(
        `CSV: row ${this.#row + 1} has no end within ${LONGEST_ROW} characters, expected a quote that is closed or a new line`,
      );
    return rows;
  }

  /**
   * Takes the end of the file.
   * @returns the rows that were left
   * @throws FormatError as {@link push}, and where the file has no rows at all
   */
  end(): TableRow[] {
    const rows = this.#read(false);
    if (this.#columns === undefined) throw new FormatError("CSV: got an empty file, expected rows of cells");
    return rows;
  }

  #read(more: boolean): TableRow[] {
    this.#parser ??= this.#look();
    const { data, errors, meta } = this.#parser.parse(this.#text, 0, more) as Papa.ParseResult<string[]>;
    // Of a row that may go on in the next piece nothing can be said yet.
    const error = errors.find(({ row = 0 }) => !more || row < data.length);
    if (error)
      throw new FormatError(`CSV: row ${this.#row + (error.row ?? 0) + 1}: ${QUOTES[error.code] ?? error.message}`);
    this.#text = more ? this.#text.slice(meta.cursor) : "";
    const rows = data.flatMap((cells) => this.#take(cells));
    if (this.#started || rows.length === 0) return rows;
    this.#started = true;
    return this.#takeHeader(rows);
  }

  /** Decides on delimiter and line ends by the beginning of the text. */
  #look(): Papa.Parser {
    if (this.#text.startsWith("\ufeff")) this.#text = this.#text.slice(1);
    const sample = this.#text.slice(0, LOOK_AT);
    const { delimiter = delimiterOf(sample) } = this.#options;
    // With line ends of two signs the first one is taken off the last cell: files have both kinds mixed.
    return new Papa.Parser({ delimiter, newline: sample.includes("\n") || !sample.includes("\r") ? "\n" : "\r" });
  }

  #take(cells: string[]): TableRow[] {
    this.#row++;
    const row = { row: this.#row, cells: cells.map((cell) => cell.trim()) };
    if (cells.length === 1 && row.cells[0] === "") {
      if (this.#width === 1) this.#blank.push(this.#row);
      return [];
    }
    this.#width ||= cells.length;
    if (cells.length !== this.#width)
      throw new FormatError(
        `CSV: row ${this.#row} has ${count(cells.length, "cell")}, expected ${this.#width} as in the first row`,
      );
    const missing = this.#blank.map((number) => ({ row: number, cells: [""] }));
    this.#blank = [];
    return [...missing, row];
  }

  #takeHeader(rows: TableRow[]): TableRow[] {
    const [first, ...rest] = rows;
    this.#hasHeader = this.#options.header ?? looksLikeHeader(first.cells, rest);
    this.#columns = this.#hasHeader ? first.cells : first.cells.map((_, c) => String(c + 1));
    if (!this.#hasHeader) return rows;
    first.cells.forEach((name, c) => {
      if (name === "") throw new FormatError(`CSV: row ${first.row}: column ${c + 1} has no name, expected one`);
      if (first.cells.indexOf(name) !== c)
        throw new FormatError(`CSV: row ${first.row}: got the column "${name}" twice, expected different names`);
    });
    return rest;
  }
}

const QUOTES: Readonly<Record<string, string>> = {
  MissingQuotes: "got a cell that begins with a quote, expected one at its end: the file ends before it",
  InvalidQuotes: 'got a quote within a quoted cell, expected it doubled ("")',
};

/** The delimiter that there is most of outside quotes in the first line that has any. */
function delimiterOf(sample: string): string {
  for (const line of sample.replaceAll(/"[^"]*"/g, "").split(/[\r\n]+/)) {
    const counts = DELIMITERS.map((sign) => line.split(sign).length - 1);
    const most = Math.max(...counts);
    if (most > 0) return DELIMITERS[counts.indexOf(most)];
  }
  return ",";
}

function looksLikeHeader(first: readonly string[], rest: readonly TableRow[]): boolean {
  if (first.length > 2 && first.every((cell, c) => cell === String(c))) return true;
  if (new Set(first).size !== first.length || first.some((cell) => isMissing(cell) || looksLikeData(cell)))
    return false;
  return !first.some((cell, c) => rest.some(({ cells }) => cells[c] === cell));
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
