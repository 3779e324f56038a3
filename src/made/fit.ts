// The training loop: epochs of shuffled minibatches on whatever engine there is, validation, early stopping and the
// best weights kept. It knows no engine.

import { ArgumentError, NotFiniteError } from "../errors.ts";
import { type DropoutOptions, resolveDropout } from "./dropout.ts";
import type { Network } from "./network.ts";
import { type Optimizer, type OptimizerOptions, resolveOptimizer, ruleOf } from "./optimizer.ts";
import { Random } from "./random.ts";
import type { BinaryRows } from "./rows.ts";
import { rateOf, storable } from "./schedule.ts";

export interface FitOptions extends DropoutOptions {
  /** Rows to validate on after every epoch; the weights of the best epoch are the ones that stay. */
  validation?: BinaryRows;
  /** Most epochs (default 100). */
  epochs?: number;
  /** B (default 100); the last minibatch of an epoch may be shorter. */
  batchSize?: number;
  /** Default Adam with learning rate 1e-3; where a run is resumed, the optimiser of that run. */
  optimizer?: OptimizerOptions;
  /** Stops after this many epochs without a better validation NLL (default 30; needs `validation`). */
  patience?: number;
  /** `false` visits the rows in their own order (default true: a new order every epoch, from the seed). */
  shuffle?: boolean;
  /** Goes on where the last fit of this model stopped: same moments, step and epoch count (default false: a new run). */
  resume?: boolean;
  /** Stops between submits; the model stays usable and `stopped` says "aborted". */
  signal?: AbortSignal;
  /** Called after every epoch; training waits for what it returns. The model itself is busy until `fit` ends. */
  onEpoch?: (report: EpochReport) => void | Promise<void>;
  /** Called as minibatches complete, once for every few submits. */
  onProgress?: (report: ProgressReport) => void;
}

/** One epoch; NLLs are in nats a row. */
export interface EpochReport {
  /** 1 for the first epoch of a run. */
  epoch: number;
  /** Mean over the epoch's rows, each under its minibatch's mask and the weights of that moment. */
  trainNll: number;
  /** Mean over the validation rows under the model's masks; absent without validation rows. */
  validationNll?: number;
  /** Whether the weights of this epoch are the best so far. */
  best: boolean;
  /** Seconds this epoch took, validation included. */
  seconds: number;
}

/** Where an epoch stands. */
export interface ProgressReport {
  epoch: number;
  /** Minibatches done in this epoch, of how many. */
  step: number;
  steps: number;
  /** Training rows done since the run began. */
  rows: number;
  /** Mean NLL in nats of the rows since the last report. */
  nll: number;
}

export interface FitResult {
  epochs: EpochReport[];
  /** The epoch whose weights the model now has: the best on validation, or the last one. 0: the weights it began with. */
  bestEpoch: number;
  bestValidationNll?: number;
  /** Why it ended. */
  stopped: "epochs" | "patience" | "aborted";
}

/** Where a run stands, so that the next `fit` can resume it. */
export interface RunState {
  /** Minibatches done since the run began. */
  step: number;
  epoch: number;
  /** What the moments belong to, as data; undefined before the first run. */
  optimizer?: Optimizer;
}

/** What the loop needs to know of the model. */
export interface FitContext {
  network: Network;
  seed: number;
  inputs: number;
  /** L. */
  layers: number;
  state: RunState;
  /** Mean −log p of the validation rows under the model's masks. */
  validate: (rows: BinaryRows, signal?: AbortSignal) => Promise<number>;
}

export async function runFit(context: FitContext, train: BinaryRows, options: FitOptions = {}): Promise<FitResult> {
  const { network, seed, state } = context;
  const { validation, epochs = 100, batchSize = 100, patience = 30, shuffle = true, resume = false } = options;
  const { signal, onEpoch, onProgress } = options;
  const before = resume ? state.optimizer : undefined;
  const optimizer = resolveOptimizer(options.optimizer ?? before);
  checkRows("train", train, context.inputs);
  if (validation) checkRows("validation", validation, context.inputs);
  for (const [name, value] of Object.entries({ epochs, batchSize, patience }))
    if (!(Number.isInteger(value) || value === Number.POSITIVE_INFINITY) || value < 1)
      throw new ArgumentError(`${name}: got ${value}, expected an integer ≥ 1`);
  const dropout = resolveDropout(context.layers, options);
  const B = Math.min(batchSize, train.rows);
  const steps = Math.ceil(train.rows / B);

  if (before && ruleOf(before) !== ruleOf(optimizer))
    throw new ArgumentError(
      `optimizer: got ${ruleOf(optimizer)}, expected ${ruleOf(before)} as in the run that is resumed`,
    );
  const from = resume ? state : { step: 0, epoch: 0 };
  const end = { step: from.step + epochs * steps, epoch: from.epoch + epochs };
  const rateAt = rateOf(optimizer.learningRate, end);

  if (!resume) {
    network.resetOptimizer();
    state.step = 0;
    state.epoch = 0;
  }
  state.optimizer = { ...optimizer, learningRate: storable(optimizer.learningRate) };
  const result: FitResult = { epochs: [], bestEpoch: 0, stopped: "epochs" };
  const loaded = await network.load(train);
  let rowsDone = 0;
  let kept = false;
  try {
    while (result.epochs.length < epochs && result.stopped === "epochs") {
      if (signal?.aborted) {
        result.stopped = "aborted";
        break;
      }
      const started = performance.now();
      const epoch = state.epoch + 1;
      const order = shuffle
        ? new Random(seed, "shuffle", epoch).permutation(train.rows)
        : Uint32Array.from({ length: train.rows }, (_, r) => r);
      let nllSum = 0;
      let rows = 0;
      let step = 0;
      for await (const progress of network.train(loaded, {
        order,
        batchSize: B,
        firstStep: state.step,
        optimizer: { ...optimizer, learningRate: rateAt(state) },
        dropout,
        learningRate: (t) => rateAt({ step: t, epoch: state.epoch }),
        signal,
      })) {
        const nll = progress.nllSum / progress.rows;
        if (!Number.isFinite(nll))
          throw new NotFiniteError(
            `training left the finite numbers in epoch ${epoch}, minibatch ${progress.steps} of ${steps} (NLL ${nll}): expected a smaller optimizer.learningRate than ${rateAt({ step: state.step + progress.steps - 1, epoch: state.epoch })}`,
          );
        nllSum += progress.nllSum;
        rows += progress.rows;
        rowsDone += progress.rows;
        step = progress.steps;
        onProgress?.({ epoch, step, steps, rows: rowsDone, nll });
      }
      state.step += step;
      if (step < steps) {
        result.stopped = "aborted";
        break;
      }
      state.epoch = epoch;
      let validationNll: number | undefined;
      try {
        validationNll = validation && (await context.validate(validation, signal));
      } catch (error) {
        if (!signal?.aborted) throw error;
        result.stopped = "aborted";
        break;
      }
      const best =
        validationNll === undefined || !(validationNll >= (result.bestValidationNll ?? Number.POSITIVE_INFINITY));
      if (best) {
        result.bestEpoch = epoch;
        result.bestValidationNll = validationNll;
        if (validation) {
          network.keep();
          kept = true;
        }
      }
      const seconds = (performance.now() - started) / 1000;
      const report: EpochReport = { epoch, trainNll: nllSum / rows, validationNll, best, seconds };
      result.epochs.push(report);
      await onEpoch?.(report);
      if (validation && epoch - result.bestEpoch >= patience) result.stopped = "patience";
    }
    return result;
  } finally {
    if (kept) network.restore();
    loaded.dispose();
  }
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
