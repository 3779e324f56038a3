// What runs in the worker: one model, its data and its training. Questions interrupt training at its next submit and
// training goes on after them; where a device is lost, everything goes on from the last checkpoint on a new one.

import { ArgumentError } from "../../src/errors.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import { Made } from "../../src/made/made.ts";
import { nearestTo } from "../../src/made/nearest.ts";
import { parameterShapes, sizeOf } from "../../src/made/parameters.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { startAtMarginals } from "../../src/mnist-job.ts";
import type { TestResult } from "../../src/test-result.ts";
import {
  type JobCheckpoint,
  type JobData,
  type JobProgress,
  type JobSettings,
  type RoundReport,
  type Stopped,
  TrainingJob,
} from "../../src/training-job.ts";
import { type Adapter, findAdapter } from "./adapter.ts";
import { Turns } from "./turns.ts";
import { decode, encode, toWire } from "./wire.ts";

/** What can be asked of the model while it trains, with the library's own arguments (but no signals or callbacks). */
export type Question =
  | "logProb"
  | "logProbByMask"
  | "logProbByInput"
  | "conditionals"
  | "sample"
  | "draw"
  | "impute"
  | "complete"
  | "logMarginal"
  | "maskFor"
  | "nearest"
  | "masks"
  | "parameters"
  | "setParameters"
  | "save"
  | "exportOnnx";

/** A model to make, or one that {@link JobCheckpoint} or `save` kept. */
export interface OpenRequest {
  /** The configuration of a new model. */
  config?: MadeConfig;
  /** A model file in place of `config`, and where its training stood. */
  kept?: { bytes: Uint8Array } & Partial<Omit<JobCheckpoint, "bytes">>;
  /** Rows to train on and to measure with; without them the model can only be asked. */
  data?: Omit<JobData, "test"> & { test?: BinaryRows };
  /** How to train; needed where `data` is. */
  settings?: JobSettings;
  /** Begins with output biases at the log-odds of the training rows (default false). */
  startAtMarginals?: boolean;
  /** `"cpu"`: the engine without WebGPU, wanted or not (default `"gpu"`, where there is one). */
  device?: "gpu" | "cpu";
}

/** What was opened. */
export interface Opened extends Adapter {
  /** The adapter's name, or `"cpu"`. */
  engine: string;
  config: Made["config"];
  /** Weights and biases. */
  parameters: number;
  rowsSeen: number;
  history: readonly RoundReport[];
}

/** How training stands, with what it costs. */
export interface TrainingReport extends JobProgress {
  rowsPerSecond: number | undefined;
  gflops: number | undefined;
}

export interface TrainingEvents {
  progress(report: TrainingReport): void;
  round(report: RoundReport): void;
  /** A device was lost; training goes on with the model as it was after `rowsSeen` rows. */
  recovered(rowsSeen: number): void;
}

/** Least milliseconds between checkpoints. */
const CHECKPOINT_MS = 4000;
/** Losses without a checkpoint in between after which it is given up. */
const MOST_LOSSES = 5;

const throwToWire = (error: unknown): never => {
  throw toWire(error);
};

interface Open {
  made: Made;
  request: OpenRequest;
  job?: TrainingJob;
  train?: BinaryRows;
  checkpoint: JobCheckpoint;
  losses: number;
}

export class EngineService {
  readonly #turns = new Turns();
  #open: Open | undefined;
  #events: TrainingEvents | undefined;
  #interrupt = new AbortController();
  /** Whether training is to go on after an interruption. */
  #wanted = false;
  #checkpointAt = 0;

  /** The adapter that a model would run on. */
  adapter(wanted: "gpu" | "cpu" = "gpu"): Promise<Adapter> {
    return findAdapter(wanted);
  }

