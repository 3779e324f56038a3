// A mixture of models: log p(x) from what each of them says. Legal for models of any kind, because each is a normalised
// density; the average of their logits would be none.

import { ArgumentError } from "../errors.ts";

/**
 * log Σᵢ wᵢ pᵢ(x) of every row in nats, (rows), from log pᵢ(x) of several models, such as {@link Made.logProb} gives.
 * @param logProbs one array a model, (models, rows)
 * @param weights of the models, ≥ 0 and not all 0; they are divided by their sum (default: all alike)
 * @throws ArgumentError
 */
export function mixtureLogProb(
  logProbs: readonly ArrayLike<number>[],
  weights: ArrayLike<number> = new Float64Array(logProbs.length).fill(1),
): Float64Array {
  const n = logProbs.length;
  if (n === 0) throw new ArgumentError("logProbs: got an empty array, expected those of at least one model");
  const rows = logProbs[0].length;
  logProbs.forEach(({ length }, i) => {
    if (length !== rows)
      throw new ArgumentError(`logProbs[${i}]: got ${length} rows, expected ${rows} as in the first`);
  });
  if (weights.length !== n) throw new ArgumentError(`weights: got ${weights.length}, expected ${n}, one a model`);
  let total = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i] >= 0 && Number.isFinite(weights[i])))
      throw new ArgumentError(`weights[${i}]: got ${weights[i]}, expected a finite number ≥ 0`);
    total += weights[i];
  }
  if (total === 0) throw new ArgumentError("weights: got only zeros, expected at least one above 0");
  const logWeights = Float64Array.from(weights, (w) => Math.log(w / total));
  return Float64Array.from({ length: rows }, (_, r) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) most = Math.max(most, logWeights[i] + logProbs[i][r]);
    if (!Number.isFinite(most)) return most; // no model thinks x possible, or one gave NaN or +∞
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.exp(logWeights[i] + logProbs[i][r] - most);
    return most + Math.log(sum);
  });
}
