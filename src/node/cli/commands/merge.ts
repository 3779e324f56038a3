// made merge: the parts that --shard made, put together to what one run without it would have written, byte for byte.

import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { ArgumentError, FormatError } from "../../../errors.ts";
import { thousands } from "../../../mnist-job.ts";
import { asItIs } from "../../values.ts";
import type { Rows } from "../formats.ts";
import { addReportOptions, type ReportOptions, valued } from "../options.ts";
import { formatOf, openOutput, type PartHeader, type Totals } from "../output.ts";
import { Report } from "../report.ts";
import { cannotRead } from "../source.ts";
import type { Surroundings } from "../surroundings.ts";

type MergeOptions = ReportOptions & { output?: string };

export function addMerge(program: Command, around: Surroundings): void {
  const command = program
    .command("merge")
    .description(
      "puts the parts of --shard 1/n … n/n together; checks that none is missing, comes twice or is another run's",
    )
    .argument("<parts...>", "the files of all parts, in any order")
    .addOption(valued("-o, --output <file>", "where the whole goes (default: stdout)", asItIs));
  addReportOptions(command).action((files: string[], options: MergeOptions) => merge(files, options, around));
}

async function merge(files: readonly string[], options: MergeOptions, around: Surroundings): Promise<void> {
  const parts: Part[] = [];
  try {
    for (const file of files) parts.push(await Part.open(file));
    const ordered = checkComplete(parts);
    const { layout } = ordered[0].header;
    const { output: file } = options;
    if (file !== undefined && formatOf(file, undefined, layout.format) !== layout.format)
      throw new ArgumentError(`--output: got "${file}", expected ${layout.format}, which the parts were made for`);
    const report = new Report(options, around);
    const output = await openOutput({ file, stdout: around.out }, layout);
    try {
      let block = 0;
      for (; ; block++) {
        around.stop.throwIfAborted();
        const rows = await ordered[block % ordered.length].block(block);
        if (!rows) break;
        await output.write(block, rows);
      }
      const rows = await checkEnds(ordered, block);
      await output.finish({ rows, blocks: block });
      report.done(`${thousands(rows)} rows from ${ordered.length} parts.`, { rows, parts: ordered.length });
    } finally {
      await output.discard();
    }
  } finally {
    for (const part of parts) part.close();
  }
}

/** A part that is read block by block. */
class Part {
  readonly file: string;
  readonly header: PartHeader;
  readonly #lines: AsyncIterator<string>;
  readonly #stream: ReturnType<typeof createReadStream>;
  #end: Totals | undefined;

  private constructor(
    file: string,
    header: PartHeader,
    lines: AsyncIterator<string>,
    stream: ReturnType<typeof createReadStream>,
  ) {
    this.file = file;
    this.header = header;
    this.#lines = lines;
    this.#stream = stream;
  }

  static async open(file: string): Promise<Part> {
    try {
      await (await open(file)).close();
    } catch (cause) {
      throw cannotRead(file, cause as NodeJS.ErrnoException);
    }
    const stream = createReadStream(file, { encoding: "utf8" });
    // What a broken read says comes out of the lines.
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
    const first = await lines.next().catch((cause) => {
      throw cannotRead(file, cause);
    });
    const header = first.done ? undefined : parsed(first.value);
    if ((header as PartHeader | undefined)?.made !== "part") {
      stream.destroy();
      throw new FormatError(`${file}: got no part, expected a file that made wrote with --shard`);
    }
    return new Part(file, header as PartHeader, lines, stream);
  }

  /** Rows of block `index`, which is the next one of this part; undefined after the last. */
  async block(index: number): Promise<Rows | undefined> {
    const { value, done } = await this.#lines.next();
    const line = done ? undefined : (parsed(value) as { block?: number; rows?: Rows; end?: Totals } | undefined);
    if (line?.end) {
      this.#end = line.end;
      return undefined;
    }
    if (line?.block !== index || !Array.isArray(line.rows))
      throw new FormatError(`${this.file}: got no block ${index}, expected it next: the file is cut off or damaged`);
    return line.rows;
  }

  /** What the whole came to, as far as this part knows: nothing may come before it. */
  async end(): Promise<Totals> {
    if (this.#end) return this.#end;
    const { value, done } = await this.#lines.next();
    const end = done ? undefined : (parsed(value) as { end?: Totals } | undefined)?.end;
    if (!end)
      throw new FormatError(
        `${this.file}: got more blocks or no end, expected the end, where that of the other parts is`,
      );
    return end;
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** The parts in order. @throws FormatError naming a part that is missing, there twice, or another run's */
function checkComplete(parts: readonly Part[]): Part[] {
  const [{ header, file }] = parts;
  const same = ({ of, run, layout }: PartHeader) => JSON.stringify([of, run, layout]);
  const ordered: Part[] = [];
  for (const part of parts) {
    if (same(part.header) !== same(header))
      throw new FormatError(
        `${part.file}: got a part of another run than ${file}, expected the same command, model and options`,
      );
    const twice = ordered[part.header.part - 1];
    if (twice) throw new FormatError(`${part.file}: got part ${part.header.part} a second time, after ${twice.file}`);
    ordered[part.header.part - 1] = part;
  }
  const missing = Array.from({ length: header.of }, (_, i) => i + 1).filter((i) => !ordered[i - 1]);
  if (missing.length > 0)
    throw new FormatError(`got ${parts.length} of ${header.of} parts, expected part ${missing.join(", ")} too`);
  return ordered;
}

async function checkEnds(parts: readonly Part[], blocks: number): Promise<number> {
  const ends = await Promise.all(parts.map((part) => part.end()));
  ends.forEach((end, i) => {
    if (end.rows !== ends[0].rows || end.blocks !== blocks)
      throw new FormatError(
        `${parts[i].file}: got ${end.rows} rows in ${end.blocks} blocks as the whole, expected ${ends[0].rows} in ${blocks} ` +
          "as the other parts have: they were made from different data",
      );
  });
  return ends[0].rows;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
