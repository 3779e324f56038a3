// Learning rates that change while a run goes on. Each is a pure function of where the run stands, so a run that is
// resumed goes on exactly as it would have; nothing is stepped or saved.

import { ArgumentError } from "../errors.ts";

/** Where a run stands before a minibatch. */
export interface RunPoint {
  /** Minibatches done since the run began. */
  step: number;
  /** Epochs done since the run began. */
  epoch: number;
}

interface Common {
  /** The rate that everything else is a multiple of. */
  learningRate: number;
  /** What `every`, `length` and `warmup` count: minibatches (default) or epochs. */
  unit?: "step" | "epoch";
  /** Rises in a straight line to `learningRate` over so many units first (default 0), as LinearLR; the rest begins then. */
  warmup?: number;
  /** The warm-up begins at warmupFactor · learningRate: in (0, 1], default 1/3. */
  warmupFactor?: number;
}

/** One rate, after the warm-up. */
export interface ConstantSchedule extends Common {
  /** Which plan it is. */
  name: "constant";
}

/** Multiplies by `factor` after `every` units, again and again, as torch.optim.lr_scheduler.StepLR. */
export interface StepSchedule extends Common {
  /** Which plan it is. */
  name: "step";
  /** Units from one drop to the next (step_size). */
  every: number;
  /** Default 0.1 (gamma). */
  factor?: number;
}

/**
 * Falls along half a cosine from `learningRate` to `minimum`, as torch.optim.lr_scheduler.CosineAnnealingLR, and stays
 * there.
 */
export interface CosineSchedule extends Common {
  /** Which plan it is. */
  name: "cosine";
  /**
   * Units until `minimum` is reached, counted from the beginning of the run, warm-up included (default: until
   * this `fit` has done all its epochs, interruptions aside; a run that is made of several calls of `fit` has to say it).
   */
  length?: number;
  /** Default 0 (eta_min). */
  minimum?: number;
}

/** A plan for the learning rate; plain data, which can be written to a file. */
export type Schedule = ConstantSchedule | StepSchedule | CosineSchedule;

/** Stands for a function where one can't be: whoever resumes the run has to give it again. */
export interface FunctionSchedule {
  /** Which plan it is. */
  name: "function";
}

/**
 * A learning rate: one for the whole run, a schedule, or a function of where the run stands. The function has to give the
 * same number for the same point, or a run that is resumed takes another way; and of it only that it was one is kept.
 */
export type LearningRate = number | Schedule | FunctionSchedule | ((at: RunPoint) => number);

/** `learningRate` as data. */
export const storable = (learningRate: LearningRate): number | Schedule | FunctionSchedule =>
  typeof learningRate === "function" ? { name: "function" } : learningRate;

/** Names of the schedules. */
export const SCHEDULES = ["constant", "step", "cosine"] as const satisfies readonly Schedule["name"][];

const NAME = "optimizer.learningRate";

/**
 * The rate of every minibatch as a function of where the run stands.
 * @param end where the run will be when this `fit` has done all its epochs
 * @param learningRate has been checked
 * @throws ArgumentError where it can't be followed; so does the function on a rate that is none
 */
export function rateOf(learningRate: LearningRate, end: RunPoint): (at: RunPoint) => number {
  if (typeof learningRate === "number") return () => learningRate;
  if (typeof learningRate === "function")
    return (at) => {
      const rate = learningRate(at);
      if (!isRate(rate))
        throw new ArgumentError(`${NAME}: the function gave ${rate} at step ${at.step}, expected a finite number ≥ 0`);
      return rate;
    };
  if (learningRate.name === "function")
    throw new ArgumentError(`${NAME}: got none for a run that followed a function, expected that function again`);
  const { unit = "step", learningRate: highest, warmup = 0, warmupFactor = 1 / 3 } = learningRate;
  const after = decayOf(learningRate, warmup, end[unit]);
  return (at) => {
    const t = at[unit];
    return t < warmup ? highest * (warmupFactor + ((1 - warmupFactor) * t) / warmup) : after(t - warmup);
  };
}

/** The rate `t` units after the warm-up. */
function decayOf(schedule: Schedule, warmup: number, end: number): (t: number) => number {
  const { learningRate } = schedule;
  if (schedule.name === "constant") return () => learningRate;
  if (schedule.name === "step") {
    const { every, factor = 0.1 } = schedule;
    return (t) => learningRate * factor ** Math.floor(t / every);
  }
  const { length = end, minimum = 0 } = schedule;
  if (!Number.isFinite(length))
    throw new ArgumentError(`${NAME}.length: got none for endless epochs, expected how long the cosine is`);
  const falling = Math.max(1, length - warmup);
  return (t) => minimum + ((learningRate - minimum) * (1 + Math.cos((Math.PI * Math.min(t, falling)) / falling))) / 2;
}

/** The options of each schedule beside `name`; those it can't do without. */
const COMMON = ["learningRate", "unit", "warmup", "warmupFactor"];
const OPTIONS: Readonly<Record<string, { known: readonly string[]; required: readonly string[] }>> = {
  constant: { known: COMMON, required: ["learningRate"] },
  step: { known: [...COMMON, "every", "factor"], required: ["learningRate", "every"] },
  cosine: { known: [...COMMON, "length", "minimum"], required: ["learningRate"] },
  function: { known: [], required: [] },
};

const isRate = (value: unknown) => Number.isFinite(value) && (value as number) >= 0;
const RATE = { ok: isRate, expected: "a finite number ≥ 0" };
const COUNT = { ok: (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 1, expected: "an integer ≥ 1" };
const LEGAL: Readonly<Record<string, { ok: (value: unknown) => boolean; expected: string }>> = {
  learningRate: RATE,
  minimum: RATE,
  factor: RATE,
  every: COUNT,
  length: COUNT,
  warmup: { ok: (n) => Number.isSafeInteger(n) && (n as number) >= 0, expected: "an integer ≥ 0" },
  warmupFactor: { ok: (n) => isRate(n) && (n as number) > 0 && (n as number) <= 1, expected: "a number in (0, 1]" },
  unit: { ok: (unit) => unit === "step" || unit === "epoch", expected: '"step" or "epoch"' },
};

/** @throws ArgumentError naming the field, what came and what was expected */
export function checkLearningRate(given: unknown): void {
  if (typeof given === "function") return;
  const options = OPTIONS[(given as Schedule | null)?.name as string];
  if (typeof given !== "object" || !options) {
    if (isRate(given)) return;
    const got = typeof given === "object" ? JSON.stringify(given) : given;
    const expected = `${RATE.expected}, a function, or a schedule named ${SCHEDULES.join(", ")}`;
    throw new ArgumentError(`${NAME}: got ${got}, expected ${expected}`);
  }
  const schedule = given as Readonly<Record<string, unknown>>;
  for (const [key, value] of Object.entries(schedule)) {
    if (key === "name" || value === undefined) continue;
    if (!options.known.includes(key)) throw new ArgumentError(`${NAME}.${key}: ${schedule.name} has no such option`);
    const { ok, expected } = LEGAL[key];
    if (!ok(value)) throw new ArgumentError(`${NAME}.${key}: got ${value}, expected ${expected}`);
  }
  for (const key of options.required)
    if (schedule[key] === undefined)
      throw new ArgumentError(`${NAME}.${key}: got undefined, expected ${LEGAL[key].expected}`);
}
