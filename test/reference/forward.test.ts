// What makes a MADE a distribution: an output never sees its own input or a later one, and so the probabilities of all
// rows sum to 1. Numbers are compared with PyTorch's in golden.test.ts.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Mask } from "../../src/made/masks.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { mixtureNll } from "../../src/made/reference/log-mean-exp.ts";
import { type Model, seesUnder } from "../../src/made/reference/model.ts";
import { allClose } from "../support/all-close.ts";
import { build, check, descriptions, everyRow, randomRows } from "../support/models.ts";

/** Flips every input of every row, one at a time, and returns the logits that changed but must not have. */
function forbiddenChanges(model: Model, mask: Mask, x: Float64Array): string[] {
  const { D } = model;
  const sees = seesUnder(model, mask);
  const before = forward(model, sees, x).logits;
  const found: string[] = [];
  for (let flipped = 0; flipped < D; flipped++) {
    const other = x.map((value, i) => (i % D === flipped ? 1 - value : value));
    forward(model, sees, other).logits.forEach((after, i) => {
      const changed = !Object.is(after, before[i]);
      if (changed && mask.ordering[i % D] <= mask.ordering[flipped]) found.push(`logit ${i % D} by input ${flipped}`);
    });
  }
  return found;
}

describe("autoregressive", () => {
  test("no bit of a logit changes when its own input or a later one is flipped", () => {
    check(
      fc.property(descriptions(), (description) => {
        const { model, masks } = build(description);
        const x = randomRows(description.seed, 3, description.D);
        for (const mask of masks) expect(forbiddenChanges(model, mask, x)).toEqual([]);
      }),
      200,
    );
  });

  test("the plain autoencoder isn't", () => {
    const { model, masks } = build(
      { D: 4, hidden: [6], activation: "tanh", directConnections: false, ordering: "natural", masks: 1, seed: 2 },
      false,
    );
    expect(forbiddenChanges(model, masks[0], randomRows(1, 1, 4))).toHaveLength(10);
  });
});

/** Σ_x p(x) over all 2^D rows for the mixture of `masks`. */
function totalProbability(model: Model, masks: readonly Mask[]): number {
  const x = everyRow(model.D);
  const nll = new Float64Array(masks.length * 2 ** model.D); // (masks, rows)
  masks.forEach((mask, k) => {
    const { logits } = forward(model, seesUnder(model, mask), x);
    nll.set(negativeLogLikelihood(logits, x, model.D), k * 2 ** model.D);
  });
  return mixtureNll(nll, masks.length).reduce((sum, value) => sum + Math.exp(-value), 0);
}

describe("a distribution", () => {
  test("the probabilities of all 2^D rows sum to 1 under each mask and for the mixture", () => {
    check(
      fc.property(descriptions({ maxD: 10 }), (description) => {
        const { model, masks } = build(description);
        for (const mask of masks) allClose([totalProbability(model, [mask])], [1], { atol: 1e-10 }, "under one mask");
        allClose([totalProbability(model, masks)], [1], { atol: 1e-10 }, "mixture");
      }),
      60,
    );
  });

  test.each([[[]], [[40]], [[17, 23]]])("with 12 inputs and hidden layers %j too", (hidden) => {
    const { model, masks } = build({
      D: 12,
      hidden,
      activation: "softplus",
      directConnections: true,
      ordering: "random",
      masks: 2,
      seed: 12,
    });
    allClose([totalProbability(model, masks)], [1], { atol: 1e-10 });
  });

  test("the plain autoencoder isn't one", () => {
    const { model, masks } = build(
      { D: 6, hidden: [9], activation: "tanh", directConnections: false, ordering: "natural", masks: 1, seed: 3 },
      false,
    );
    expect(Math.abs(totalProbability(model, masks) - 1)).toBeGreaterThan(0.01);
  });
});

test("−log p(x) = −Σ log Bernoulli(x_d; σ(z_d)), finite for extreme logits", () => {
  const x = Float64Array.of(1, 0, 1, 1, 0, 0);
  const logits = Float64Array.of(0.5, -1, 2, -900, 900, -900);
  const p = (z: number) => 1 / (1 + Math.exp(-z));
  const got = negativeLogLikelihood(logits, x, 3);
  allClose(got, [-Math.log(p(0.5) * (1 - p(-1)) * p(2)), 1800], { rtol: 1e-14 });
});
