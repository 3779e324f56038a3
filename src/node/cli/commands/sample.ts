// made sample: rows drawn from a model, as a table, as arrays or as pictures.

import type { Command } from "commander";
import { ArgumentError } from "../../../errors.ts";
import { thousands } from "../../../mnist-job.ts";
import { asInteger, asRate } from "../../values.ts";
import type { Layout } from "../formats.ts";
import { withModel } from "../model.ts";
import {
  addDeviceOption,
  addOutputOptions,
  addReportOptions,
  asCount,
  asSeed,
  asSize,
  type DeviceOptions,
  type OutputOptions,
  type ReportOptions,
  valued,
} from "../options.ts";
import { formatOf } from "../output.ts";
import { Report } from "../report.ts";
import { seedOf, writeResults } from "../results.ts";
import type { Surroundings } from "../surroundings.ts";
import { printerOf, undecidedNote, wholeRows } from "./shared.ts";

type SampleOptions = DeviceOptions &
  OutputOptions &
  ReportOptions & {
    rows: number;
    seed?: number;
    temperature?: number;
    mask?: number;
    image?: { width: number; height: number };
    scale: number;
  };

/** Rows that are drawn at a time. */
const BLOCK = 8192;

export function addSample(program: Command, around: Surroundings): void {
  const command = program
    .command("sample")
    .description("rows drawn from a model, as a table like the one it learned, or as pictures")
    .argument("<model>", "the model, as made train wrote it")
    .addOption(valued("-n, --rows <n>", "how many", asCount).default(64))
    .addOption(valued("--seed <n>", "the same seed draws the same rows (default: the model's)", asSeed))
    .addOption(
      valued("--temperature <x>", "below 1 for likelier rows, above 1 for more varied ones (default: 1)", asRate),
    )
    .addOption(valued("--mask <k>", "draw under mask k, from 0 (default: any of them, row by row)", asInteger(0)))
    .addOption(
      valued("--image <size>", "rows are pictures of width x height: a PNG of all of them, side by side", asSize),
    )
    .addOption(valued("--scale <n>", "pixels of the PNG for one of a picture, in both directions", asCount).default(2));
  for (const add of [addOutputOptions, addDeviceOption, addReportOptions]) add(command);
  command.action((model: string, options: SampleOptions) => sample(model, options, around));
}

interface SampleBlock {
  index: number;
  rows: number;
}

async function sample(model: string, options: SampleOptions, around: Surroundings): Promise<void> {
  const { rows: n, temperature, mask, image, scale, output, shard } = options;
  const format = formatOf(shard ? undefined : output, options.format, image ? "png" : "csv");
  if (format === "png" && !image)
    throw new ArgumentError("--image: got none, expected the size of a picture for PNG, such as 28x28");
  if (image && format !== "png") throw new ArgumentError(`--image: got it with ${format}, expected it with PNG alone`);
  await withModel(model, options, async (made, checksum) => {
    const { inputs } = made.config;
    if (image && image.width * image.height !== inputs)
      throw new ArgumentError(
        `--image: got ${image.width}x${image.height}, expected ${inputs} pixels as the model has inputs`,
      );
    const { seed = made.config.seed } = options;
    const report = new Report(options, around);
    const printer = printerOf(made.config, format, "samples");
    let drawn = 0;
    const compute = async ({ index, rows }: SampleBlock) => {
      const draw = (count: number, turn: number) =>
        made.sample(count, { seed: seedOf(seed, index, turn), temperature, mask, signal: around.stop });
      const its = await wholeRows(made.config, await draw(rows, 0), ({ length }, turn) => draw(length, turn));
      drawn += rows;
      return printer.print(its);
    };
    const layout: Layout = { format, fields: printer.fields, ...(image && { image: { ...image, scale, gap: scale } }) };
    const rows = await writeResults(
      {
        blocks: blocksFor(n),
        rowsOf: ({ rows }: SampleBlock) => rows,
        compute,
        share: () => (drawn / n) * (shard?.of ?? 1),
      },
      { output, shard, layout, run: { command: "sample", checksum, n, seed, temperature, mask } },
      report,
      around,
    );
    const note = undecidedNote(printer);
    if (note) report.note(note);
    report.done(`${thousands(rows)} row${rows === 1 ? "" : "s"} drawn (${report.seconds.toFixed(1)} s).`, {
      rows,
      undecidedCells: printer.undecided,
    });
  });
}

function* blocksFor(n: number): Generator<SampleBlock> {
  for (let first = 0, index = 0; first < n; first += BLOCK, index++) yield { index, rows: Math.min(BLOCK, n - first) };
}
