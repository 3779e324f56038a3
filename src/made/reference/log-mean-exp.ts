// The mixture over masks: log p(x) = log (1/K) Σ_k p_k(x). Probabilities are averaged, never logits: the average of
// logits under several orderings is no distribution.

/** log (1/n) Σᵢ exp(valuesᵢ). The largest value is taken out first, so nothing overflows and not all of it underflows. */
export function logMeanExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  if (!Number.isFinite(largest)) return largest; // all −∞, or one is +∞ or NaN: already the answer
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum / values.length);
}

/**
 * −log p(x) of the mixture in nats, (rows), from −log p_k(x) under each of its masks.
 * @param nll (masks, rows)
 * @param masks number of masks, ≥ 1
 */
export function mixtureNll(nll: Float64Array, masks: number): Float64Array {
  const rows = nll.length / masks;
  const logp = new Float64Array(masks); // of one row
  return Float64Array.from({ length: rows }, (_, r) => {
    for (let k = 0; k < masks; k++) logp[k] = -nll[k * rows + r];
    return -logMeanExp(logp);
  });
}
