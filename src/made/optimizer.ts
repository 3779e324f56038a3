// The optimisers by name, with PyTorch's semantics and defaults.

import { ArgumentError } from "../errors.ts";

/** Adam (Kingma and Ba) as torch.optim.Adam: `weightDecay` is an L2 term added to the gradient. */
export interface AdamOptions {
  name: "adam";
  /** Default 1e-3. */
  learningRate?: number;
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-8, added outside the square root. */
  epsilon?: number;
  /** Default 0. */
  weightDecay?: number;
}

/** Plain stochastic gradient descent as torch.optim.SGD: `weightDecay` is an L2 term added to the gradient. */
export interface SgdOptions {
  name: "sgd";
  /** Default 1e-2. */
  learningRate?: number;
  /** Default 0. */
  weightDecay?: number;
}

export type OptimizerOptions = AdamOptions | SgdOptions;

/** An optimiser with every hyperparameter present and legal. */
export type Optimizer = Required<AdamOptions> | Required<SgdOptions>;

/** How one parameter is moved by its gradient: what tells the kernels of one optimiser from those of another. */
export type Rule = Optimizer["name"];

/** How many moments each rule keeps for a parameter. */
export const MOMENTS: Record<Rule, number> = { adam: 2, sgd: 0 };

const DEFAULTS = {
  adam: { name: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  sgd: { name: "sgd", learningRate: 1e-2, weightDecay: 0 },
} as const satisfies Record<Optimizer["name"], Optimizer>;

/** Completes `options` with PyTorch's defaults. @throws ArgumentError on an unknown name or an illegal value. */
export function resolveOptimizer(options: OptimizerOptions = { name: "adam" }): Optimizer {
  const defaults = DEFAULTS[options.name];
  if (!defaults)
    throw new ArgumentError(
      `optimizer.name: got "${options.name}", expected one of ${Object.keys(DEFAULTS).join(", ")}`,
    );
  for (const [key, value] of Object.entries(options)) {
    if (key === "name" || value === undefined) continue;
    if (!(key in defaults)) throw new ArgumentError(`optimizer.${key}: ${options.name} has no such option`);
    const ok = Number.isFinite(value) && value >= 0 && (!key.startsWith("beta") || value < 1);
    const expected = key.startsWith("beta") ? "a number in [0, 1)" : "a finite number ≥ 0";
    if (!ok) throw new ArgumentError(`optimizer.${key}: got ${value}, expected ${expected}`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...defaults, ...given } as Optimizer;
}
