// The optimisers by name, with PyTorch's semantics, defaults and names of their arguments.

import { ArgumentError } from "../errors.ts";
import { checkLearningRate, type LearningRate } from "./schedule.ts";

/** Adam (Kingma and Ba) as torch.optim.Adam: `weightDecay` is an L2 term added to the gradient. */
export interface AdamOptions {
  /** Which optimiser it is. */
  name: "adam";
  /** Default 1e-3. */
  learningRate?: LearningRate;
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8, added outside the square root. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
}

/** AdamW (Loshchilov and Hutter) as torch.optim.AdamW: weights decay by learningRate · weightDecay, beside the gradient. */
export interface AdamWOptions extends Omit<AdamOptions, "name"> {
  /** Which optimiser it is. */
  name: "adamw";
  /** Default 1e-2. Weights that every mask hides decay, too. */
  weightDecay?: number;
}

/** Stochastic gradient descent as torch.optim.SGD: `weightDecay` is an L2 term added to the gradient. */
export interface SgdOptions {
  /** Which optimiser it is. */
  name: "sgd";
  /** Default 1e-3. */
  learningRate?: LearningRate;
  /** Default 0: none. */
  momentum?: number;
  /** The momentum takes 1 − dampening of the gradient (default 0); its first step takes all of it. */
  dampening?: number;
  /** Looks ahead by a step of the momentum, which has to be above 0 and not dampened (default false). */
  nesterov?: boolean;
  /** Default 0. */
  weightDecay?: number;
}

/** Adagrad (Duchi, Hazan, Singer) as torch.optim.Adagrad: `weightDecay` is an L2 term added to the gradient. */
export interface AdagradOptions {
  /** Which optimiser it is. */
  name: "adagrad";
  /** Default 1e-2. */
  learningRate?: LearningRate;
  /** Step t has learning rate learningRate / (1 + (t − 1) · learningRateDecay) (default 0). */
  learningRateDecay?: number;
  /** Where the sum of squared gradients begins (default 0). */
  initialAccumulatorValue?: number;
  /** Default 1e-10, added outside the square root. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
}

/** Adadelta (Zeiler) as torch.optim.Adadelta: `weightDecay` is an L2 term added to the gradient. */
export interface AdadeltaOptions {
  /** Which optimiser it is. */
  name: "adadelta";
  /** Default 1. */
  learningRate?: LearningRate;
  /** Default 0.9. */
  rho?: number;
  /** Default 1e-6, added inside the square roots. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
}

/** An optimiser by its name, with PyTorch's arguments; what is left out has the default that PyTorch has, or that is said. */
export type OptimizerOptions = AdamOptions | AdamWOptions | SgdOptions | AdagradOptions | AdadeltaOptions;

type Complete<Options, Rate> = Options extends unknown
  ? Required<Omit<Options, "learningRate">> & { learningRate: Rate }
  : never;

/** An optimiser with every hyperparameter present and legal. */
export type Optimizer = Complete<OptimizerOptions, LearningRate>;

/** An optimiser as it takes one step: numbers only. */
export type Hyperparameters = Complete<OptimizerOptions, number>;

/** The hyperparameters of the optimiser of this name. */
export type HyperparametersOf<Name extends Optimizer["name"]> = Extract<Hyperparameters, { name: Name }>;

/** Options with one learning rate for the whole run. */
export type AtOneRate<Options> = Options extends unknown ? Options & { learningRate?: number } : never;

/** How one parameter is moved by its gradient: what tells the kernels of one optimiser from those of another. */
export type Rule = Optimizer["name"] | "momentum";

/** How many moments each rule keeps for a parameter, all of them 0 at the beginning of a run. */
export const MOMENTS: Record<Rule, number> = { adam: 2, adamw: 2, sgd: 0, momentum: 1, adagrad: 1, adadelta: 2 };

/** SGD with momentum has a rule of its own. */
export const ruleOf = (optimizer: Optimizer): Rule =>
  optimizer.name === "sgd" && optimizer.momentum > 0 ? "momentum" : optimizer.name;

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const DEFAULTS: { readonly [Name in Optimizer["name"]]: HyperparametersOf<Name> } = {
  adam: { name: "adam", ...ADAM, weightDecay: 0 },
  adamw: { name: "adamw", ...ADAM, weightDecay: 1e-2 },
  sgd: { name: "sgd", learningRate: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
  adagrad: {
    name: "adagrad",
    learningRate: 1e-2,
    learningRateDecay: 0,
    initialAccumulatorValue: 0,
    epsilon: 1e-10,
    weightDecay: 0,
  },
  adadelta: { name: "adadelta", learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 },
};

/** Names of the optimisers. */
export const OPTIMIZERS = Object.keys(DEFAULTS) as readonly Optimizer["name"][];

/** Completes `options` with PyTorch's defaults. @throws ArgumentError on an unknown name or an illegal value. */
export function resolveOptimizer(options?: AtOneRate<OptimizerOptions>): Hyperparameters;
export function resolveOptimizer(options?: OptimizerOptions): Optimizer;
export function resolveOptimizer(options: OptimizerOptions = { name: "adam" }): Optimizer {
  const defaults = DEFAULTS[options.name];
  if (!defaults)
    throw new ArgumentError(`optimizer.name: got "${options.name}", expected one of ${OPTIMIZERS.join(", ")}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    if (key === "name") continue;
    if (!(key in defaults)) throw new ArgumentError(`optimizer.${key}: ${options.name} has no such option`);
    if (key === "learningRate") checkLearningRate(value);
    else check(key, value);
  }
  const optimizer = { ...defaults, ...Object.fromEntries(given) } as Optimizer;
  if (optimizer.name === "sgd" && optimizer.nesterov && !(optimizer.momentum > 0 && optimizer.dampening === 0))
    throw new ArgumentError(
      `optimizer.nesterov: got momentum ${optimizer.momentum} and dampening ${optimizer.dampening}, expected a momentum above 0 and no dampening`,
    );
  return optimizer;
}

function check(key: string, value: unknown) {
  const { ok, expected } = LEGAL[key] ?? ANY;
  if (!ok(value)) throw new ArgumentError(`optimizer.${key}: got ${value}, expected ${expected}`);
}

interface Check {
  ok: (value: unknown) => boolean;
  expected: string;
}

const isNumber = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;
const ANY: Check = { ok: isNumber, expected: "a finite number ≥ 0" };
const BELOW_1: Check = { ok: (value) => isNumber(value) && value < 1, expected: "a number in [0, 1)" };
const UP_TO_1: Check = { ok: (value) => isNumber(value) && value <= 1, expected: "a number in [0, 1]" };

/** What a value must be where it isn't just any number ≥ 0. */
const LEGAL: Readonly<Record<string, Check>> = {
  beta1: BELOW_1,
  beta2: BELOW_1,
  rho: UP_TO_1,
  dampening: { ok: Number.isFinite, expected: "a finite number" },
  nesterov: { ok: (value) => typeof value === "boolean", expected: "true or false" },
};
