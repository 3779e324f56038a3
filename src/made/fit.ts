// The training loop: epochs of shuffled minibatches on whatever engine there is, validation, early stopping with the
// best weights kept, stops for checkpoints. It knows no engine. All that it has to remember is in the RunState.

import { ArgumentError, NotFiniteError } from "../errors.ts";
import { type CheckpointOptions, Checkpoints, type Snapshot, writeCheckpoint } from "./checkpoint.ts";
import { type Dropout, type DropoutOptions, resolveDropout } from "./dropout.ts";
import type { LoadedRows, Network } from "./network.ts";
import { MOMENTS, type Optimizer, type OptimizerOptions, resolveOptimizer, ruleOf } from "./optimizer.ts";
import { Random } from "./random.ts";
import type { BinaryRows } from "./rows.ts";
import { type EpochReport, freshRun, type PartOfEpoch, type RunState, setRun } from "./run-state.ts";
import { type RunPoint, rateOf, storable } from "./schedule.ts";

/** How {@link Made.fit} trains; every option has a default. */
export interface FitOptions extends DropoutOptions {
  /** Rows to validate on after every epoch; the weights of the best epoch are the ones that stay. */
  validation?: BinaryRows;
  /** Most epochs (default 100); of a fit that was interrupted and is resumed, those before the interruption count. */
  epochs?: number;
  /** B (default 100); the last minibatch of an epoch may be shorter. */
  batchSize?: number;
  /** Default Adam with learning rate 1e-3; where a run is resumed, the optimiser of that run. */
  optimizer?: OptimizerOptions;
  /** Stops after this many epochs without a better validation NLL (default 30; needs `validation`). */
  patience?: number;
  /** `false` visits the rows in their own order (default true: a new order every epoch, from the seed). */
  shuffle?: boolean;
  /**
   * Goes on where the last fit of this model, or of the file it came from, stopped (default false: a new run). A fit
   * that was interrupted, by an abort, an error or the end of its process, is brought to its end: with the same rows
   * and options to the same bits as if nothing had happened. After one that ended by itself, `epochs` more follow.
   * Weights, moments, step and epoch count, masks and, with `validation`, early stopping go on where they were.
   */
  resume?: boolean;
  /** Saves the model while it is trained. */
  checkpoint?: CheckpointOptions;
  /**
   * When the GPU device is lost, goes on from the last checkpoint on a new device, to the same bits (default false:
   * rejects with DeviceLostError). Checkpoints are kept in memory, every 10 seconds unless `checkpoint` says otherwise;
   * what came after the last one is trained and reported again. Needs a device of the model's own, or a function
   * that gives one.
   */
  recover?: boolean;
  /** Stops between submits; the model stays usable and `stopped` says "aborted". */
  signal?: AbortSignal;
  /** Called after every epoch; training waits for what it returns. The model itself is busy until `fit` ends. */
  onEpoch?: (report: EpochReport) => void | Promise<void>;
  /** Called as minibatches complete, once for every few submits. */
  onProgress?: (report: ProgressReport) => void;
}

/** Where an epoch stands. */
export interface ProgressReport {
  /** The epoch under way, 1 for the first one of a run. */
  epoch: number;
  /** Minibatches done in this epoch. */
  step: number;
  /** Minibatches of this epoch. */
  steps: number;
  /** Training rows done since the run began, by fits that were resumed too. */
  rows: number;
  /** Mean NLL in nats of the rows since the last report. */
  nll: number;
}

/** What a fit did. */
export interface FitResult {
  /** Every epoch of the fit, also those before an interruption. */
  epochs: EpochReport[];
  /** The epoch whose weights the model now has: the best on validation, or the last one. 0: the weights it began with. */
  bestEpoch: number;
  /** Mean NLL of the validation rows in that epoch, in nats a row; absent without validation rows. */
  bestValidationNll?: number;
  /** Why it ended: all epochs were done, validation did not get better, or the signal asked for it. */
  stopped: "epochs" | "patience" | "aborted";
}

/** What the loop needs to know of the model. */
export interface FitContext {
  readonly network: Network;
  readonly seed: number;
  readonly inputs: number;
  /** L. */
  readonly layers: number;
  /** Where the run stands: kept up to date here. */
  readonly run: RunState;
  /** Mean −log p of the validation rows under the model's masks. */
  readonly validate: (rows: BinaryRows, signal?: AbortSignal) => Promise<number>;
  /** The bytes of a model file. */
  readonly save: (snapshot: Snapshot) => Uint8Array;
  /** Keeps a snapshot for the case that the device is lost; absent where nobody recovers. */
  readonly keep?: (snapshot: Snapshot) => void;
}

/** Options that were checked and completed. */
type Settled = Required<Pick<FitOptions, "epochs" | "batchSize" | "patience" | "shuffle">> & {
  optimizer: Optimizer;
  /** The learning rate wherever the run stands. */
  rateAt: (at: RunPoint) => number;
  dropout: Dropout | undefined;
};

export function runFit(context: FitContext, train: BinaryRows, options: FitOptions = {}): Promise<FitResult> {
  return new Fit(context, train, options).run();
}

