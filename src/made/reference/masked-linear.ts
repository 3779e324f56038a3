// The three matrix products of a masked layer, y = (W ⊙ M) h: forward, gradient to the weights, gradient to the input.
// M is given as lists of its ones (see model.ts); biases and activations are added elsewhere.

type Lists = readonly Uint32Array[];

/** out[b,k] += Σ_{j ∈ sees[k]} W[k,j] · h[b,j], for W (out, width), h (B, width), out (B, out). */
export function addProduct(out: Float64Array, W: Float64Array, sees: Lists, h: Float64Array, width: number) {
  const B = h.length / width;
  const units = sees.length;
  for (let k = 0; k < units; k++) {
    const seen = sees[k];
    const row = k * width;
    for (let b = 0; b < B; b++) {
      const input = b * width;
      let sum = 0;
      for (let i = 0; i < seen.length; i++) sum += W[row + seen[i]] * h[input + seen[i]];
      out[b * units + k] += sum;
    }
  }
}

/** gradient[k,j] += Σ_b δ[b,k] · h[b,j] for j ∈ sees[k]: ∂/∂W, which stays 0 where the mask hides the weight. */
export function addWeightGradient(gradient: Float64Array, sees: Lists, delta: Float64Array, h: Float64Array) {
  const units = sees.length;
  const B = delta.length / units;
  const width = h.length / B;
  for (let k = 0; k < units; k++) {
    const seen = sees[k];
    const row = k * width;
    for (let b = 0; b < B; b++) {
      const d = delta[b * units + k];
      if (d === 0) continue; // a relu that is off passes nothing on
      const input = b * width;
      for (let i = 0; i < seen.length; i++) gradient[row + seen[i]] += d * h[input + seen[i]];
    }
  }
}

/** out[b,j] += Σ_{k : j ∈ sees[k]} W[k,j] · δ[b,k]: ((W ⊙ M)ᵀ δ), the gradient that the layer hands down. */
export function addTransposedProduct(out: Float64Array, W: Float64Array, sees: Lists, delta: Float64Array) {
  const units = sees.length;
  const B = delta.length / units;
  const width = out.length / B;
  for (let k = 0; k < units; k++) {
    const seen = sees[k];
    const row = k * width;
    for (let b = 0; b < B; b++) {
      const d = delta[b * units + k];
      if (d === 0) continue;
      const output = b * width;
      for (let i = 0; i < seen.length; i++) out[output + seen[i]] += d * W[row + seen[i]];
    }
  }
}
