// made impute: rows with their missing cells drawn given the others, or how likely a 1 is in each.

import type { Command } from "commander";
import { thousands } from "../../../mnist-job.ts";
import type { Field, Rows } from "../formats.ts";
import { withModel } from "../model.ts";
import {
  addDataOptions,
  addDeviceOption,
  addModelOption,
  addOutputOptions,
  addReportOptions,
  asCount,
  asSeed,
  type DataOptions,
  type DeviceOptions,
  type OutputOptions,
  type ReportOptions,
  valued,
} from "../options.ts";
import { formatOf } from "../output.ts";
import { Report } from "../report.ts";
import { seedOf, writeResults } from "../results.ts";
import { type Block, blocksOf } from "../rows.ts";
import { openSource } from "../source.ts";
import type { Surroundings } from "../surroundings.ts";
import { inputNamesOf, notAPicture, printerOf, undecidedNote, wholeRows } from "./shared.ts";

type ImputeOptions = DeviceOptions &
  DataOptions &
  OutputOptions &
  ReportOptions & {
    model: string;
    samples: number;
    masks?: number;
    particles?: number;
    seed?: number;
    probabilities?: boolean;
  };

/** Rows that are completed at a time. */
const BLOCK = 1024;

export function addImpute(program: Command, around: Surroundings): void {
  const command = program
    .command("impute")
    .description("fills in missing cells, drawn given those that are there (empty, ?, NA, NaN; in arrays NaN or −1)")
    .argument("<data>", "CSV, Parquet, NPZ, NPY or IDX; - for CSV on stdin")
    .option("--probabilities", "for every input how likely a 1 is, in place of drawn cells")
    .addOption(valued("--samples <n>", "completions of every row", asCount).default(1))
    .addOption(valued("--masks <n>", "orderings to average over, of a model made for any (default: 1)", asCount))
    .addOption(valued("--particles <n>", "particles a row where the ordering is fixed (default: 100)", asCount))
    .addOption(valued("--seed <n>", "the same seed draws the same cells (default: the model's)", asSeed));
  for (const add of [addModelOption, addDataOptions, addOutputOptions, addDeviceOption, addReportOptions]) add(command);
  command.action((file: string, options: ImputeOptions) => impute(file, options, around));
}

async function impute(file: string, options: ImputeOptions, around: Surroundings): Promise<void> {
  const { model, samples, masks, particles, probabilities, output, shard } = options;
  const format = formatOf(shard ? undefined : output, options.format, "csv");
  notAPicture(format);
  const source = await openSource(file, options, { stdin: around.stdin });
  await withModel(model, options, async (made, checksum) => {
    const { config } = made;
    const { seed = config.seed } = options;
    const report = new Report(options, around);
    const printer = printerOf(config, format, "rows");
    const fields = probabilities
      ? inputNamesOf(config).map((name): Field => ({ name, array: "probabilities", type: "float64" }))
      : printer.fields;
    let missing = 0;
    const compute = async (block: Block): Promise<Rows> => {
      missing += block.missing;
      const call = { samples, masks, particles, seed: seedOf(seed, block.index), signal: around.stop };
      if (!probabilities) {
        // Completion number i is one of row ⌊i / samples⌋.
        const again = (numbers: readonly number[], turn: number) => {
          const which = numbers.map((i) => Math.floor(i / samples));
          const its = { ...call, samples: 1, seed: seedOf(seed, block.index, turn) };
          return made.impute(block.rows.take(which), block.observed.take(which), its);
        };
        const drawn = await made.impute(block.rows, block.observed, call);
        return printer.print(await wholeRows(config, drawn, again));
      }
      const { probability } = await made.complete(block.rows, block.observed, call);
      const D = config.inputs;
      return Array.from({ length: block.rows.rows }, (_, r) => [...probability.subarray(r * D, (r + 1) * D)]);
    };
    const rows = await writeResults(
      {
        blocks: blocksOf(source, config, { ...options, size: BLOCK, missing: "mark" }),
        rowsOf: (block) => block.rows.rows,
        wordsOf: ({ rows, observed }) => [rows.words, observed.words],
        compute,
        share: source.share,
      },
      {
        output,
        shard,
        layout: { format, fields },
        run: { command: "impute", checksum, samples, masks, particles, seed, probabilities },
      },
      report,
      around,
    );
    const note = undecidedNote(printer);
    if (note) report.note(note);
    report.done(
      `${thousands(missing)} missing cell${missing === 1 ? "" : "s"} in ${thousands(rows)} row${rows === 1 ? "" : "s"} ` +
        `(${report.seconds.toFixed(1)} s).`,
      { rows, missingCells: missing, undecidedCells: printer.undecided },
    );
  });
}