class Fit {
  readonly #context: FitContext;
  readonly #train: BinaryRows;
  readonly #options: FitOptions;
  readonly #settled: Settled;
  readonly #checkpoints: Checkpoints;

  /** @throws ArgumentError; nothing has changed then */
  constructor(context: FitContext, train: BinaryRows, options: FitOptions) {
    this.#context = context;
    this.#train = train;
    this.#options = options;
    const { epochs = 100, batchSize = 100, patience = 30, shuffle = true, validation } = options;
    checkRows("train", train, context.inputs);
    if (validation) checkRows("validation", validation, context.inputs);
    for (const [name, value] of Object.entries({ epochs, batchSize, patience }))
      if (!(Number.isInteger(value) || value === Number.POSITIVE_INFINITY) || value < 1)
        throw new ArgumentError(`${name}: got ${value}, expected an integer ≥ 1`);
    const dropout = resolveDropout(context.layers, options);
    const from = options.resume ? context.run : freshRun();
    const optimizer = resolveOptimizer(options.optimizer ?? from.optimizer);
    if (from.optimizer && ruleOf(from.optimizer) !== ruleOf(optimizer))
      throw new ArgumentError(
        `optimizer: got ${ruleOf(optimizer)}, expected ${ruleOf(from.optimizer)} as in the run that is resumed`,
      );
    const B = Math.min(batchSize, train.rows);
    const rateAt = rateOf(optimizer.learningRate, endOf(from, epochs, Math.ceil(train.rows / B)));
    this.#settled = { epochs, batchSize: B, patience, shuffle, optimizer, rateAt, dropout };
    const part = from.fit?.part;
    if (part && JSON.stringify(part.of) !== JSON.stringify(this.#partOf()))
      throw new ArgumentError(
        `resume: an epoch was interrupted at minibatch ${part.step} of ${JSON.stringify(part.of)}, expected to go on ` +
          `with the same, got ${JSON.stringify(this.#partOf())}`,
      );
    this.#checkpoints = new Checkpoints(options.checkpoint, context.keep !== undefined, () => this.#checkpoint());
  }

  async run(): Promise<FitResult> {
    const { network, run, keep } = this.#context;
    this.#begin();
    const loaded = await network.load(this.#train);
    try {
      if (keep) await this.#checkpoints.take();
      for (;;) {
        const stopped = this.#reasonToStop() ?? (await this.#epoch(loaded));
        if (stopped) return this.#end(stopped);
      }
    } catch (error) {
      if (error instanceof NotFiniteError) {
        // There is nothing in these moments to go on from.
        if (run.kept === "best") network.swap();
        network.resetOptimizer();
        setRun(run);
      }
      throw error;
    } finally {
      loaded.dispose();
      if (run.kept === "best") {
        network.swap();
        run.kept = "last";
      }
    }
  }

  /** Begins a run, or goes back to where one was left. */
  #begin(): void {
    const { network, run } = this.#context;
    if (!this.#options.resume) {
      network.resetOptimizer();
      setRun(run);
    } else if (run.kept === "last") {
      network.swap();
      run.kept = "best";
    }
    if (!this.#options.validation) {
      run.best = undefined;
      run.kept = undefined;
    }
    const { optimizer } = this.#settled;
    run.optimizer = { ...optimizer, learningRate: storable(optimizer.learningRate) };
    run.fit ??= { reports: [] };
  }

  #reasonToStop(): FitResult["stopped"] | undefined {
    const { best, epoch, fit } = this.#context.run;
    if (best && epoch - best.epoch >= this.#settled.patience) return "patience";
    if (fit!.reports.length >= this.#settled.epochs) return "epochs";
    return this.#options.signal?.aborted ? "aborted" : undefined;
  }

  #end(stopped: FitResult["stopped"]): FitResult {
    const { run } = this.#context;
    const { reports } = run.fit!;
    if (stopped !== "aborted") run.fit = undefined;
    const bestEpoch = this.#options.validation ? (run.best?.epoch ?? 0) : run.epoch;
    return { epochs: reports.map((report) => ({ ...report })), bestEpoch, bestValidationNll: run.best?.nll, stopped };
  }

  /** One epoch, or what is left of it; "aborted" where it did not come to its end. */
  async #epoch(loaded: LoadedRows): Promise<"aborted" | undefined> {
    const { validate, network, run } = this.#context;
    const { signal, validation, onEpoch } = this.#options;
    const fit = run.fit!;
    fit.part ??= { step: 0, rows: 0, nllSum: 0, seconds: 0, of: this.#partOf() };
    const { part } = fit;
    if (!(await this.#minibatches(loaded, part))) return "aborted";
    const started = performance.now();
    let validationNll: number | undefined;
    try {
      validationNll = validation && (await validate(validation, signal));
    } catch (error) {
      if (!signal?.aborted) throw error;
      return "aborted";
    }
    if (validationNll !== undefined) this.#checkFinite(validationNll, "validation", run.step - 1);
    run.epoch++;
    const best = validationNll === undefined || !run.best || validationNll < run.best.nll;
    if (best && validationNll !== undefined) {
      network.keep();
      run.best = { epoch: run.epoch, nll: validationNll };
      run.kept = "best";
    }
    const seconds = part.seconds + (performance.now() - started) / 1000;
    const report: EpochReport = { epoch: run.epoch, trainNll: part.nllSum / part.rows, validationNll, best, seconds };
    fit.part = undefined;
    fit.reports.push(report);
    await onEpoch?.({ ...report });
    this.#checkpoints.epochDone();
    if (this.#checkpoints.due) await this.#checkpoints.take();
    return undefined;
  }

  /** Trains through what is left of an epoch, with stops for checkpoints; false where it was aborted before the end. */
  async #minibatches(loaded: LoadedRows, part: PartOfEpoch): Promise<boolean> {
    const { network, run, seed } = this.#context;
    const { batchSize, shuffle, optimizer, rateAt, dropout } = this.#settled;
    const { rows } = this.#train;
    const { signal } = this.#options;
    const steps = Math.ceil(rows / batchSize);
    const order = shuffle
      ? new Random(seed, "shuffle", run.epoch + 1).permutation(rows)
      : Uint32Array.from({ length: rows }, (_, r) => r);
    const epochAt = run.step - part.step;
    // Asked for before anything is trained: the function may be the caller's, and throw.
    const rates = Float64Array.from({ length: steps }, (_, i) => rateAt({ step: epochAt + i, epoch: run.epoch }));
    while (part.step < steps && !signal?.aborted) {
      // Where the engine stops on this signal is a point between two minibatches, as with the caller's.
      const pause = new AbortController();
      const started = performance.now();
      const [firstStep, stepsBefore] = [run.step, part.step];
      let failure: { error: unknown } | undefined;
      for await (const progress of network.train(loaded, {
        order: order.subarray(part.step * batchSize),
        batchSize,
        firstStep,
        optimizer: { ...optimizer, learningRate: rates[stepsBefore] },
        learningRate: (t) => rates[t - epochAt],
        dropout,
        signal: AbortSignal.any([pause.signal, ...(signal ? [signal] : [])]),
      })) {
        const nll = progress.nllSum / progress.rows;
        this.#checkFinite(nll, `minibatch ${stepsBefore + progress.steps} of ${steps}`, firstStep + progress.steps - 1);
        part.nllSum += progress.nllSum;
        part.rows += progress.rows;
        part.step = stepsBefore + progress.steps;
        run.rows += progress.rows;
        run.step = firstStep + progress.steps;
        // The engine is ahead of what it reports: let it come to a stop before an error of the caller's goes up.
        try {
          if (!failure)
            this.#options.onProgress?.({ epoch: run.epoch + 1, step: part.step, steps, rows: run.rows, nll });
        } catch (error) {
          failure = { error };
        }
        if (failure || this.#checkpoints.due) pause.abort();
      }
      part.seconds += (performance.now() - started) / 1000;
      if (failure) throw failure.error;
      if (this.#checkpoints.due && part.step < steps) await this.#checkpoints.take();
    }
    return part.step === steps;
  }

  async #checkpoint(): Promise<void> {
    const { network, run, save, keep } = this.#context;
    const moments = MOMENTS[ruleOf(this.#settled.optimizer)];
    const state = await network.readState({ moments, kept: run.kept !== undefined });
    const snapshot = { state, run: structuredClone(run) };
    const { checkpoint } = this.#options;
    if (checkpoint) await writeCheckpoint(checkpoint.write, save(snapshot));
    keep?.(snapshot);
  }

  /** What the order of the rows and the minibatches of an epoch follow from. */
  #partOf(): PartOfEpoch["of"] {
    const { batchSize, shuffle } = this.#settled;
    return { rows: this.#train.rows, batchSize, shuffle };
  }

  /** @param step the last one that was trained, counted from 0 since the run began */
  #checkFinite(nll: number, where: string, step: number): void {
    if (Number.isFinite(nll)) return;
    const { epoch } = this.#context.run;
    throw new NotFiniteError(
      `training left the finite numbers in epoch ${epoch + 1}, ${where} (NLL ${nll}): ` +
        `expected a smaller optimizer.learningRate than ${this.#settled.rateAt({ step, epoch })}`,
    );
  }
}

/** Where `run` will stand when its fit has done all of `epochs`, those before an interruption included. */
function endOf({ step, epoch, fit }: RunState, epochs: number, steps: number): RunPoint {
  const left = epochs - (fit?.reports.length ?? 0);
  return { step: step - (fit?.part?.step ?? 0) + left * steps, epoch: epoch + left };
}

/** @throws ArgumentError unless `rows` is there, not empty, and as wide as the model. */
export function checkRows(name: string, rows: BinaryRows, inputs: number): void {
  if (!(rows?.words instanceof Uint32Array))
    throw new ArgumentError(
      `${name}: expected BinaryRows (see BinaryRows.from), got ${rows === null ? "null" : typeof rows}`,
    );
  if (rows.inputs !== inputs) throw new ArgumentError(`${name}: got rows of ${rows.inputs} values, expected ${inputs}`);
  if (rows.rows === 0) throw new ArgumentError(`${name}: got 0 rows, expected at least one`);
}
