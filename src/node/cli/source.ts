// Opens a data file for the command line, whatever it is: a table (CSV, Parquet) or arrays (NPZ, NPY, IDX), all read a piece at
// a time. It is told by its first bytes, not by its name. What the values mean is decided in rows.ts.

import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { ArgumentError, FormatError, MadeError } from "../../errors.ts";
import { CsvParser, type TableRow } from "../../io/csv.ts";
import { type ArrayFile, openArrayFile } from "./array-files.ts";
import { openParquet } from "./parquet.ts";

export interface SourceOptions {
  header?: boolean;
  delimiter?: string;
  /** Columns that are left out. */
  ignore?: readonly string[];
}

/** A table that is being read. */
export interface Table {
  readonly names: readonly string[];
  /** Whether the names are the file's own. */
  readonly hasNames: boolean;
  /** Rows in pieces of any size, once. */
  readonly rows: AsyncIterable<readonly TableRow[]>;
}

export interface TableSource {
  readonly kind: "table";
  readonly name: string;
  /**
   * Opens it from the beginning: more than once only where `again` was asked for, or it is a file.
   * @throws FormatError, as its rows do: whoever reads them adds the name
   */
  open(): Promise<Table>;
  /** Share of it that was read, 0 … 1; undefined where its length is not known. */
  share(): number | undefined;
}

export interface ArraySource extends ArrayFile {
  readonly kind: "arrays";
  readonly name: string;
}

export type Source = TableSource | ArraySource;

export const STDIN = "-";

/** A stream of text, such as process.stdin. */
export type TextStream = AsyncIterable<Uint8Array | string>;

/**
 * @param file a path, or "-" for CSV on stdin
 * @throws ArgumentError where there is no such file, FormatError where it isn't one of these; both begin with its name
 */
export async function openSource(
  file: string,
  options: SourceOptions,
  { stdin, again = false }: { stdin: TextStream; again?: boolean },
): Promise<Source> {
  if (file === STDIN) {
    const text = decoded(stdin);
    const kept = again ? keptText(text) : undefined;
    return tableOf("stdin", () => openCsv(kept ? kept() : text, options), options);
  }
  const { size, head } = await lookAt(file);
  return named(file, async () => {
    if (size === 0) throw new FormatError("got an empty file, expected rows of data");
    const kind = kindOf(head);
    if (kind === "parquet") return openParquet(file, options);
    if (kind === "csv") {
      let read = 0;
      const text = () => {
        const stream = createReadStream(file, { encoding: "utf8", highWaterMark: 1 << 18 });
        stream.on("data", () => {
          read = stream.bytesRead;
        });
        return stream;
      };
      return tableOf(
        file,
        () => openCsv(text(), options),
        options,
        () => read / size,
      );
    }
    return { kind: "arrays" as const, name: file, ...(await openArrayFile(file, size, kind)) };
  });
}

/** A table source, without the columns that are to be ignored. */
export function tableOf(
  name: string,
  openIt: () => Promise<Table>,
  { ignore = [] }: SourceOptions,
  share: () => number | undefined = () => undefined,
): TableSource {
  return { kind: "table", name, open: async () => without(await openIt(), ignore), share };
}

/** Adds a file's name to what is wrong with it. */
export async function named<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw withName(name, cause);
  }
}

export function withName(name: string, cause: unknown): unknown {
  if (cause instanceof FormatError) return new FormatError(`${name}: ${cause.message}`, { cause });
  const { code, message } = cause as NodeJS.ErrnoException;
  return code && !(cause instanceof MadeError) && cause instanceof Error
    ? new MadeError("read-failed", `${name}: ${message}`, { cause })
    : cause;
}

/** The beginning of a file. @throws ArgumentError where there is no such file */
async function lookAt(file: string) {
  try {
    const { size } = await stat(file);
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: new Uint8Array(16), position: 0 });
      return { size, head: buffer.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cannotRead(file, cause as NodeJS.ErrnoException);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "a folder",
  EACCES: "no permission to read it",
};

export const cannotRead = (file: string, { code = "", message }: NodeJS.ErrnoException): ArgumentError =>
  new ArgumentError(`${file}: got ${REASONS[code] ?? message}, expected a file that can be read`);

function kindOf(head: Uint8Array): "npz" | "npy" | "idx" | "parquet" | "csv" {
  const text = String.fromCharCode(...head);
  if (text.startsWith("PK")) return "npz";
  if (text.startsWith("\x93NUMPY")) return "npy";
  if (text.startsWith("PAR1")) return "parquet";
  if (head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14) return "idx";
  if (text.startsWith("\x1f\x8b")) throw new FormatError("got a file packed by gzip, expected it unpacked");
  if (text.slice(4, 9) === "\0\0\0\0{") throw new FormatError("got a model, expected data");
  if (text.includes("\0"))
    throw new FormatError("got bytes of no known format, expected NPZ, NPY, IDX, Parquet or CSV");
  return "csv";
}

async function openCsv(text: AsyncIterable<string>, { header, delimiter }: SourceOptions): Promise<Table> {
  const parser = new CsvParser({ header, delimiter });
  const pieces = piecesOf(parser, text);
  // The columns are known when the first rows are.
  const first = await pieces.next();
  async function* rows() {
    if (first.done) return;
    yield first.value;
    yield* pieces;
  }
  return { names: parser.columns!, hasNames: parser.hasHeader, rows: rows() };
}

async function* piecesOf(parser: CsvParser, text: AsyncIterable<string>): AsyncGenerator<TableRow[], void> {
  for await (const piece of text) {
    const rows = parser.push(piece);
    if (rows.length > 0) yield rows;
  }
  const last = parser.end();
  if (last.length > 0) yield last;
}

async function* decoded(stream: TextStream): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of stream) yield typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** Text that is read once and kept, to be gone through again. */
function keptText(text: AsyncIterable<string>): () => AsyncIterable<string> {
  let pieces: string[] | undefined;
  return async function* () {
    if (!pieces) {
      pieces = [];
      for await (const piece of text) pieces.push(piece);
    }
    yield* pieces;
  };
}

function without({ names, hasNames, rows }: Table, ignore: readonly string[]): Table {
  const unknown = ignore.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ArgumentError(
      `--ignore: got "${unknown}", expected a column of the file: ${names.slice(0, 8).join(", ")}`,
    );
  if (ignore.length === 0) return { names, hasNames, rows };
  const kept = names.flatMap((name, c) => (ignore.includes(name) ? [] : [c]));
  async function* fewer() {
    for await (const piece of rows) yield piece.map(({ row, cells }) => ({ row, cells: kept.map((c) => cells[c]) }));
  }
  return { names: kept.map((c) => names[c]), hasNames, rows: fewer() };
}
