// Backpropagation against central differences of the mean −log p(x), every value of every parameter.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Mask } from "../../src/made/masks.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { backward, gradients } from "../../src/made/reference/gradients.ts";
import { connections, type Model, seesUnder } from "../../src/made/reference/model.ts";
import { allClose } from "../support/all-close.ts";
import { build, check, descriptions, randomRows } from "../support/models.ts";

// Small enough that a relu hardly ever crosses its kink on the way, large enough for nine digits of the difference.
const EPSILON = 1e-6;

function meanNll(model: Model, mask: Mask, x: Float64Array): number {
  const nll = negativeLogLikelihood(forward(model, seesUnder(model, mask), x).logits, x, model.D);
  return nll.reduce((a, b) => a + b) / nll.length;
}

/** (f(θ + ε) − f(θ − ε)) / 2ε for every value θ of one parameter. */
function differences(model: Model, mask: Mask, x: Float64Array, values: Float64Array): Float64Array {
  return Float64Array.from(values, (value, i) => {
    values[i] = value + EPSILON;
    const above = meanNll(model, mask, x);
    values[i] = value - EPSILON;
    const below = meanNll(model, mask, x);
    values[i] = value;
    return (above - below) / (2 * EPSILON);
  });
}

test("every gradient is the slope of the mean nll, with and without masks", () => {
  check(
    fc.property(descriptions({ maxD: 5, maxWidth: 6 }), fc.boolean(), (description, masked) => {
      const { model, masks } = build(description, masked);
      const x = randomRows(description.seed, 4, description.D);
      const sees = seesUnder(model, masks[0]);
      const got = gradients(model, sees, forward(model, sees, x));
      for (const [name, values] of Object.entries(model.parameters))
        allClose(got[name], differences(model, masks[0], x, values), { atol: 1e-7 }, `gradient of ${name}`);
    }),
    60,
  );
});

test("the gradient of a weight that the mask hides is exactly 0", () => {
  check(
    fc.property(descriptions(), (description) => {
      const { model, masks } = build(description);
      const sees = seesUnder(model, masks[0]);
      const got = gradients(model, sees, forward(model, sees, randomRows(description.seed, 3, description.D)));
      for (const [name, matrix] of Object.entries(connections(model, masks[0])))
        matrix.forEach((one, i) => {
          if (one === 0) expect(got[name][i]).toBe(0);
        });
    }),
    50,
  );
});

test("backward hands out δᶻ and δ¹ … δᴸ, whose column sums are the gradients of c and b1 … bL", () => {
  check(
    fc.property(descriptions(), (description) => {
      const { model, masks } = build(description);
      const sees = seesUnder(model, masks[0]);
      const pass = forward(model, sees, randomRows(description.seed, 3, description.D));
      const { gradient, deltas } = backward(model, sees, pass);
      const biases = ["c", ...description.hidden.map((_, l) => `b${l + 1}`)];
      expect(deltas).toHaveLength(biases.length);
      biases.forEach((name, l) => {
        const units = gradient[name].length;
        const sums = new Float64Array(units);
        deltas[l].forEach((delta, i) => {
          sums[i % units] += delta;
        });
        allClose(sums, gradient[name], { atol: 1e-15 }, `column sums of the deltas of ${name}`);
      });
    }),
    50,
  );
});
