// One step of each optimiser as PyTorch takes it, over every value of every parameter: a weight that the present mask
// hides has gradient 0 but still decays and still follows its momentum.

import type { Hyperparameters, HyperparametersOf } from "../optimizer.ts";
import { type Values, zerosLike } from "./model.ts";

/** What an optimiser keeps for every value, 0 at the beginning of a run; which of the two it uses is its own business. */
export interface Moments {
  readonly first: Values;
  readonly second: Values;
}

export const zeroMoments = (parameters: Values): Moments => ({
  first: zerosLike(parameters),
  second: zerosLike(parameters),
});

/** One parameter, its gradient and its moments: θ, m and v change in place. */
interface Slot {
  readonly theta: Float64Array;
  readonly gradient: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

/**
 * Moves `parameters` (and `moments`) in place by optimiser step number `t`, counted from 1. η is the learning rate, λ the
 * weight decay, and γ = gradient + λ θ except in AdamW.
 */
export function optimizerStep(
  optimizer: Hyperparameters,
  t: number,
  parameters: Values,
  gradient: Values,
  moments: Moments,
) {
  const { name } = optimizer;
  const step = STEPS[name] as (optimizer: Hyperparameters, t: number, slot: Slot) => void;
  for (const [of, theta] of Object.entries(parameters))
    step(optimizer, t, { theta, gradient: gradient[of], m: moments.first[of], v: moments.second[of] });
}

const STEPS: {
  readonly [Name in Hyperparameters["name"]]: (options: HyperparametersOf<Name>, t: number, slot: Slot) => void;
} = {
  /**
   * Kingma and Ba, algorithm 1:
   *
   *     m ← β₁ m + (1 − β₁) γ       v ← β₂ v + (1 − β₂) γ²
   *     θ ← θ − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
   */
  adam(options, t, slot) {
    const { weightDecay } = options;
    adaptiveStep(options, t, slot, (gradient, theta) => gradient + weightDecay * theta);
  },

  /** Loshchilov and Hutter, algorithm 2: θ ← θ − η λ θ, then Adam's step on the gradient alone. */
  adamw(options, t, slot) {
    const { theta } = slot;
    for (let i = 0; i < theta.length; i++) theta[i] -= options.learningRate * options.weightDecay * theta[i];
    adaptiveStep(options, t, slot, (gradient) => gradient);
  },

  /**
   * Without momentum μ: θ ← θ − η γ. With it, dampening τ:
   *
   *     m ← μ m + (1 − τ) γ, in the first step γ        θ ← θ − η m, with Nesterov's θ ← θ − η (γ + μ m)
   */
  sgd({ learningRate, momentum, dampening, nesterov, weightDecay }, t, { theta, gradient, m }) {
    for (let i = 0; i < theta.length; i++) {
      const gamma = gradient[i] + weightDecay * theta[i];
      if (momentum > 0) m[i] = t === 1 ? gamma : momentum * m[i] + (1 - dampening) * gamma;
      const direction = momentum === 0 ? gamma : nesterov ? gamma + momentum * m[i] : m[i];
      theta[i] -= learningRate * direction;
    }
  },

  /**
   * m ← m + γ², θ ← θ − η / (1 + (t − 1) · decay) · γ / (√(m₀ + m) + ε). PyTorch begins its sum at m₀, the initial value of
   * the accumulator; here every moment begins at 0, and m₀ is added where the sum is used.
   */
  adagrad(options, t, { theta, gradient, m }) {
    const { learningRate, learningRateDecay, initialAccumulatorValue, epsilon, weightDecay } = options;
    const rate = learningRate / (1 + (t - 1) * learningRateDecay);
    for (let i = 0; i < theta.length; i++) {
      const gamma = gradient[i] + weightDecay * theta[i];
      m[i] += gamma * gamma;
      theta[i] -= (rate * gamma) / (Math.sqrt(initialAccumulatorValue + m[i]) + epsilon);
    }
  },

  /** Zeiler, algorithm 1: m ← ρ m + (1 − ρ) γ², Δ = √(v + ε) / √(m + ε) · γ, v ← ρ v + (1 − ρ) Δ², θ ← θ − η Δ. */
  adadelta({ learningRate, rho, epsilon, weightDecay }, _, { theta, gradient, m, v }) {
    for (let i = 0; i < theta.length; i++) {
      const gamma = gradient[i] + weightDecay * theta[i];
      m[i] = rho * m[i] + (1 - rho) * gamma * gamma;
      const delta = (Math.sqrt(v[i] + epsilon) / Math.sqrt(m[i] + epsilon)) * gamma;
      v[i] = rho * v[i] + (1 - rho) * delta * delta;
      theta[i] -= learningRate * delta;
    }
  },
};

/** The step that Adam and AdamW share; `gamma` is what they make of a gradient and its θ. */
function adaptiveStep(
  { learningRate, beta1, beta2, epsilon }: HyperparametersOf<"adam" | "adamw">,
  t: number,
  { theta, gradient, m, v }: Slot,
  gamma: (gradient: number, theta: number) => number,
) {
  const unbias1 = 1 - beta1 ** t;
  const unbias2 = 1 - beta2 ** t;
  for (let i = 0; i < theta.length; i++) {
    const g = gamma(gradient[i], theta[i]);
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    theta[i] -= (learningRate * (m[i] / unbias1)) / (Math.sqrt(v[i] / unbias2) + epsilon);
  }
}
