// made train: learns a model from a file, with everything that Made.create and fit can be told, and saves it. Ctrl-C leaves
// a checkpoint from which --resume goes on.

import { access, rm } from "node:fs/promises";
import type { Command } from "commander";
import { ArgumentError, FormatError } from "../../../errors.ts";
import type { ResolvedConfig } from "../../../made/config.ts";
import { type MadeConfig, resolveConfig } from "../../../made/config.ts";
import { readModel } from "../../../made/file.ts";
import { Made } from "../../../made/made.ts";
import { testResultOf } from "../../../test-result.ts";
import { asItIs } from "../../values.ts";
import { deviceOf, readBytes } from "../model.ts";
import { addDataOptions, addDeviceOption, addReportOptions, valued } from "../options.ts";
import { checkWritable, writeWhole } from "../output.ts";
import { named } from "../source.ts";
import type { Surroundings } from "../surroundings.ts";
import { addTrainOptions, configOf, fitOptionsOf, type TrainOptions } from "../train-options.ts";
import { TrainReport } from "../train-report.ts";
import { readTrainingData } from "../training-data.ts";

export function addTrain(program: Command, around: Surroundings): void {
  const command = program
    .command("train")
    .description("learns a model from rows of 0 and 1, or of a table's columns, and saves it")
    .argument(
      "<data>",
      "CSV, Parquet, NPZ (also with train_data, valid_data, test_data), NPY or IDX; - for CSV on stdin",
    )
    .addOption(valued("-o, --output <file>", "where the model goes", asItIs).default("model.safetensors"));
  addTrainOptions(command);
  for (const add of [addDataOptions, addDeviceOption, addReportOptions]) add(command);
  command.action((file: string, options: TrainOptions) => train(file, options, around));
}

async function train(file: string, options: TrainOptions, around: Surroundings): Promise<void> {
  const { output, device, resume, testMasks } = options;
  const checkpoint = options.checkpoint ?? `${output}.checkpoint`;
  // Whatever can be wrong shows before the work.
  for (const path of [output, checkpoint]) await checkWritable(path);
  const data = await readTrainingData(file, options, around.stdin);
  const config = configOf(options, data);
  const fit = fitOptionsOf(options, data);
  const resolved = resolveConfig(config);
  const from = resume ? await readCheckpoint(checkpoint, resolved) : undefined;
  const on = { device: deviceOf(device) };
  const made = from ? await Made.load(from, on) : await Made.create(config, on);
  const report = new TrainReport(options, around, { file, data, made, epochs: fit.epochs });
  const save = async (path: string, bytes: Uint8Array) => writeWhole({ file: path, stdout: around.out }, bytes);
  try {
    report.begin(resume === true);
    const result = await made.fit(data.train, {
      ...fit,
      validation: data.validation,
      resume,
      recover: device !== "cpu",
      signal: around.stop,
      checkpoint: { everySeconds: options.checkpointEvery, write: (bytes) => save(checkpoint, bytes) },
      onEpoch: (epoch) => report.epoch(epoch),
      onProgress: (progress) => report.progress(progress),
    });
    if (result.stopped === "aborted") {
      await save(checkpoint, await made.save());
      report.interrupted(checkpoint, result);
      around.stop.throwIfAborted();
    }
    await save(output, await made.save());
    const test = data.test && testResultOf(await made.logProb(data.test, { masks: testMasks, signal: around.stop }));
    await rm(checkpoint, { force: true });
    report.done(output, result, test);
  } finally {
    report.clear();
    made.dispose();
  }
}

/** @throws ArgumentError where there is none, or one of a model that is not the one asked for */
async function readCheckpoint(file: string, asked: ResolvedConfig): Promise<Uint8Array> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists)
    throw new ArgumentError(`--resume: got no checkpoint ${file}, expected one that an interrupted made train left`);
  const bytes = await readBytes(file);
  const { config } = await named(file, async () => readModel(bytes));
  const keys = Object.keys({ ...config, ...asked }) as (keyof ResolvedConfig & keyof MadeConfig)[];
  const text = (value: unknown) =>
    value === Number.POSITIVE_INFINITY ? "infinity" : (JSON.stringify(value) ?? "none");
  const other = keys.find((key) => text(config[key]) !== text(asked[key]));
  if (other)
    throw new FormatError(
      `${file}: got a run with ${other} ${text(config[other]).slice(0, 60)}, expected ${text(asked[other]).slice(0, 60)} as now ` +
        "asked for: --resume takes the data and options of the run",
    );
  return bytes;
}
