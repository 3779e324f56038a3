// Backpropagation in plain loops: the gradient of the mean −log p(x) of a batch with respect to every parameter.
// What an optimiser makes of it is in optimizer.ts.

import { gPrime, sigmoid } from "./activation.ts";
import type { Forward } from "./forward.ts";
import { addTransposedProduct, addWeightGradient } from "./masked-linear.ts";
import { type Model, type Sees, type Values, zerosLike } from "./model.ts";

/**
 * Gradients of (1/B) Σ_b −log p(x_b), in the shapes of the parameters, exactly 0 where the mask hides a weight:
 *
 *     δᶻ = (σ(z) − x) / B                 ∂V = δᶻᵀ hᴸ ⊙ Mⱽ      ∂c = Σ_b δᶻ     ∂A = δᶻᵀ x ⊙ Mᴬ
 *     δᴸ = (V ⊙ Mⱽ)ᵀ δᶻ ⊙ g′(hᴸ)          ∂Wˡ = δˡᵀ hˡ⁻¹ ⊙ Mˡ    ∂bˡ = Σ_b δˡ
 *     δˡ⁻¹ = (Wˡ ⊙ Mˡ)ᵀ δˡ ⊙ g′(hˡ⁻¹)
 *
 * With connectivity weights ∂U = ∂b 1ᵀ ⊙ M. With dropout every δ of a hidden layer is also multiplied by its factors, and h here is what the layer above saw.
 */
export const gradients = (model: Model, sees: Sees, pass: Forward): Values => backward(model, sees, pass).gradient;

/** {@link gradients}, and the δ behind them: δᶻ (B, D), then δ¹ … δᴸ, (B, H_l). */
export function backward(
  model: Model,
  sees: Sees,
  { x, h, factors, logits }: Forward,
): { gradient: Values; deltas: Float64Array[] } {
  const { D, activation, parameters } = model;
  const B = x.length / D;
  const L = model.hidden.length;
  const gradient = zerosLike(parameters);

  let delta = logits.map((z, i) => (sigmoid(z) - x[i]) / B); // δᶻ, (B, D)
  const deltas = [delta];
  addWeightGradient(gradient.V, sees.V, delta, h[L]);
  addColumnSums(gradient.c, delta);
  if (gradient.UV) spread(gradient.UV, sees.V, gradient.c);
  if (model.directConnections) addWeightGradient(gradient.A, sees.A, delta, h[0]);

  let above = "V";
  for (let l = L; l >= 1; l--) {
    const below = new Float64Array(h[l].length); // δˡ, (B, H_l)
    addTransposedProduct(below, parameters[above], sees[above], delta);
    const kept = factors[l];
    // Where a unit dropped out nothing comes through; elsewhere its own h is what was multiplied.
    delta = below.map((d, i) => {
      const factor = kept ? kept[i] : 1;
      return factor === 0 ? 0 : d * factor * gPrime[activation](h[l][i] / factor);
    });
    deltas.splice(1, 0, delta);
    above = `W${l}`;
    addWeightGradient(gradient[above], sees[above], delta, h[l - 1]);
    addColumnSums(gradient[`b${l}`], delta);
    if (gradient[`U${l}`]) spread(gradient[`U${l}`], sees[above], gradient[`b${l}`]);
  }
  return { gradient, deltas };
}

/** ∂U[k,j] = ∂b[k] for j ∈ sees[k]: U multiplies ones. */
function spread(gradient: Float64Array, sees: readonly Uint32Array[], bias: Float64Array) {
  const width = gradient.length / sees.length;
  sees.forEach((seen, k) => {
    for (const j of seen) gradient[k * width + j] = bias[k];
  });
}

/** sums[k] += Σ_b values[b,k]. */
function addColumnSums(sums: Float64Array, values: Float64Array) {
  for (let i = 0; i < values.length; i++) sums[i % sums.length] += values[i];
}
