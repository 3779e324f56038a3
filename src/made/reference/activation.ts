// The scalar functions of the model in float64, in forms that neither overflow nor cancel. One number in, one out:
// arrays and layers are elsewhere.

import type { Activation } from "../config.ts";

/** σ(z) = 1 / (1 + e⁻ᶻ). Only exponentials of numbers ≤ 0 are taken, so nothing overflows. */
export function sigmoid(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** log(1 + eᶻ) = max(z, 0) + log(1 + e^−|z|). */
export const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** h = g(z), by the name of g. */
export const g: Record<Activation, (z: number) => number> = {
  relu: (z) => Math.max(z, 0),
  softplus,
  tanh: Math.tanh,
  sigmoid,
};

/**
 * g′(z) written in h = g(z), so that z need not be kept: softplus′(z) = σ(z) = 1 − e^−h, tanh′ = 1 − h²,
 * σ′ = h (1 − h). Relu has no derivative at 0; 0 is taken there.
 */
export const gPrime: Record<Activation, (h: number) => number> = {
  relu: (h) => (h > 0 ? 1 : 0),
  softplus: (h) => -Math.expm1(-h),
  tanh: (h) => 1 - h * h,
  sigmoid: (h) => h * (1 - h),
};
