// Where a training run stands: all that fit needs, beside weights and moments, to go on as if it had never stopped.
// Plain data, so that it can lie in a file; what was read from one is checked here.

import { FormatError } from "../errors.ts";
import { type Optimizer, type OptimizerOptions, resolveOptimizer } from "./optimizer.ts";

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

/** An epoch that was left in its midst. Its order of rows follows from the seed, or is their own. */
export interface PartOfEpoch {
  /** Minibatches done. */
  step: number;
  /** Rows done, and the sum of their −log p in nats. */
  rows: number;
  nllSum: number;
  seconds: number;
  /** What the order and the minibatches follow from: it may not change before the epoch is through. */
  of: { rows: number; batchSize: number; shuffle: boolean };
}

export interface RunState {
  /** Minibatches, whole epochs and training rows done since the run began. */
  step: number;
  epoch: number;
  rows: number;
  /** What the moments belong to; absent before the first fit. */
  optimizer?: Optimizer;
  /** The best epoch on validation, 0 for what the run began with, and its NLL. */
  best?: { epoch: number; nll: number };
  /**
   * What the network keeps beside its parameters: while fit runs the weights of the best epoch; after it, as the
   * parameters are those of the best epoch then, the last weights, from which a resumed fit goes on.
   */
  kept?: "best" | "last";
  /** The fit that is under way or was interrupted; absent where the last one ended by itself. */
  fit?: { reports: EpochReport[]; part?: PartOfEpoch };
}

/** Where every run begins. */
const FRESH: RunState = {
  step: 0,
  epoch: 0,
  rows: 0,
  optimizer: undefined,
  best: undefined,
  kept: undefined,
  fit: undefined,
};

export const freshRun = (): RunState => ({ ...FRESH });

/** Makes `run` stand where `to` does, or at the beginning. */
export const setRun = (run: RunState, to?: RunState): RunState => Object.assign(run, FRESH, structuredClone(to));

/** A run state as JSON; the same state gives the same text. */
export const printRun = ({ step, epoch, rows, optimizer, best, kept, fit }: RunState): string =>
  JSON.stringify({ step, epoch, rows, optimizer, best, kept, fit });

/**
 * A run state from JSON.
 * @throws FormatError naming the field, what came and what was expected
 */
export function readRun(value: unknown): RunState {
  const run = record("run", value, ["step", "epoch", "rows"], ["optimizer", "best", "kept", "fit"]);
  for (const key of ["step", "epoch", "rows"]) check(`run.${key}`, run[key], isCount, COUNT);
  if (run.optimizer !== undefined) checkOptimizer(run.optimizer);
  if (run.best !== undefined) {
    const best = record("run.best", run.best, ["epoch", "nll"]);
    check("run.best.epoch", best.epoch, isCount, COUNT);
    check("run.best.nll", best.nll, Number.isFinite, NUMBER);
  }
  check("run.kept", run.kept, (kept) => [undefined, "best", "last"].includes(kept as string), '"best" or "last"');
  if ((run.best === undefined) !== (run.kept === undefined))
    throw new FormatError('model file: run has one of "best" and "kept", expected both or neither');
  if (run.fit !== undefined) checkFit(run.fit);
  return run as unknown as RunState;
}

function checkOptimizer(value: unknown): void {
  const { name } = (value ?? {}) as OptimizerOptions;
  try {
    const optimizer = resolveOptimizer(value as OptimizerOptions);
    record("run.optimizer", value, Object.keys(optimizer));
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`model file: run.optimizer (${name}): ${(cause as Error).message}`, { cause });
  }
}

function checkFit(value: unknown): void {
  const { reports, part } = record("run.fit", value, ["reports"], ["part"]);
  if (!Array.isArray(reports)) throw failure("run.fit.reports", reports, "an array");
  reports.forEach((item, i) => {
    const name = `run.fit.reports[${i}]`;
    const report = record(name, item, ["epoch", "trainNll", "best", "seconds"], ["validationNll"]);
    check(`${name}.epoch`, report.epoch, isCount, COUNT);
    check(`${name}.trainNll`, report.trainNll, Number.isFinite, NUMBER);
    check(`${name}.validationNll`, report.validationNll ?? 0, Number.isFinite, NUMBER);
    check(`${name}.best`, report.best, (best) => typeof best === "boolean", "true or false");
    check(`${name}.seconds`, report.seconds, Number.isFinite, NUMBER);
  });
  if (part === undefined) return;
  const within = record("run.fit.part", part, ["step", "rows", "nllSum", "seconds", "of"]);
  for (const key of ["step", "rows"]) check(`run.fit.part.${key}`, within[key], isCount, COUNT);
  for (const key of ["nllSum", "seconds"]) check(`run.fit.part.${key}`, within[key], Number.isFinite, NUMBER);
  const of = record("run.fit.part.of", within.of, ["rows", "batchSize", "shuffle"]);
  for (const key of ["rows", "batchSize"]) check(`run.fit.part.of.${key}`, of[key], isCount, COUNT);
  check("run.fit.part.of.shuffle", of.shuffle, (shuffle) => typeof shuffle === "boolean", "true or false");
}

const COUNT = "an integer ≥ 0";
const NUMBER = "a finite number";
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

/** `value` as an object that has all of `required`, and no keys but these and `optional`. */
function record(name: string, value: unknown, required: readonly string[], optional: readonly string[] = []) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw failure(name, value, "an object");
  const keys = Object.keys(value);
  const missing = required.find((key) => !keys.includes(key));
  if (missing) throw failure(`${name}.${missing}`, undefined, "it to be there");
  const unknown = keys.find((key) => !required.includes(key) && !optional.includes(key));
  if (unknown) throw failure(`${name}.${unknown}`, (value as Record<string, unknown>)[unknown], "no such key");
  return value as Record<string, unknown>;
}

function check(name: string, value: unknown, is: (value: unknown) => boolean, expected: string): void {
  if (!is(value)) throw failure(name, value, expected);
}

const failure = (name: string, got: unknown, expected: string) =>
  new FormatError(`model file: ${name}: got ${JSON.stringify(got)?.slice(0, 80)}, expected ${expected}`);
