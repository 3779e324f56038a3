// One-pass sampling on the CPU must give what D whole passes give: the same rows and the same probabilities, bit for bit.

import fc from "fast-check";
import { expect, test } from "vitest";
import { AncestralWalk } from "../src/made/ancestral.ts";
import { resolveConfig } from "../src/made/config.ts";
import type { Mask } from "../src/made/masks.ts";
import { sigmoid } from "../src/made/reference/activation.ts";
import { forward } from "../src/made/reference/forward.ts";
import { createModel, type Model, seesUnder } from "../src/made/reference/model.ts";
import { sampleByPasses } from "../src/made/reference/sample.ts";
import { goldenCases } from "./golden.ts";
import { allClose } from "./support/all-close.ts";
import { build, check, descriptions, randomUniforms } from "./support/models.ts";

/** One row after the other, (rows, D). */
function drawAll(model: Model, mask: Mask, uniforms: ArrayLike<number>) {
  const walk = new AncestralWalk(model, mask);
  const x = new Float64Array(uniforms.length);
  const probabilities = new Float64Array(uniforms.length);
  for (let i = 0; i < x.length; i += model.D) {
    walk.draw(Array.prototype.slice.call(uniforms, i, i + model.D));
    x.set(walk.x, i);
    probabilities.set(walk.probabilities, i);
  }
  return { x, probabilities };
}

test("draws the rows of the D-pass reference, with the same bits behind them", () => {
  check(
    fc.property(descriptions(), (description) => {
      const { model, masks } = build(description);
      const uniforms = randomUniforms(description.seed, 4, description.D);
      for (const mask of masks) expect(drawAll(model, mask, uniforms)).toEqual(sampleByPasses(model, mask, uniforms));
    }),
    200,
  );
});

const drawn = goldenCases.filter(({ sampling }) => sampling);
test.each(drawn.map((golden) => [golden.name, golden] as const))("golden rows of %s", (_, golden) => {
  const { uniforms, probabilities, samples } = golden.sampling!;
  const model = createModel(resolveConfig(golden.config), golden.parameters);
  const got = drawAll(model, golden.config.masks[0], uniforms);
  expect([...got.x]).toEqual([...samples.toUint8Array()]);
  allClose(got.probabilities, probabilities, { atol: 1e-9 }, "probabilities");
});

const small = {
  D: 6,
  hidden: [7, 5],
  activation: "softplus",
  directConnections: true,
  ordering: "given",
  masks: 1,
  seed: 21,
} as const;

test("uniforms of −1 and 1 set an input, and the others are drawn given it", () => {
  const { model, masks } = build({ ...small, hidden: [...small.hidden] });
  const [mask] = masks;
  const set = [1, 0, 1];
  const uniforms = randomUniforms(5, 1, small.D);
  set.forEach((value, position) => {
    uniforms[mask.ordering.indexOf(position + 1)] = value === 1 ? -1 : 1;
  });
  const { x, probabilities } = drawAll(model, mask, uniforms);
  expect(set.map((_, position) => x[mask.ordering.indexOf(position + 1)])).toEqual(set);
  expect(probabilities).toEqual(forward(model, seesUnder(model, mask), x).logits.map(sigmoid));
});

test("a temperature divides the logits", () => {
  const { model, masks } = build({ ...small, hidden: [...small.hidden] });
  const walk = new AncestralWalk(model, masks[0]);
  walk.draw(randomUniforms(5, 1, small.D), 0.25);
  const { logits } = forward(model, seesUnder(model, masks[0]), walk.x);
  allClose(
    walk.probabilities,
    logits.map((z) => sigmoid(4 * z)),
    { atol: 1e-12 },
  );
});
