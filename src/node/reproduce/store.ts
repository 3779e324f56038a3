// Keeps trained members in a folder, a model file and a record each. A record appears when its model is whole, so whatever
// ends the program leaves members that are finished or not there.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArgumentError, FormatError, MadeError } from "../../errors.ts";
import { crc32 } from "../../io/crc32.ts";
import type { Splits } from "../../io/npz.ts";
import type { MemberRecord } from "../../reproduce/member.ts";
import type { Candidate } from "../../reproduce/recipe.ts";
import type { MemberStore } from "../../reproduce/run.ts";

/** A record as it lies in its file: with what tells the rows it was trained on from others. */
type Kept = MemberRecord & { readonly rows: string };

export class FolderStore implements MemberStore {
  readonly #folder: string;
  readonly #rows: string;

  private constructor(folder: string, rows: string) {
    this.#folder = folder;
    this.#rows = rows;
  }

  /** @throws ArgumentError where the folder can't be made */
  static async open(folder: string, splits: Splits): Promise<FolderStore> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (cause) {
      throw new ArgumentError(`--out: got "${folder}", ${(cause as Error).message}, expected a folder to write to`);
    }
    return new FolderStore(folder, fingerprint(splits));
  }

  async find(candidate: Candidate, seed: number): Promise<MemberRecord | undefined> {
    const path = `${this.#stem(candidate, seed)}.json`;
    const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined;
      throw cause;
    });
    if (text === undefined) return undefined;
    const { rows, ...record } = parse(path, text);
    if (rows !== this.#rows || JSON.stringify(record.candidate) !== JSON.stringify(candidate))
      throw new ArgumentError(
        `--out: ${path}: got a member of another recipe or other rows, expected an empty folder or one of this recipe`,
      );
    return record;
  }

  async read(candidate: Candidate, seed: number): Promise<Uint8Array> {
    const path = `${this.#stem(candidate, seed)}.safetensors`;
    return readFile(path).catch((cause) => {
      throw new MadeError("read-failed", `${path}: got ${cause.message}`, { cause });
    });
  }

  async keep(record: MemberRecord, model: Uint8Array): Promise<void> {
    const stem = this.#stem(record.candidate, record.seed);
    const kept: Kept = { ...record, rows: this.#rows };
    await writeWhole(`${stem}.safetensors`, model);
    await writeWhole(`${stem}.json`, `${JSON.stringify(kept)}\n`);
  }

  #stem({ name }: Candidate, seed: number): string {
    return join(this.#folder, `${name}-${seed}`);
  }
}

/** A file that appears when it is whole. @throws MadeError (code `write-failed`) */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (cause) {
    throw new MadeError("write-failed", `${path}: got ${(cause as Error).message}`, { cause });
  }
}

function parse(path: string, text: string): Kept {
  try {
    const kept = JSON.parse(text) as Kept;
    if (typeof kept.rows === "string" && Array.isArray(kept.validationLogProb)) return kept;
  } catch (cause) {
    throw new FormatError(`${path}: ${(cause as Error).message}`, { cause });
  }
  throw new FormatError(`${path}: got something else, expected the record of a member`);
}

/** The learning rows in a few characters. */
function fingerprint({ train, valid }: Splits): string {
  return [train, valid]
    .map(({ rows, inputs, words }) => {
      const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
      return `${rows}x${inputs}-${crc32(bytes).toString(16)}`;
    })
    .join(" ");
}
