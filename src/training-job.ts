// A training run in rounds: what the terminal program and the page do alike. Between rounds the model is free, so a
// run can validate, draw samples, pause and keep to a time. Knows neither terminal nor page, nor what the rows mean.

import type { DropoutOptions } from "./made/dropout.ts";
import type { Made } from "./made/made.ts";
import type { OptimizerOptions } from "./made/optimizer.ts";
import { type Parameters, parameterShapes, sizeOf } from "./made/parameters.ts";
import type { BinaryRows } from "./made/rows.ts";
import { type TestResult, testResultOf } from "./test-result.ts";

export interface JobSettings extends DropoutOptions {
  batchSize: number;
  optimizer: OptimizerOptions;
  /** Most passes over the training rows. */
  epochs: number;
  /** Training rows in a round (default: all of them, so that it is an epoch). */
  roundRows?: number;
  /** Stops after this many rounds without a better validation NLL (default: never). */
  patience?: number;
  /** Most seconds of training, validation included (default: no limit). */
  trainSeconds?: number;
  /** Most seconds of testing; with a limit, as many of the test rows as fit (default: no limit). */
  testSeconds?: number;
  /** Masks to average over at test (default: the model's own). */
  testMasks?: number;
}

export interface JobData {
  train: BinaryRows;
  validation?: BinaryRows;
  test: BinaryRows;
}

/** A few times a second while training. */
export interface JobProgress {
  /** Training rows gone through since the beginning, and the same in passes over all of them. */
  rowsSeen: number;
  epoch: number;
  /** Mean NLL in nats of the rows since the last report. */
  nll: number;
  seconds: number;
  secondsLeft: number | undefined;
  /** Share of the run that is done, 0 … 1. */
  done: number;
}

/** One round; NLLs are in nats a row. */
export interface RoundReport {
  round: number;
  rowsSeen: number;
  epoch: number;
  trainNll: number;
  /** Absent without validation rows, and where the last validation took too much of the time. */
  validationNll?: number;
  /** Whether these are the best weights so far. */
  best: boolean;
  seconds: number;
}

export interface JobEvents {
  onProgress?: (progress: JobProgress) => void;
  /** The model is free while this runs, and training waits for it. */
  onRound?: (report: RoundReport) => void | Promise<void>;
}

/** Where a job stands, with the model as a file: enough to go on elsewhere, as if nothing had been. */
export interface JobCheckpoint {
  bytes: Uint8Array;
  rowsSeen: number;
  seconds: number;
  history: readonly RoundReport[];
}

export type Stopped = "epochs" | "time" | "patience" | "aborted";

/** Where rounds are shorter than epochs, validation gets about this share of the time. */
const VALIDATION_SHARE = 0.2;

export class TrainingJob {
  history: RoundReport[] = [];
  /** Rows trained on so far. */
  rowsSeen = 0;
  /** Seconds in {@link run} so far; a pause does not count. */
  seconds = 0;
  #made: Made;
  readonly #data: JobData;
  readonly #settings: JobSettings;
  readonly #events: JobEvents;
  readonly #parts: readonly BinaryRows[];
  readonly #pace = { rows: 0, ms: 0 };
  #rounds = 0;
  #best: { nll: number; round: number; rowsSeen: number; parameters: Parameters } | undefined;
  #validation = { rowsSeen: -1, at: Number.NEGATIVE_INFINITY, ms: 0 };

