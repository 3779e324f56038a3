// Where results go: CSV, NDJSON, NPZ or PNG, to stdout or to a file that appears when it is whole; or, of a shard, to a part
// that `made merge` puts together with its fellows.

import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { ArgumentError, MadeError } from "../../errors.ts";
import { encoderOf, type Format, type Layout, type Rows } from "./formats.ts";

/** Takes bytes or text; process.stdout is one. */
export interface Sink {
  write(piece: string | Uint8Array, done: (error?: Error | null) => void): unknown;
}

/** What a command writes its results to. */
export interface Output {
  /** Adds the rows of a block. */
  write(index: number, rows: Rows): Promise<void>;
  /** Everything was written: makes the file appear. */
  finish(totals: Totals): Promise<void>;
  /** Leaves nothing behind; does nothing after `finish`. */
  discard(): Promise<void>;
}

/** Rows and blocks of the whole, the other shards' included. */
export interface Totals {
  rows: number;
  blocks: number;
}

/** Which of how many parts, from 1. */
export interface Shard {
  part: number;
  of: number;
}

export interface Destination {
  /** A path; stdout without one. */
  file?: string;
  stdout: Sink;
}

/** A file that appears under its name when it is whole, or stdout. */
class Target {
  readonly #destination: Destination;
  readonly #unfinished: string;
  #handle: FileHandle | undefined;

  private constructor(destination: Destination, handle: FileHandle | undefined, unfinished: string) {
    this.#destination = destination;
    this.#handle = handle;
    this.#unfinished = unfinished;
  }

  /** @throws ArgumentError unless a file of that name can be written: better said before the work than after it */
  static async open(destination: Destination): Promise<Target> {
    const { file } = destination;
    if (file === undefined) return new Target(destination, undefined, "");
    const isFolder = await stat(file).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw new ArgumentError(`--output: got "${file}", which is a folder, expected a file`);
    const unfinished = `${file}.${process.pid}.part`;
    try {
      return new Target(destination, await open(unfinished, "w"), unfinished);
    } catch (cause) {
      const why = { ENOENT: "whose folder is not there", EACCES: "which may not be written" };
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new ArgumentError(
        `--output: got "${file}", ${why[code as keyof typeof why] ?? message}, expected a file that can be written`,
      );
    }
  }

  async write(piece: string | Uint8Array): Promise<void> {
    if (piece.length === 0) return;
    const handle = this.#handle;
    await this.#told(() => (handle ? handle.appendFile(piece) : toStdout(this.#destination.stdout, piece)));
  }

  async finish(): Promise<void> {
    if (!this.#handle) return;
    const { file } = this.#destination;
    await this.#told(async () => {
      await this.#handle!.close();
      await rename(this.#unfinished, file!);
    });
    this.#handle = undefined;
  }

  async discard(): Promise<void> {
    if (!this.#handle) return;
    await this.#handle.close().catch(() => {});
    await rm(this.#unfinished, { force: true });
    this.#handle = undefined;
  }

  async #told(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (cause) {
      throw new MadeError("write-failed", `${this.#destination.file ?? "stdout"}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

const toStdout = (stdout: Sink, piece: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    stdout.write(piece, (error) => (error ? reject(error) : resolve()));
  });

/** Results in their final form. */
export async function openOutput(destination: Destination, layout: Layout): Promise<Output> {
  const target = await Target.open(destination);
  const encoder = encoderOf(layout);
  let begun = false;
  const begin = async () => {
    if (!begun) await target.write(encoder.head());
    begun = true;
  };
  return {
    async write(_, rows) {
      await begin();
      await target.write(encoder.rows(rows));
    },
    async finish() {
      await begin();
      await target.write(encoder.tail());
      await target.finish();
    },
    discard: () => target.discard(),
  };
}

/** What the parts of a whole have in common: only such may be merged. */
export interface PartHeader extends Shard {
  made: "part";
  /** The command and whatever its results follow from. */
  run: unknown;
  layout: Layout;
}

/** The results of a shard: lines of JSON, a header, a line for every block, and the totals. */
export async function openPart(destination: Destination, header: PartHeader): Promise<Output> {
  const target = await Target.open(destination);
  const line = (value: unknown) => target.write(`${JSON.stringify(value)}\n`);
  let begun = false;
  const begin = async () => {
    if (!begun) await line(header);
    begun = true;
  };
  return {
    async write(block, rows) {
      await begin();
      await line({ block, rows });
    },
    async finish(totals) {
      await begin();
      await line({ end: totals });
      await target.finish();
    },
    discard: () => target.discard(),
  };
}

/** @throws ArgumentError unless a file of that name can be written */
export async function checkWritable(file: string): Promise<void> {
  const target = await Target.open({ file, stdout: { write: () => {} } });
  await target.discard();
}

/** Writes one whole file, or its bytes to stdout. */
export async function writeWhole(destination: Destination, bytes: Uint8Array): Promise<void> {
  const target = await Target.open(destination);
  try {
    await target.write(bytes);
    await target.finish();
  } finally {
    await target.discard();
  }
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: "csv",
  ndjson: "ndjson",
  jsonl: "ndjson",
  npz: "npz",
  png: "png",
};

/** The format that a file's name or `--format` says. @throws ArgumentError where they say nothing, or different things */
export function formatOf(file: string | undefined, format: Format | undefined, otherwise: Format): Format {
  if (format) return format;
  if (file === undefined) return otherwise;
  const extension = /\.([^./\\]+)$/.exec(file)?.[1].toLowerCase() ?? "";
  const found = Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
  if (!found)
    throw new ArgumentError(
      `--output: got "${file}", expected a name that ends in .csv, .ndjson, .npz or .png, or --format`,
    );
  return found;
}
