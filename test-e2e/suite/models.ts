// Models and data for the GPU cases, by seed: nothing here is random between runs.

import type { MadeConfig, ResolvedConfig } from "../../src/made/config.ts";
import { resolveConfig } from "../../src/made/config.ts";
import { type Parameters, parameterShapes, sizeOf } from "../../src/made/parameters.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";

/** Parameters uniform in ±scale/√fanIn, biases too: activations of order 1 at any width. */
export function randomParameters(config: ResolvedConfig, scale = 1.5): Parameters {
  const parameters: Parameters = {};
  let index = 100;
  let fanIn = 1;
  for (const [name, shape] of parameterShapes(config)) {
    if (shape.length === 2) fanIn = shape[1];
    const random = new Random(config.seed, "weights", index++);
    const draw = () => (scale * (2 * random.uniform() - 1)) / Math.sqrt(fanIn);
    parameters[name] = { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) };
  }
  return parameters;
}

/** Rows whose neighbouring bits agree four times out of five: something to learn. */
export function chainRows(rows: number, D: number, seed = 1): BinaryRows {
  const values = new Uint8Array(rows * D);
  for (let r = 0; r < rows; r++) {
    const random = new Random(seed, "sample", r);
    for (let d = 0; d < D; d++) {
      const again = d > 0 && random.uniform() < 0.8;
      values[r * D + d] = again ? values[r * D + d - 1] : random.below(2);
    }
  }
  return BinaryRows.from(values, D);
}

export const config = (partial: MadeConfig): ResolvedConfig => resolveConfig(partial);
