// The forward pass in plain loops: from rows to logits, and from logits to −log p(x) in nats. Which connections there
// are is decided in model.ts; gradients are in gradients.ts.

import { biasOf, connectivityOf } from "../parameters.ts";
import { g, softplus } from "./activation.ts";
import { addProduct } from "./masked-linear.ts";
import type { Model, Sees } from "./model.ts";

/** What every value of a layer is multiplied by, 0 or 1 / (1 − p), by layer from the inputs on, (B, H_l); see dropout.ts. */
export type Factors = readonly (Float64Array | undefined)[];

/** What a forward pass leaves behind. */
export interface Forward {
  /** The rows that were to be predicted, (B, D). */
  readonly x: Float64Array;
  /** h⁰ = x, h¹ … hᴸ, after dropout: `h[l]` is (B, H_l). */
  readonly h: readonly Float64Array[];
  readonly factors: Factors;
  /** z, (B, D): p(x_d = 1 | x_<d) = σ(z_d). */
  readonly logits: Float64Array;
}

/**
 * hˡ = g(bˡ + (Wˡ ⊙ Mˡ) hˡ⁻¹) for l = 1 … L, then z = c + (V ⊙ Mⱽ) hᴸ [+ (A ⊙ Mᴬ) x]; b and c as {@link biasUnder} has
 * them.
 * @param x rows of 0/1 values, (B, D)
 * @param factors of dropout, which multiply x and the h of their layers
 */
export function forward(model: Model, sees: Sees, x: Float64Array, factors: Factors = []): Forward {
  const { D, hidden, activation, parameters } = model;
  const B = x.length / D;
  const drop = (values: Float64Array, l: number) => (factors[l] ? values.map((v, i) => v * factors[l]![i]) : values);
  const h = [drop(x, 0)];
  let width = D;
  for (let l = 1; l <= hidden.length; l++) {
    const z = repeat(biasUnder(model, sees, `W${l}`), B); // (B, H_l)
    addProduct(z, parameters[`W${l}`], sees[`W${l}`], h[l - 1], width);
    h.push(drop(z.map(g[activation]), l));
    width = hidden[l - 1];
  }
  const logits = repeat(biasUnder(model, sees, "V"), B); // (B, D)
  addProduct(logits, parameters.V, sees.V, h[hidden.length], width);
  if (model.directConnections) addProduct(logits, parameters.A, sees.A, h[0], D);
  return { x, h, factors, logits };
}

/**
 * The bias beside the matrix of this name, with connectivity weights b + (U ⊙ M) 1 (section 4.2 of the paper), (units).
 */
export function biasUnder({ parameters }: Model, sees: Sees, weights: string): Float64Array {
  const bias = parameters[biasOf(weights)];
  const U = parameters[connectivityOf(weights)];
  return U ? bias.map((b, k) => b + sumSeen(U, sees[weights], k)) : bias;
}

/** Σ_{j ∈ sees[k]} U[k,j]. */
function sumSeen(U: Float64Array, sees: readonly Uint32Array[], k: number): number {
  const row = (k * U.length) / sees.length;
  return sees[k].reduce((sum, j) => sum + U[row + j], 0);
}

/** −log p(x) = Σ_d softplus(z_d) − x_d z_d in nats, one number a row, (B). */
export function negativeLogLikelihood(logits: Float64Array, x: Float64Array, D: number): Float64Array {
  const nll = new Float64Array(x.length / D);
  for (let b = 0; b < nll.length; b++)
    for (let i = b * D; i < (b + 1) * D; i++) nll[b] += softplus(logits[i]) - x[i] * logits[i];
  return nll;
}

/** `row` B times over, (B, row.length). */
function repeat(row: Float64Array, B: number): Float64Array {
  const rows = new Float64Array(B * row.length);
  for (let b = 0; b < B; b++) rows.set(row, b * row.length);
  return rows;
}
