// Exact sampling on the CPU at the cost of one forward pass: a unit is computed once, when the last variable it may
// see has been drawn. The method that runs D whole passes is in reference/sample.ts and draws the same rows.

import { ArgumentError } from "../errors.ts";
import type { ResolvedConfig } from "./config.ts";
import type { Mask } from "./masks.ts";
import { biasOf, connectivityOf, type Parameters } from "./parameters.ts";
import { g, sigmoid } from "./reference/activation.ts";
import { BinaryRows } from "./rows.ts";

/** What to draw, and from which model. */
export interface DrawRequest {
  config: Pick<ResolvedConfig, "inputs" | "hidden" | "activation" | "directConnections" | "masked">;
  parameters: Parameters;
  mask: Mask;
  /**
   * Input d of row r becomes 1 iff uniforms[r · D + d] < p(x_d = 1 | x_<d), (rows, D). Numbers in [0, 1) draw;
   * −1 sets the input to 1 and 1 sets it to 0 whatever p is, which under an ordering that puts the set inputs first
   * gives exact conditional draws of the others.
   */
  uniforms: ArrayLike<number>;
  /** Number of rows. */
  rows: number;
}

/** Rows drawn, and the probability p(x_d = 1 | x_<d) behind every one of their values, (rows, D). */
export interface DrawnRows {
  rows: BinaryRows;
  probabilities: Float64Array;
}

/** Units of one layer sorted by degree, so that those which see a variable are the last ones. */
interface Layer {
  /** `units[i]`: which unit comes i-th. */
  readonly units: readonly number[];
  /** `reached[s]`: how many units have a degree < s, s = 0 … D + 1. */
  readonly reached: readonly number[];
  /** Bias in sorted order: what a pre-activation is before anything is seen. */
  readonly bias: Float64Array;
  /** Sums so far of the row at hand, in sorted order. */
  readonly z: Float64Array;
}

/** The weights from one layer to a later one, both sorted, one row for each unit below: `weights[j · out + k]`. */
interface Link {
  readonly weights: Float32Array;
  readonly above: Layer;
}

/**
 * Draws rows under one mask. For s = 1 … D it draws the variable at position s, adds its column to every sum above that
 * sees it, and then finishes, layer by layer, the hidden units of degree s, whose sums are complete now. Each unit adds
 * its own column once; what is 0 adds nothing.
 * @throws ArgumentError for a plain autoencoder (`masked: false`), which has no distribution to draw from, and for
 * uniforms of the wrong length.
 */
export function drawRows({ config, parameters, mask, uniforms, rows: B }: DrawRequest): DrawnRows {
  const { inputs: D, activation, directConnections, masked } = config;
  if (!masked) throw new ArgumentError("masked: got false, expected true: a plain autoencoder cannot be sampled");
  if (uniforms.length !== B * D)
    throw new ArgumentError(`uniforms: got ${uniforms.length} numbers, expected rows · inputs = ${B * D}`);

  const inputs = sorted(mask.ordering); // inputs[s − 1]: the input at position s
  const hidden = mask.degrees.map((degrees, l) =>
    sortLayer(D, degrees, biasUnder(parameters, `W${l + 1}`, degrees, mask.degrees[l - 1] ?? mask.ordering)),
  );
  // An output at position p sees the degrees < p, where a hidden unit of degree m sees those ≤ m.
  const seenByOutputs = mask.ordering.map((position) => position - 1);
  const belowOutputs = mask.degrees.at(-1) ?? mask.ordering;
  const outputs = sortLayer(D, seenByOutputs, biasUnder(parameters, "V", seenByOutputs, belowOutputs));

  const link = (name: string, below: readonly number[], above: Layer): Link => ({
    weights: sortWeights(parameters[name].data, below, above.units),
    above,
  });
  const L = hidden.length;
  const fromHidden = hidden.map((layer, l) =>
    l + 1 < L ? link(`W${l + 2}`, layer.units, hidden[l + 1]) : link("V", layer.units, outputs),
  );
  const fromInputs = [L > 0 ? link("W1", inputs, hidden[0]) : link("V", inputs, outputs)];
  if (directConnections) fromInputs.push(link("A", inputs, outputs));

  const x = new Uint8Array(B * D);
  const probabilities = new Float64Array(B * D);
  for (let r = 0; r < B; r++) {
    for (const { z, bias } of [...hidden, outputs]) z.set(bias);
    for (let s = 1; s <= D; s++) {
      const i = r * D + inputs[s - 1];
      probabilities[i] = sigmoid(outputs.z[s - 1]);
      x[i] = uniforms[i] < probabilities[i] ? 1 : 0;
      for (const { weights, above } of fromInputs) addColumn(x[i], weights, s - 1, above, s);
      for (let l = 0; l < L; l++) {
        const { reached, z } = hidden[l];
        const { weights, above } = fromHidden[l];
        for (let k = reached[s]; k < reached[s + 1]; k++) addColumn(g[activation](z[k]), weights, k, above, s);
      }
    }
  }
  return { rows: BinaryRows.from(x, D), probabilities };
}

/** The biases beside the matrix of this name, and what its connectivity weights add where a unit sees degrees up to its own. */
function biasUnder(
  parameters: Parameters,
  weights: string,
  degrees: readonly number[],
  below: readonly number[],
): Float64Array {
  const U = parameters[connectivityOf(weights)]?.data;
  return Float64Array.from(parameters[biasOf(weights)].data, (bias, k) =>
    U ? below.reduce((sum, m, j) => (m <= degrees[k] ? sum + U[k * below.length + j] : sum), bias) : bias,
  );
}

/** Adds value · (column of unit j below) to the sums of the units above that see degree `s`. */
function addColumn(value: number, weights: Float32Array, j: number, { reached, z }: Layer, s: number) {
  if (value === 0) return;
  const column = j * z.length;
  for (let k = reached[s]; k < z.length; k++) z[k] += value * weights[column + k];
}

/** The numbers of the units by ascending degree. */
const sorted = (degrees: readonly number[]): number[] =>
  degrees.map((_, k) => k).sort((a, b) => degrees[a] - degrees[b]);

function sortLayer(D: number, degrees: readonly number[], bias: Float64Array): Layer {
  const units = sorted(degrees);
  const reached = new Array<number>(D + 2).fill(0);
  for (const degree of degrees) reached[degree + 1]++;
  for (let s = 1; s < reached.length; s++) reached[s] += reached[s - 1];
  return { units, reached, bias: Float64Array.from(units, (k) => bias[k]), z: new Float64Array(units.length) };
}

/** `W`, (above, below), with both sides sorted and a row for each unit below. */
function sortWeights(W: Float32Array, below: readonly number[], above: readonly number[]): Float32Array {
  const weights = new Float32Array(W.length);
  for (let j = 0; j < below.length; j++)
    for (let k = 0; k < above.length; k++) weights[j * above.length + k] = W[above[k] * below.length + below[j]];
  return weights;
}
