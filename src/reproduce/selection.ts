// How much each member of a mixture counts, decided on validation rows alone. It never sees a test row.

/** Steps of EM; the likelihood is concave in the weights, so where it ends does not depend on where it begins. */
const STEPS = 200;
/** A member that counts for less is left out: it would cost as much to ask as any other. */
const LEAST = 0.01;

/**
 * Weights of a mixture that maximise the likelihood of the validation rows, by expectation–maximisation from equal ones:
 * wᵢ ← mean over rows of wᵢ pᵢ(x) / Σⱼ wⱼ pⱼ(x). They add up to 1.
 * @param logProbs log pᵢ(x) of every validation row under each member in nats, (members, rows)
 */
export function mixtureWeights(logProbs: readonly ArrayLike<number>[]): Float64Array {
  let weights: Float64Array = new Float64Array(logProbs.length).fill(1 / logProbs.length);
  for (let step = 0; step < STEPS; step++) weights = improve(weights, logProbs);
  const kept = weights.map((w) => (w < LEAST ? 0 : w));
  const total = kept.reduce((a, b) => a + b, 0);
  return kept.map((w) => w / total);
}

function improve(weights: Float64Array, logProbs: readonly ArrayLike<number>[]): Float64Array {
  const n = weights.length;
  const rows = logProbs[0].length;
  const next = new Float64Array(n);
  const shares = new Float64Array(n);
  for (let r = 0; r < rows; r++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) if (weights[i] > 0) most = Math.max(most, logProbs[i][r]);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      shares[i] = weights[i] > 0 ? weights[i] * Math.exp(logProbs[i][r] - most) : 0;
      sum += shares[i];
    }
    for (let i = 0; i < n; i++) next[i] += shares[i] / sum / rows;
  }
  return next;
}