  constructor(made: Made, data: JobData, settings: JobSettings, events: JobEvents = {}) {
    this.#made = made;
    this.#data = data;
    this.#settings = settings;
    this.#events = events;
    const { train } = data;
    const size = Math.min(settings.roundRows ?? train.rows, train.rows);
    this.#parts = Array.from({ length: Math.ceil(train.rows / size) }, (_, i) =>
      train.slice(i * size, Math.min(train.rows, (i + 1) * size)),
    );
  }

  /** Training rows a second, measured since the first submits, which also compile; undefined until then. */
  get rowsPerSecond(): number | undefined {
    const { rows, ms } = this.#pace;
    return ms > 0 ? (1000 * rows) / ms : undefined;
  }

  /** 10⁹ operations a second that a dense network would need for the same: 6 a weight and row, masked or not. */
  get gflops(): number | undefined {
    const { inputs, hidden, directConnections } = this.#made.config;
    const shapes = [...parameterShapes({ inputs, hidden, directConnections }).values()].filter(
      ({ length }) => length === 2,
    );
    const weights = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
    return this.rowsPerSecond && (6 * weights * this.rowsPerSecond) / 1e9;
  }

  /** The weights that {@link finish} takes, as far as is known: when they were reached, and their NLLs. */
  get best(): { rowsSeen: number; validationNll: number; trainNll?: number } | undefined {
    if (!this.#best) return undefined;
    const { rowsSeen, nll: validationNll } = this.#best;
    const trainNll = this.history.find((report) => report.rowsSeen === rowsSeen)?.trainNll;
    return { rowsSeen, validationNll, trainNll };
  }

  /**
   * Trains until there is a reason to stop. After "aborted" it may be called again and goes on where it was, in the
   * midst of a round too.
   */
  async run(signal?: AbortSignal): Promise<Stopped> {
    const { epochs, patience = Number.POSITIVE_INFINITY, trainSeconds = Number.POSITIVE_INFINITY } = this.#settings;
    const started = performance.now() - 1000 * this.seconds;
    const clock = () => {
      this.seconds = (performance.now() - started) / 1000;
    };
    const limits = signal ? [signal] : [];
    if (Number.isFinite(trainSeconds))
      limits.push(AbortSignal.timeout(Math.max(0, 1000 * (trainSeconds - this.seconds))));
    const cut = AbortSignal.any(limits);
    try {
      for (;;) {
        clock();
        if (signal?.aborted) return "aborted";
        if (this.seconds >= trainSeconds || cut.aborted) return "time";
        if (this.#rounds >= epochs * this.#parts.length) return "epochs";
        if (this.#best && this.#rounds - this.#best.round >= patience) return "patience";
        await this.#round(cut, clock);
      }
    } finally {
      clock();
    }
  }

  /**
   * Gives the model the weights that were best on the validation rows, and measures it on the test rows.
   * @throws the signal's reason when it aborts
   */
  async finish(signal?: AbortSignal): Promise<TestResult> {
    if (this.#data.validation && this.#validation.rowsSeen !== this.rowsSeen) await this.#validate(signal);
    if (this.#best && this.#best.rowsSeen !== this.rowsSeen) this.#made.setParameters(this.#best.parameters);
    return this.#test(signal);
  }

  /** Where the job stands: in {@link JobEvents.onRound}, or while it does not run, also in the midst of a round. */
  async checkpoint(): Promise<JobCheckpoint> {
    const { rowsSeen, seconds, history } = this;
    return { bytes: await this.#made.save(), rowsSeen, seconds, history: [...history] };
  }

  /** Goes on from a checkpoint with `made`, the model that was loaded from its bytes. */
  restore(made: Made, { rowsSeen, seconds, history }: Omit<JobCheckpoint, "bytes">): void {
    this.#made = made;
    this.rowsSeen = rowsSeen;
    this.seconds = seconds;
    this.history = [...history];
    this.#rounds = history.length;
    if (this.#best && this.#best.round > this.#rounds) this.#best = undefined;
    this.#validation = { rowsSeen: -1, at: Number.NEGATIVE_INFINITY, ms: 0 };
  }

  async #round(signal: AbortSignal, clock: () => void): Promise<void> {
    const { batchSize, optimizer, dropout, inputDropout } = this.#settings;
    const rows = this.#parts[this.#rounds % this.#parts.length];
    // The very first submit also compiles; the pace is measured from its end.
    let last = this.rowsSeen > 0 ? performance.now() : undefined;
    const { epochs, stopped } = await this.#made.fit(rows, {
      epochs: 1,
      batchSize,
      optimizer,
      dropout,
      inputDropout,
      resume: this.rowsSeen > 0,
      signal,
      onProgress: (report) => {
        const now = performance.now();
        if (last !== undefined) {
          this.#pace.rows += report.rows - this.rowsSeen;
          this.#pace.ms += now - last;
        }
        last = now;
        this.rowsSeen = report.rows;
        clock();
        this.#events.onProgress?.({ ...this.#where(), nll: report.nll });
      },
    });
    if (stopped === "aborted") return;
    this.#rounds++;
    const best = this.#best;
    const validationNll = this.#mayValidate() ? await this.#validate(signal) : undefined;
    clock();
    const report: RoundReport = {
      round: this.#rounds,
      rowsSeen: this.rowsSeen,
      epoch: this.#rounds / this.#parts.length,
      trainNll: epochs[0].trainNll,
      validationNll,
      best: this.#best !== best,
      seconds: this.seconds,
    };
    this.history.push(report);
    await this.#events.onRound?.(report);
  }

  #where(): Omit<JobProgress, "nll"> {
    const { epochs, trainSeconds = Number.POSITIVE_INFINITY } = this.#settings;
    const { rows } = this.#data.train;
    const { rowsSeen, seconds } = this;
    const all = epochs * rows;
    const left = Math.min(trainSeconds - seconds, (all - rowsSeen) / (this.rowsPerSecond ?? Number.MIN_VALUE));
    return {
      rowsSeen,
      epoch: rowsSeen / rows,
      seconds,
      secondsLeft: Number.isFinite(left) ? Math.max(0, left) : undefined,
      done: Math.min(1, Math.max(rowsSeen / all, seconds / trainSeconds)),
    };
  }

  #mayValidate(): boolean {
    if (!this.#data.validation) return false;
    if (this.#parts.length === 1) return true; // every epoch, whatever it takes
    const { at, ms } = this.#validation;
    return performance.now() - at >= ms * (1 / VALIDATION_SHARE - 1);
  }

  /** Mean NLL of the validation rows; keeps the weights if they are the best so far. Undefined if it was aborted. */
  async #validate(signal: AbortSignal | undefined): Promise<number | undefined> {
    const validation = this.#data.validation!;
    const started = performance.now();
    let logp: Float64Array;
    try {
      logp = await this.#made.logProb(validation, { signal });
    } catch (error) {
      if (signal?.aborted) return undefined;
      throw error;
    }
    const nll = -logp.reduce((a, b) => a + b, 0) / validation.rows;
    const { rowsSeen } = this;
    if (!(nll >= (this.#best?.nll ?? Number.POSITIVE_INFINITY)))
      this.#best = { nll, round: this.#rounds, rowsSeen, parameters: await this.#made.parameters() };
    const at = performance.now();
    // The first one also compiles: what it took says nothing of the next.
    this.#validation = { rowsSeen, at, ms: this.#validation.rowsSeen < 0 ? 0 : at - started };
    return nll;
  }

  async #test(signal: AbortSignal | undefined): Promise<TestResult> {
    const { test, validation } = this.#data;
    const { testSeconds, testMasks: masks } = this.#settings;
    const msPerRow = validation && this.#validation.ms > 0 ? this.#validation.ms / validation.rows : 1;
    const size = testSeconds ? Math.max(100, Math.floor((1000 * testSeconds) / 8 / msPerRow)) : test.rows;
    const started = performance.now();
    const logProb: number[] = [];
    const timeForMore = () => {
      const seconds = (performance.now() - started) / 1000;
      return seconds * (1 + size / logProb.length) <= (testSeconds ?? Number.POSITIVE_INFINITY);
    };
    do {
      const part = test.slice(logProb.length, Math.min(test.rows, logProb.length + size));
      for (const logp of await this.#made.logProb(part, { masks, signal })) logProb.push(logp);
    } while (logProb.length < test.rows && timeForMore());
    return testResultOf(logProb);
  }
}
