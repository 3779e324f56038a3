// Sampling by D passes: every draw is made with the conditional that the finished row itself implies, and rows come as
// often as the model says. Compared with PyTorch's draws in golden.test.ts.

import fc from "fast-check";
import { expect, test } from "vitest";
import { sigmoid } from "../../src/made/reference/activation.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { seesUnder } from "../../src/made/reference/model.ts";
import { sampleByPasses } from "../../src/made/reference/sample.ts";
import { build, check, descriptions, everyRow, randomUniforms } from "../support/models.ts";

test("probabilities are the conditionals of the finished rows, and draws follow the rule u < p", () => {
  check(
    fc.property(descriptions({ maxD: 12, maxWidth: 20 }), (description) => {
      const { model, masks } = build(description);
      const uniforms = randomUniforms(description.seed, 3, description.D);
      for (const mask of masks) {
        const { x, probabilities } = sampleByPasses(model, mask, uniforms);
        expect(probabilities).toEqual(forward(model, seesUnder(model, mask), x).logits.map(sigmoid));
        x.forEach((value, i) => {
          expect(value).toBe(uniforms[i] < probabilities[i] ? 1 : 0);
        });
      }
    }),
    50,
  );
});

test("rows come as often as their probability says", () => {
  const D = 3;
  const rows = 20_000;
  const { model, masks } = build({
    D,
    hidden: [8],
    activation: "relu",
    directConnections: false,
    ordering: "random",
    masks: 1,
    seed: 6,
  });
  const { x } = sampleByPasses(model, masks[0], randomUniforms(1, rows, D));
  const counts = new Float64Array(2 ** D);
  for (let r = 0; r < rows; r++) counts[x[3 * r] + 2 * x[3 * r + 1] + 4 * x[3 * r + 2]]++;
  const all = everyRow(D);
  negativeLogLikelihood(forward(model, seesUnder(model, masks[0]), all).logits, all, D).forEach((nll, i) => {
    const p = Math.exp(-nll);
    const deviation = Math.sqrt((p * (1 - p)) / rows);
    expect(Math.abs(counts[i] / rows - p)).toBeLessThan(4 * deviation);
  });
});
