// One-pass sampling must give what D whole passes give: the same rows and the same probabilities.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawRows } from "../src/made/ancestral.ts";
import { resolveConfig } from "../src/made/config.ts";
import { sigmoid } from "../src/made/reference/activation.ts";
import { forward } from "../src/made/reference/forward.ts";
import { seesUnder } from "../src/made/reference/model.ts";
import { sampleByPasses } from "../src/made/reference/sample.ts";
import { goldenCases } from "./golden.ts";
import { allClose } from "./support/all-close.ts";
import { build, check, descriptions, randomUniforms } from "./support/models.ts";

test("draws the rows of the D-pass reference", () => {
  check(
    fc.property(descriptions(), (description) => {
      const { config, parameters, model, masks } = build(description);
      const uniforms = randomUniforms(description.seed, 4, description.D);
      for (const mask of masks) {
        const got = drawRows({ config, parameters, mask, uniforms, rows: 4 });
        const want = sampleByPasses(model, mask, uniforms);
        expect([...got.rows.toUint8Array()]).toEqual([...want.x]);
        allClose(got.probabilities, want.probabilities, { atol: 1e-12 }, "probabilities");
      }
    }),
    200,
  );
});

test.each([
  [[], false],
  [[70], true],
  [[33, 64, 31], false],
])("and for rows of several words (hidden %j, direct connections %s)", (hidden, directConnections) => {
  const D = 65;
  const { config, parameters, model, masks } = build({
    D,
    hidden,
    activation: "relu",
    directConnections,
    ordering: "random",
    masks: 1,
    seed: 8,
  });
  const uniforms = randomUniforms(3, 5, D);
  const got = drawRows({ config, parameters, mask: masks[0], uniforms, rows: 5 });
  const want = sampleByPasses(model, masks[0], uniforms);
  expect([...got.rows.toUint8Array()]).toEqual([...want.x]);
  allClose(got.probabilities, want.probabilities, { atol: 1e-12 }, "probabilities");
});

const drawn = goldenCases.filter(({ sampling }) => sampling);
test.each(drawn.map((golden) => [golden.name, golden] as const))("golden rows of %s", (_, golden) => {
  const { uniforms, probabilities, samples } = golden.sampling!;
  const got = drawRows({
    config: resolveConfig(golden.config),
    parameters: golden.parameters,
    mask: golden.config.masks[0],
    uniforms,
    rows: samples.rows,
  });
  expect(got.rows).toEqual(samples);
  allClose(got.probabilities, probabilities, { atol: 1e-9 }, "probabilities");
});

describe("drawRows", () => {
  const D = 6;
  const { config, parameters, model, masks } = build({
    D,
    hidden: [7, 5],
    activation: "softplus",
    directConnections: true,
    ordering: "given",
    masks: 1,
    seed: 21,
  });
  const mask = masks[0];

  test("uniforms of −1 and 1 set an input, and the others are drawn given it", () => {
    const set = [1, 0, 1];
    const uniforms = randomUniforms(5, 1, D);
    set.forEach((value, position) => {
      uniforms[mask.ordering.indexOf(position + 1)] = value === 1 ? -1 : 1;
    });
    const got = drawRows({ config, parameters, mask, uniforms, rows: 1 });
    const x = got.rows.toUint8Array();
    expect(set.map((_, position) => x[mask.ordering.indexOf(position + 1)])).toEqual(set);
    const want = forward(model, seesUnder(model, mask), Float64Array.from(x)).logits.map(sigmoid);
    allClose(got.probabilities, want, { atol: 1e-12 });
  });

  test("draws no rows when none are asked for", () => {
    expect(drawRows({ config, parameters, mask, uniforms: [], rows: 0 }).rows.rows).toBe(0);
  });

  test("refuses uniforms of another length", () => {
    const request = { config, parameters, mask, uniforms: new Float32Array(11), rows: 2 };
    expect(() => drawRows(request)).toThrow("uniforms: got 11 numbers, expected rows · inputs = 12");
  });

  test("refuses a plain autoencoder", () => {
    const request = { config: { ...config, masked: false }, parameters, mask, uniforms: new Float32Array(D), rows: 1 };
    expect(() => drawRows(request)).toThrow("masked: got false, expected true");
  });
});
