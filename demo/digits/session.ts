// One model from its first weights to its test result, for the page: trains, pauses, samples between rounds, tests.
// Knows nothing of the document.

import { Made } from "../../src/made/made.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import {
  describeModel,
  describeTest,
  describeTraining,
  type EngineKind,
  type MnistPlan,
  startAtMarginals,
  thousands,
} from "../../src/mnist-job.ts";
import { type JobData, type JobProgress, type RoundReport, TrainingJob } from "../../src/training-job.ts";

export interface SessionEvents {
  progress(progress: JobProgress): void;
  round(report: RoundReport): void;
  samples(samples: BinaryRows, rowsSeen: number): void;
  testing(): void;
}

export interface SessionRequest {
  kind: EngineKind;
  plan: MnistPlan;
  data: Required<JobData>;
  seed: number;
}

/** What came of it, in sentences. */
export interface Outcome {
  training: string;
  test: string;
}

/** Pictures drawn at a time. */
const SAMPLES = 40;
/** Every refresh draws with the same random numbers, so that one sees the same pictures change. */
const SAMPLE_SEED = 1;
const SAMPLE_EVERY_MS = 500;

export class Session {
  readonly made: Made;
  readonly job: TrainingJob;
  readonly #request: SessionRequest;
  readonly #events: SessionEvents;
  readonly #closing = new AbortController();
  #pausing = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #sampledAt = Number.NEGATIVE_INFINITY;

  private constructor(made: Made, request: SessionRequest, events: SessionEvents) {
    this.made = made;
    this.#request = request;
    this.#events = events;
    const { plan, data } = request;
    const settings = { ...plan, optimizer: { name: "adam", learningRate: plan.learningRate } as const };
    this.job = new TrainingJob(made, data, settings, {
      onProgress: (progress) => events.progress(progress),
      onRound: async (report) => {
        events.round(report);
        if (performance.now() - this.#sampledAt >= SAMPLE_EVERY_MS) await this.#sample();
      },
    });
  }

  /** A model with fresh weights, and what it draws. @throws NoDeviceError, OutOfMemoryError, ArgumentError */
  static async open(request: SessionRequest, events: SessionEvents): Promise<Session> {
    const { kind, plan, data, seed } = request;
    const { hidden, masks } = plan;
    const config = { inputs: data.train.inputs, hidden, masks, seed };
    const made = await Made.create(config, kind === "cpu" ? { device: "cpu" } : {});
    const session = new Session(made, request, events);
    try {
      await startAtMarginals(made, data.train, plan);
      await session.#sample();
      return session;
    } catch (error) {
      made.dispose();
      throw error;
    }
  }

  get model(): string {
    return describeModel(this.made.config);
  }

  /** Trains, and tests when that is over. @returns undefined if it was paused or closed */
  run(): Promise<Outcome | undefined> {
    this.#pausing = new AbortController();
    const running = this.#run(this.#pausing.signal);
    this.#running = running;
    return running;
  }

  pause(): void {
    this.#pausing.abort();
  }

  /** Stops whatever runs and frees the model. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.pause();
    await this.#running.catch(() => {}); // told to whoever called run()
    this.made.dispose();
  }

  async #run(signal: AbortSignal): Promise<Outcome | undefined> {
    const { data } = this.#request;
    try {
      const stopped = await this.job.run(signal);
      if (stopped === "aborted") return undefined;
      this.#events.testing();
      const test = await this.job.finish(this.#closing.signal);
      await this.#sample(this.job.best?.rowsSeen);
      const { best, rowsSeen } = this.job;
      const kept =
        best && best.rowsSeen !== rowsSeen
          ? ` Its weights are those after ${thousands(best.rowsSeen)} digits, the best on the validation digits.`
          : "";
      return {
        training: describeTraining(this.job, { data, model: this.model, stopped, rowName: "digit" }) + kept,
        test: describeTest(test, data, "digit"),
      };
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      throw error;
    }
  }

  /** Draws from the model as it is, with the weights that it had after `rowsSeen` rows. */
  async #sample(rowsSeen = this.job.rowsSeen): Promise<void> {
    this.#events.samples(await this.made.sample(SAMPLES, { seed: SAMPLE_SEED }), rowsSeen);
    this.#sampledAt = performance.now();
  }
}
