// made score: log p of every row of a file.

import type { Command } from "commander";
import type { Made } from "../../../made/made.ts";
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
  type DataOptions,
  type DeviceOptions,
  type OutputOptions,
  type ReportOptions,
  valued,
} from "../options.ts";
import { formatOf } from "../output.ts";
import { Report } from "../report.ts";
import { writeResults } from "../results.ts";
import { type Block, blocksOf } from "../rows.ts";
import { openSource } from "../source.ts";
import type { Surroundings } from "../surroundings.ts";
import { inputNamesOf, notAPicture } from "./shared.ts";

type ScoreOptions = DeviceOptions &
  DataOptions &
  OutputOptions &
  ReportOptions & { model: string; masks?: number; byInput?: boolean };

/** Rows that are scored at a time. */
const BLOCK = 4096;

export function addScore(program: Command, around: Surroundings): void {
  const command = program
    .command("score")
    .description("log p(x) of every row, in nats: how likely the model finds it")
    .argument("<data>", "CSV, Parquet, NPZ, NPY or IDX; - for CSV on stdin")
    .option("--by-input", "also what every input adds to it: which cells make a row unlikely")
    .addOption(valued("--masks <n>", "masks to average over (default: the model's)", asCount));
  for (const add of [addModelOption, addDataOptions, addOutputOptions, addDeviceOption, addReportOptions]) add(command);
  command.action((file: string, options: ScoreOptions) => score(file, options, around));
}

async function score(file: string, options: ScoreOptions, around: Surroundings): Promise<void> {
  const { model, masks, byInput, output, shard } = options;
  const format = formatOf(shard ? undefined : output, options.format, "csv");
  notAPicture(format);
  const source = await openSource(file, options, { stdin: around.stdin });
  await withModel(model, options, async (made, checksum) => {
    const report = new Report(options, around);
    let sum = 0;
    let squares = 0;
    const compute = async (block: Block): Promise<Rows> => {
      const { logp, cells } = await scoreBlock(made, block, { masks, byInput, signal: around.stop });
      const D = made.config.inputs;
      return Array.from(logp, (value, r) => {
        sum += value;
        squares += value ** 2;
        return [block.first + r + 1, value, ...(cells ? cells.subarray(r * D, (r + 1) * D) : [])];
      });
    };
    const blocks = blocksOf(source, made.config, { ...options, size: BLOCK, missing: "error" });
    const rows = await writeResults(
      { blocks, rowsOf: (block) => block.rows.rows, wordsOf: ({ rows }) => [rows.words], compute, share: source.share },
      {
        output,
        shard,
        layout: { format, fields: fieldsOf(made, byInput) },
        run: { command: "score", checksum, masks, byInput },
      },
      report,
      around,
    );
    const mean = rows > 0 ? sum / rows : undefined;
    const error =
      mean !== undefined && rows > 1 ? Math.sqrt(Math.max(0, squares / rows - mean ** 2) / (rows - 1)) : undefined;
    const average =
      mean === undefined
        ? ""
        : `: log p ${mean.toFixed(3)}${error === undefined ? "" : ` ± ${error.toFixed(3)}`} nats a row on average`;
    report.done(`${thousands(rows)} row${rows === 1 ? "" : "s"} scored${average} (${report.seconds.toFixed(1)} s).`, {
      rows,
      meanLogProb: mean,
      standardError: error,
    });
  });
}

async function scoreBlock(
  made: Made,
  { rows }: Block,
  { byInput, ...options }: { byInput?: boolean; masks?: number; signal: AbortSignal },
) {
  const logp = await made.logProb(rows, options);
  return { logp, cells: byInput ? await made.logProbByInput(rows, options) : undefined };
}

const fieldsOf = (made: Made, byInput: boolean | undefined): Field[] => [
  { name: "row", type: "float64" },
  { name: "log_prob", array: "log_prob", type: "float64" },
  ...(byInput
    ? inputNamesOf(made.config).map((name): Field => ({ name, array: "log_prob_by_input", type: "float64" }))
    : []),
];
