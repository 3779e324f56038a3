// Exact sampling on the CPU at the cost of one forward pass: a unit is computed once, when the last variable it may
// see has been drawn. The method that runs D whole passes is in reference/sample.ts and gives the same bits.

import type { Mask } from "./masks.ts";
import { g, sigmoid } from "./reference/activation.ts";
import { biasUnder } from "./reference/forward.ts";
import { type Model, seesUnder } from "./reference/model.ts";

/** A weight matrix as its units read it: their fan-ins are lists of the units they see. */
interface Link {
  readonly weights: Float64Array; // (units, width)
  readonly sees: readonly Uint32Array[];
  readonly width: number;
}

/** A hidden layer: which of its units have each degree, and what they were in the row at hand. */
interface Layer extends Link {
  readonly bias: Float64Array;
  readonly ofDegree: readonly (readonly number[])[]; // 1 … D
  readonly h: Float64Array; // (units)
}

/** Draws rows under one mask, one after the other. */
export class AncestralWalk {
  /** The row drawn last, its probabilities p(x_d = 1 | x_<d), and the logits behind them, (D). */
  readonly x: Float64Array;
  readonly probabilities: Float64Array;
  readonly logits: Float64Array;
  readonly #c: Float64Array;
  readonly #activation: Model["activation"];
  readonly #inputs: readonly number[]; // by position
  readonly #hidden: readonly Layer[];
  readonly #outputs: Link;
  readonly #direct: Link | undefined;

  constructor(model: Model, mask: Mask) {
    const { D, hidden, activation, directConnections, parameters } = model;
    const sees = seesUnder(model, mask);
    const link = (name: string, width: number): Link => ({ weights: parameters[name], sees: sees[name], width });
    this.x = new Float64Array(D);
    this.probabilities = new Float64Array(D);
    this.logits = new Float64Array(D);
    this.#c = biasUnder(model, sees, "V");
    this.#activation = activation;
    this.#inputs = byDegree(mask.ordering, D).flat();
    this.#hidden = mask.degrees.map((degrees, l) => ({
      ...link(`W${l + 1}`, l === 0 ? D : hidden[l - 1]),
      bias: biasUnder(model, sees, `W${l + 1}`),
      ofDegree: byDegree(degrees, D),
      h: new Float64Array(degrees.length),
    }));
    this.#outputs = link("V", hidden.at(-1) ?? D);
    this.#direct = directConnections ? link("A", D) : undefined;
  }

  /**
   * Draws one row: input d becomes 1 iff uniforms[d] < σ(z_d / temperature). Numbers in [0, 1) draw; −1 sets the input
   * to 1 and 1 sets it to 0 whatever its probability is.
   */
  draw(uniforms: ArrayLike<number>, temperature = 1): void {
    const { x } = this;
    const layers = this.#hidden;
    this.#inputs.forEach((d, position) => {
      let z = this.#c[d] + sum(this.#outputs, d, layers.at(-1)?.h ?? x);
      if (this.#direct) z += sum(this.#direct, d, x);
      this.logits[d] = z / temperature;
      this.probabilities[d] = sigmoid(this.logits[d]);
      x[d] = uniforms[d] < this.probabilities[d] ? 1 : 0;
      let below = x;
      for (const layer of layers) {
        for (const k of layer.ofDegree[position + 1])
          layer.h[k] = g[this.#activation](layer.bias[k] + sum(layer, k, below));
        below = layer.h;
      }
    });
  }
}

/** Σ_{j seen by unit k} W[k,j] · h[j], added as a forward pass adds it. */
function sum({ weights, sees, width }: Link, k: number, h: Float64Array): number {
  const seen = sees[k];
  const row = k * width;
  let total = 0;
  for (let i = 0; i < seen.length; i++) total += weights[row + seen[i]] * h[seen[i]];
  return total;
}

/** `units[m]`: the units of degree m, 0 … D. */
function byDegree(degrees: readonly number[], D: number): number[][] {
  const units: number[][] = Array.from({ length: D + 1 }, () => []);
  degrees.forEach((m, k) => {
    units[m].push(k);
  });
  return units;
}
