// Finds and reads the splits of a data set: an NPZ file, or the three text files that a set of DEBD is published as.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, FormatError } from "../../errors.ts";
import { readSplits, type Splits } from "../../io/npz.ts";
import { BinaryRows } from "../../made/rows.ts";
import { DATA_SETS, type DataSet } from "../../reproduce/data-sets.ts";

/** A data set with its rows, and the file or files they came from. */
export interface FoundSet {
  readonly set: DataSet;
  readonly splits: Splits;
  readonly from: string;
}

const PARTS = ["train", "valid", "test"] as const;

/** @throws ArgumentError on a name that is none */
export function dataSet(name: string): DataSet {
  const set = DATA_SETS.find((known) => known.name === name);
  if (set) return set;
  const names = DATA_SETS.map((known) => known.name).join(", ");
  throw new ArgumentError(`name: got "${name}", expected one of ${names}`);
}

/**
 * Looks for a set in folders and files. A file is taken for whatever set is asked for where its own name says nothing else.
 * @param places of --data
 * @throws ArgumentError where it isn't there, FormatError where it can't be read
 */
export async function findSet(set: DataSet, places: readonly string[]): Promise<FoundSet> {
  const tried: string[] = [];
  for (const place of places) {
    const kind = await kindOf(place);
    if (kind === undefined) throw new ArgumentError(`--data: ${place}: got no such file or folder`);
    if (kind === "file") {
      if (namesSet(set, place)) return npz(set, place);
      tried.push(place);
      continue;
    }
    for (const file of set.files) {
      const path = join(place, `${file}.npz`);
      if ((await kindOf(path)) === "file") return npz(set, path);
      tried.push(path);
    }
    if (set.source !== "DEBD") continue;
    const stem = set.files[set.files.length - 1];
    for (const folder of [place, join(place, stem), join(place, "datasets", stem)]) {
      const paths = PARTS.map((part) => join(folder, `${stem}.${part}.data`));
      if ((await kindOf(paths[0])) === "file") return text(set, paths);
      tried.push(paths[0]);
    }
  }
  throw new ArgumentError(`--data: got no file of ${set.name}, expected one of ${tried.join(", ")}`);
}

/** Whether a file's name is one of the set's; no file of another set is taken for it. */
function namesSet({ files }: DataSet, path: string): boolean {
  const name = path.replace(/^.*[\\/]/, "").toLowerCase();
  return files.some((file) => name === `${file}.npz`);
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  return found.isDirectory() ? "folder" : "file";
}

async function npz(set: DataSet, path: string): Promise<FoundSet> {
  try {
    return checked({ set, splits: readSplits(await readFile(path)), from: path });
  } catch (cause) {
    throw cause instanceof FormatError ? new FormatError(`${path}: ${cause.message}`, { cause }) : cause;
  }
}

async function text(set: DataSet, paths: readonly string[]): Promise<FoundSet> {
  const read = async (path: string) => parseRows(path, await readFile(path, "latin1").catch(notThere(path)));
  const [train, valid, test] = await Promise.all(paths.map(read));
  for (const [i, { inputs }] of [train, valid, test].entries())
    if (inputs !== train.inputs)
      throw new FormatError(`${paths[i]}: got ${inputs} values a row, expected ${train.inputs} as in ${paths[0]}`);
  return checked({ set, splits: { train, valid, test }, from: paths[0] });
}

const notThere = (path: string) => () => {
  throw new ArgumentError(`--data: got no file ${path}, expected it beside the others of its set`);
};

/** Lines of 0 and 1 with commas between them. */
export function parseRows(path: string, lines: string): BinaryRows {
  const rows = lines.split(/\r?\n/).filter((line) => line !== "");
  const inputs = rows.length > 0 ? rows[0].split(",").length : 0;
  const values = new Uint8Array(rows.length * inputs);
  for (const [r, line] of rows.entries()) {
    if (!/^[01](,[01])*$/.test(line))
      throw new FormatError(`${path}: line ${r + 1}: got "${line.slice(0, 40)}", expected 0 and 1 with commas between`);
    if (line.length !== 2 * inputs - 1)
      throw new FormatError(
        `${path}: line ${r + 1}: got ${(line.length + 1) / 2} values, expected ${inputs} as in line 1`,
      );
    for (let d = 0; d < inputs; d++) values[r * inputs + d] = line.charCodeAt(2 * d) - 48;
  }
  if (rows.length === 0) throw new FormatError(`${path}: got no rows, expected at least one`);
  return BinaryRows.from(values, inputs);
}

function checked(found: FoundSet): FoundSet {
  for (const part of PARTS)
    if (found.splits[part].rows === 0) throw new FormatError(`${found.from}: got no ${part} rows, expected some`);
  return found;
}
