// One step of each optimiser, as torch.optim.Adam and torch.optim.SGD take it, over every value of every parameter:
// a weight that the present mask hides has gradient 0 but still decays and still follows its momentum.

import type { Optimizer } from "../optimizer.ts";
import { type Values, zerosLike } from "./model.ts";

/** Running means of the gradient and of its square, 0 at the beginning of a run. */
export interface Moments {
  readonly first: Values;
  readonly second: Values;
}

export const zeroMoments = (parameters: Values): Moments => ({
  first: zerosLike(parameters),
  second: zerosLike(parameters),
});

/**
 * Moves `parameters` (and `moments`) in place by optimiser step number `t`, counted from 1.
 *
 * Adam (Kingma and Ba, algorithm 1), with γ = gradient + weightDecay · θ:
 *
 *     m ← β₁ m + (1 − β₁) γ       v ← β₂ v + (1 − β₂) γ²
 *     θ ← θ − learningRate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * SGD: θ ← θ − learningRate · γ, without moments.
 */
export function optimizerStep(optimizer: Optimizer, t: number, parameters: Values, gradient: Values, moments: Moments) {
  for (const name of Object.keys(parameters)) {
    if (optimizer.name === "sgd") sgd(optimizer, parameters[name], gradient[name]);
    else adam(optimizer, t, parameters[name], gradient[name], moments.first[name], moments.second[name]);
  }
}

type Options<Name extends Optimizer["name"]> = Extract<Optimizer, { name: Name }>;

function sgd({ learningRate, weightDecay }: Options<"sgd">, theta: Float64Array, gradient: Float64Array) {
  for (let i = 0; i < theta.length; i++) theta[i] -= learningRate * (gradient[i] + weightDecay * theta[i]);
}

function adam(
  { learningRate, beta1, beta2, epsilon, weightDecay }: Options<"adam">,
  t: number,
  theta: Float64Array,
  gradient: Float64Array,
  m: Float64Array,
  v: Float64Array,
) {
  const unbias1 = 1 - beta1 ** t;
  const unbias2 = 1 - beta2 ** t;
  for (let i = 0; i < theta.length; i++) {
    const gamma = gradient[i] + weightDecay * theta[i];
    m[i] = beta1 * m[i] + (1 - beta1) * gamma;
    v[i] = beta2 * v[i] + (1 - beta2) * gamma * gamma;
    theta[i] -= (learningRate * (m[i] / unbias1)) / (Math.sqrt(v[i] / unbias2) + epsilon);
  }
}
