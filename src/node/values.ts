// What is written behind an option, read and checked: numbers, names, lists. Each takes the text and the option's name, and
// throws an ArgumentError that says what came and what was expected. Shared by the command line and the terminal job.

import { ArgumentError } from "../errors.ts";
import { OPTIMIZERS, type OptimizerOptions, resolveOptimizer } from "../made/optimizer.ts";
import { checkLearningRate, SCHEDULES, type Schedule } from "../made/schedule.ts";

export const asInteger = (least: number) => (value: string, option: string) => {
  const n = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(n) || n < least)
    throw new ArgumentError(`${option}: got "${value}", expected an integer ≥ ${least}`);
  return n;
};

export const asOneOf =
  <T extends string>(allowed: readonly T[]) =>
  (value: string, option: string): T => {
    if (!allowed.includes(value as T))
      throw new ArgumentError(`${option}: got "${value}", expected one of ${allowed.join(", ")}`);
    return value as T;
  };

/** A name, and options behind it: "adadelta,rho=0.95". */
export function asNamed<T extends string>(allowed: readonly T[]) {
  return (value: string, option: string): { name: T } => {
    const [name, ...options] = value.split(",");
    const given = options.map((text) => {
      const [, key, written] = /^(\w+)=(.+)$/.exec(text) ?? [];
      if (key === undefined || key === "learningRate" || key === "name")
        throw new ArgumentError(`${option}: got "${text}", expected an option of ${name} such as epsilon=1e-5`);
      const plain: Record<string, unknown> = { true: true, false: false };
      const number = Number(written);
      return [key, plain[written] ?? (Number.isNaN(number) ? written : number)];
    });
    return { ...Object.fromEntries(given), name: asOneOf(allowed)(name, option) };
  };
}

export function asOptimizer(value: string, option: string): OptimizerOptions {
  const optimizer = asNamed(OPTIMIZERS)(value, option) as OptimizerOptions;
  resolveOptimizer(optimizer); // an option that isn't legal shows now, not after the data was read
  return optimizer;
}

export function asSchedule(value: string, option: string): Omit<Schedule, "learningRate"> {
  const schedule = asNamed(SCHEDULES)(value, option) as Omit<Schedule, "learningRate">;
  checkLearningRate({ ...schedule, learningRate: 1 });
  return schedule;
}

export const asItIs = (value: string) => value;

export function asPng(value: string, option: string): string {
  if (!value.toLowerCase().endsWith(".png"))
    throw new ArgumentError(`${option}: got "${value}", expected the name of a .png file`);
  return value;
}

export function asRate(value: string, option: string): number {
  const rate = Number(value);
  if (!Number.isFinite(rate) || rate <= 0)
    throw new ArgumentError(`${option}: got "${value}", expected a number above 0, such as 0.001`);
  return rate;
}

export function asShare(value: string, option: string): number {
  const share = /^[\d.]/.test(value) ? Number(value) : Number.NaN;
  if (!(share >= 0 && share < 1)) throw new ArgumentError(`${option}: got "${value}", expected a number in [0, 1)`);
  return share;
}

export function asShares(value: string, option: string): number | number[] {
  const shares = value.split(",").map((share) => asShare(share, option));
  return shares.length === 1 ? shares[0] : shares;
}

export function asLayers(value: string, option: string): number[] {
  if (value === "none") return [];
  return value.split(",").map((units) => {
    const n = /^\d+$/.test(units) ? Number(units) : 0;
    if (!Number.isSafeInteger(n) || n < 1)
      throw new ArgumentError(`${option}: got "${value}", expected units of each layer, such as 500,500, or none`);
    return n;
  });
}

export function asMasks(value: string, option: string): number {
  if (value === "infinity") return Number.POSITIVE_INFINITY;
  const n = /^\d+$/.test(value) ? Number(value) : 0;
  if (!Number.isSafeInteger(n) || n < 1)
    throw new ArgumentError(`${option}: got "${value}", expected an integer ≥ 1 or infinity`);
  return n;
}