  /** Opens a model in place of the one that was open; training of that one ends as if paused. */
  open(encoded: unknown): Promise<Opened> {
    return this.#turn(async () => {
      this.#close();
      const request = decode(encoded) as OpenRequest;
      const adapter = await findAdapter(request.device ?? "gpu");
      const where = adapter.kind === "cpu" ? ({ device: "cpu" } as const) : {};
      const { kept, data, settings } = request;
      if (!kept && !request.config) throw new ArgumentError("open: got neither config nor kept, expected one of them");
      const made = kept ? await Made.load(kept.bytes, where) : await Made.create(request.config!, where);
      try {
        if (data && request.startAtMarginals && !kept) await startAtMarginals(made, data.train, { trainSeconds: 0 });
        const { rowsSeen = 0, seconds = 0, history = [] } = kept ?? {};
        const job = data && settings && this.#job(made, data, settings);
        job?.restore(made, { rowsSeen, seconds, history });
        const checkpoint = { bytes: await made.save(), rowsSeen, seconds, history };
        this.#open = { made, request, job, train: data?.train, checkpoint, losses: 0 };
        this.#checkpointAt = performance.now();
        const { config, engine } = made;
        const parameters = [...parameterShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
        return { ...adapter, engine, config, parameters, rowsSeen, history };
      } catch (error) {
        made.dispose();
        throw error;
      }
    });
  }

  /**
   * Trains until there is a reason to stop, or to a pause, after which it may be called again.
   * @returns why it stopped; "aborted" after {@link pause} or another {@link open}
   */
  train(events: TrainingEvents): Promise<Stopped> {
    return this.#train(events).catch(throwToWire);
  }

  async #train(events: TrainingEvents): Promise<Stopped> {
    this.#events = events;
    this.#wanted = true;
    const begun = this.#open;
    for (;;) {
      const stopped = await this.#turns.take(async (): Promise<Stopped | "interrupted"> => {
        if (!this.#wanted || this.#open !== begun) return "aborted";
        this.#interrupt = new AbortController();
        const { signal } = this.#interrupt;
        const reason = await this.#guard(({ job }) => {
          if (!job) throw new ArgumentError("train: the model was opened without data and settings");
          return job.run(signal);
        });
        return reason === "aborted" ? "interrupted" : reason;
      });
      if (stopped !== "interrupted") return stopped;
    }
  }

  /** Stops training at its next submit. @returns when it has stopped */
  async pause(): Promise<void> {
    this.#wanted = false;
    await this.#turn(async () => {});
  }

  /** Takes the weights that were best on the validation rows, and measures them on the test rows. */
  finish(): Promise<TestResult> {
    return this.#turn(() =>
      this.#guard(({ job, request }) => {
        if (!job || !request.data?.test) throw new ArgumentError("finish: the model was opened without test rows");
        return job.finish();
      }),
    );
  }

  /** Asks the model something by the name of the library's method. */
  ask(question: Question, encoded: unknown): Promise<unknown> {
    return this.#turn(() =>
      this.#guard(async ({ made }) => {
        const method = made[question] as (...args: unknown[]) => unknown;
        return encode(await method.apply(made, decode(encoded) as unknown[]));
      }),
    );
  }

  /**
   * The training row nearest to each of `rows`, and how far it is. Searched here and not on the model's engine: a few rows
   * take milliseconds, training goes on, and a software adapter has no pipeline to compile for it.
   */
  nearestTraining(encoded: unknown): unknown {
    const train = this.#open?.train;
    if (!train) throw toWire(new ArgumentError("nearestTraining: the model was opened without data"));
    const rows = decode(encoded) as BinaryRows;
    const found = { indices: new Uint32Array(rows.rows), distances: new Uint32Array(rows.rows) };
    for (let r = 0; r < rows.rows; r++) nearestTo(rows, r, train, 1).write(found, r);
    return encode({ rows: train.take(found.indices), ...found });
  }

  /** The model's file and where its training stands, to be kept and given to {@link open} again. */
  checkpoint(): Promise<JobCheckpoint> {
    return this.#turn(() =>
      this.#guard(async ({ made, job, checkpoint }) =>
        job ? job.checkpoint() : { ...checkpoint, bytes: await made.save() },
      ),
    );
  }

  /** Frees the model. */
  dispose(): Promise<void> {
    return this.#turn(async () => this.#close());
  }

  #close(): void {
    this.#open?.made.dispose();
    this.#open = undefined;
  }

  #job(made: Made, data: NonNullable<OpenRequest["data"]>, settings: JobSettings): TrainingJob {
    const test = data.test ?? BinaryRows.zeros(0, data.train.inputs);
    const job: TrainingJob = new TrainingJob(made, { ...data, test }, settings, {
      onProgress: (report) => {
        const { rowsPerSecond, gflops } = job;
        this.#events?.progress({ ...report, rowsPerSecond, gflops });
      },
      onRound: async (report) => {
        this.#events?.round(report);
        const open = this.#open!;
        if (performance.now() - this.#checkpointAt < CHECKPOINT_MS) return;
        open.checkpoint = await job.checkpoint();
        open.losses = 0;
        this.#checkpointAt = performance.now();
      },
    });
    return job;
  }

  /** Runs `call` alone, as soon as training has come to its next submit. */
  #turn<T>(call: () => Promise<T>): Promise<T> {
    this.#interrupt.abort();
    return this.#turns.take(call).catch(throwToWire);
  }

  /** Runs `call`, and again on a new device where the old one was lost. */
  async #guard<T>(call: (open: Open) => Promise<T>): Promise<T> {
    for (;;) {
      const open = this.#open;
      if (!open) throw new ArgumentError("there is no model: open one first");
      try {
        return await call(open);
      } catch (error) {
        if ((error as { code?: string }).code !== "device-lost" || ++open.losses > MOST_LOSSES) throw error;
        await this.#recover(open);
      }
    }
  }

  async #recover(open: Open): Promise<void> {
    open.made.dispose();
    open.made = await Made.load(open.checkpoint.bytes);
    open.job?.restore(open.made, open.checkpoint);
    this.#events?.recovered(open.checkpoint.rowsSeen);
  }
}
