// The terminal program from its arguments to its exit status: reads data, trains, tests, draws. The pieces are in the
// files beside this one.

import { ArgumentError, FormatError, MadeError, NoDeviceError } from "../../errors.ts";
import { Made } from "../../made/made.ts";
import { type EngineKind, kindOf, planFor, startAtMarginals } from "../../mnist-job.ts";
import { type JobData, TrainingJob } from "../../training-job.ts";
import { requestDevice } from "../device.ts";
import type { Screen } from "../progress.ts";
import { applyOptions, type Plan, readDigits, readFileData, settingsOf } from "./data.ts";
import { readOptions, type TrainOptions, USAGE } from "./options.ts";
import { Reporter, type Samples } from "./reporter.ts";
import { checkOut, drawSamples, saveSamples } from "./samples.ts";

/** What the program needs of a process. */
export interface Surroundings {
  out: Screen;
  err: Screen;
  /** Aborts at the first Ctrl-C: training stops, the rest is done. */
  stop: AbortSignal;
  /** Aborts at the second: nothing more is done. */
  quit: AbortSignal;
}

const SAMPLES = 100;
const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 };

/** @returns the exit status: 0, 1 where something failed, 2 for bad input, 130 after Ctrl-C */
export async function trainProgram(args: string[], around: Surroundings): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) around.out.write(`${USAGE}\n`);
    else await prepareAndTrain(options, around);
    return around.stop.aborted ? EXIT.interrupted : EXIT.done;
  } catch (error) {
    if (around.quit.aborted) return EXIT.interrupted;
    const sentence = told(error);
    if (sentence === undefined) throw error;
    around.err.write(`${sentence}\n`);
    return error instanceof ArgumentError || error instanceof FormatError ? EXIT.badInput : EXIT.failed;
  }
}

/** What to say of an error, unless it is a bug of this program's. */
function told(error: unknown): string | undefined {
  if (error instanceof NoDeviceError) return `${error.message}. Without WebGPU: --device cpu`;
  if (error instanceof MadeError) return error.message;
  if (error instanceof RangeError && /array/i.test(error.message))
    return `out of memory: ${error.message}; expected a smaller model or fewer rows`;
  return undefined;
}

async function prepareAndTrain(options: TrainOptions, around: Surroundings): Promise<void> {
  // Whatever can be wrong with the input shows before a device is asked for.
  if (!options.data) await checkOut(options.out);
  const file = options.data ? await readFileData(options) : undefined;
  const device = await openDevice(options.device);
  try {
    const kind = kindOf(device === "cpu" ? "cpu" : device.adapterInfo);
    const plan = applyOptions(file?.plan ?? planFor(options.full ? "hardware" : kind), options);
    const data = file?.data ?? (await readDigits(plan));
    await train(options, { device, kind, plan, data }, around);
  } finally {
    // Or the process would not end by itself.
    if (device !== "cpu") device.destroy();
  }
}

const openDevice = (wanted: TrainOptions["device"]) =>
  wanted === "cpu" ? wanted : requestDevice(wanted === "software" ? { adapter: wanted } : {});

interface Prepared {
  device: GPUDevice | "cpu";
  kind: EngineKind;
  plan: Plan;
  data: JobData;
}

async function train(options: TrainOptions, prepared: Prepared, around: Surroundings): Promise<void> {
  const { device, plan, data } = prepared;
  const { activation, ordering, degrees, direct: directConnections, conditionOnMask, initialization, seed } = options;
  const { hidden, masks } = plan;
  const { inputs } = data.train;
  const shape = { inputs, hidden, masks, activation, ordering, degrees, directConnections, conditionOnMask };
  const config = { ...shape, initialization, seed };
  const settings = settingsOf(plan, options);
  const made = await Made.create(config, { device });
  const reporter = new Reporter(options, around.out, { made, ...prepared });
  try {
    if (!options.data) await startAtMarginals(made, data.train, plan);
    const job: TrainingJob = new TrainingJob(made, data, settings, {
      onProgress: (progress) => reporter.progress(job, progress),
      onRound: (report) => reporter.round(report),
    });
    const stopped = await job.run(around.stop);
    if (job.rowsSeen === 0) return; // Ctrl-C before the first step
    reporter.trained(job, stopped);
    const test = await job.finish(around.quit);
    reporter.tested(job, stopped, test, options.data ? undefined : await drawAndSave(made, options, around.out));
  } finally {
    reporter.clear();
    made.dispose();
  }
}

async function drawAndSave(made: Made, { out: file, seed }: TrainOptions, { columns }: Screen): Promise<Samples> {
  const samples = await made.sample(SAMPLES, { seed });
  await saveSamples(file, samples);
  return { lines: drawSamples(samples, columns), file, count: SAMPLES };
}
