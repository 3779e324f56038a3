// Ancestral sampling as the literature describes it: D whole passes, one for each input in the order of the mask.
// Slow and plainly right; `../ancestral.ts` draws the same rows at the cost of a single pass.

import type { Mask } from "../masks.ts";
import { sigmoid } from "./activation.ts";
import { forward } from "./forward.ts";
import { type Model, seesUnder } from "./model.ts";

/** Rows drawn, and the probabilities they were drawn with. */
export interface Samples {
  /** 0/1, (rows, D). */
  readonly x: Float64Array;
  /** p(x_d = 1 | x_<d), (rows, D). */
  readonly probabilities: Float64Array;
}

/**
 * Draws rows under one mask: input d of row r becomes 1 iff uniforms[r · D + d] < p(x_d = 1 | x_<d).
 * @param uniforms numbers in [0, 1), (rows, D)
 */
export function sampleByPasses(model: Model, mask: Mask, uniforms: ArrayLike<number>): Samples {
  const { D } = model;
  const sees = seesUnder(model, mask);
  const x = new Float64Array(uniforms.length);
  const probabilities = new Float64Array(uniforms.length);
  for (let position = 1; position <= D; position++) {
    const d = mask.ordering.indexOf(position);
    const { logits } = forward(model, sees, x);
    for (let i = d; i < x.length; i += D) {
      probabilities[i] = sigmoid(logits[i]);
      x[i] = uniforms[i] < probabilities[i] ? 1 : 0;
    }
  }
  return { x, probabilities };
}
