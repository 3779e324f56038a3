// What the plain autoencoder has to show: a digit, its code (the activations of the last hidden layer) and what comes
// back from it.

import type { Activation, ResolvedConfig } from "../../src/made/config.ts";
import type { Parameters } from "../../src/made/parameters.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";
import type { Still } from "./pairs.ts";

const G: Record<Activation, (z: number) => number> = {
  relu: (z) => Math.max(0, z),
  softplus: (z) => Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z))),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
};

/** h^L of row `r` without masks: hˡ = g(bˡ + Wˡ hˡ⁻¹). */
export function codeOf(parameters: Parameters, { hidden, activation }: ResolvedConfig, rows: BinaryRows, r: number) {
  let h: ArrayLike<number> = Uint8Array.from({ length: rows.inputs }, (_, d) => rows.get(r, d));
  for (let l = 1; l <= hidden.length; l++) {
    const { data: W } = parameters[`W${l}`];
    const { data: b } = parameters[`b${l}`];
    const below: ArrayLike<number> = h;
    h = Float32Array.from(b, (bias, k) => {
      let z = bias;
      for (let j = 0; j < below.length; j++) z += W[k * below.length + j] * below[j];
      return G[activation](z);
    });
  }
  return h;
}

/** A digit, its code as a square of grey fields, and its reconstruction, for every row. */
export function reconstructions(
  rows: BinaryRows,
  outputs: Float32Array,
  parameters: Parameters,
  config: ResolvedConfig,
): Still[][] {
  return Array.from({ length: rows.rows }, (_, r) => {
    const code = Array.from(codeOf(parameters, config, rows, r));
    const side = Math.ceil(Math.sqrt(code.length));
    const [least, most] = [Math.min(0, ...code), Math.max(1e-6, ...code)];
    const digit = { width: SIDE, height: SIDE };
    return [
      { ...digit, label: `Digit ${r + 1}`, shade: (d) => rows.get(r, d) },
      {
        label: `Its code: ${code.length} activations`,
        width: side,
        height: Math.ceil(code.length / side),
        shade: (k) => ((code[k] ?? least) - least) / (most - least),
      },
      { ...digit, label: "Its reconstruction", shade: (d) => outputs[r * rows.inputs + d] },
    ];
  });
}
