// The reference against the golden vectors, step by step and through the engine. 62 models that PyTorch computed.

import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/made/config.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { gradients } from "../../src/made/reference/gradients.ts";
import { mixtureNll } from "../../src/made/reference/log-mean-exp.ts";
import { connections, createModel, seesUnder } from "../../src/made/reference/model.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { sampleByPasses } from "../../src/made/reference/sample.ts";
import { goldenCases } from "../golden.ts";
import { allClose } from "../support/all-close.ts";

test("all 62 files are there, 10 with three masks and the others with drawn rows", () => {
  expect(goldenCases).toHaveLength(62);
  expect(goldenCases.filter(({ config }) => config.masks.length === 3)).toHaveLength(10);
  expect(goldenCases.filter(({ sampling }) => sampling)).toHaveLength(52);
});

describe.each(goldenCases.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  const { masks } = golden.config;
  const config = resolveConfig(golden.config);
  const D = config.inputs;
  const x = Float64Array.from(golden.inputs.toUint8Array()); // (B, D)
  const model = createModel(config, golden.parameters);

  test("mask matrices", () => {
    for (const [k, mask] of masks.entries()) {
      const got = Object.entries(connections(model, mask)).map(([name, matrix]) => [name, [...matrix]]);
      expect(Object.fromEntries(got)).toEqual(golden.maskMatrices[k]);
    }
  });

  test("logits and nll under every mask, and of the mixture", () => {
    const nll = masks.map((mask, k) => {
      const { logits } = forward(model, seesUnder(model, mask), x);
      allClose(logits, golden.expected.logits[k], { atol: 1e-9 }, `logits under mask ${k}`);
      const perRow = negativeLogLikelihood(logits, x, D);
      allClose(perRow, golden.expected.nll[k], { atol: 1e-9 }, `nll under mask ${k}`);
      return [...perRow];
    });
    const mixture = mixtureNll(Float64Array.from(nll.flat()), masks.length);
    allClose(mixture, golden.expected.mixtureNll, { atol: 1e-9 }, "nll of the mixture");
  });

  test("gradients", () => {
    const sees = seesUnder(model, masks[0]);
    const got = gradients(model, sees, forward(model, sees, x));
    expect(Object.keys(got)).toEqual(Object.keys(golden.expected.gradients));
    for (const [name, want] of Object.entries(golden.expected.gradients))
      allClose(got[name], want, { atol: 1e-9 }, `gradient of ${name}`);
  });

  test("Adam steps through the engine", async () => {
    const network = new ReferenceNetwork(config);
    network.write(golden.parameters);
    const rows = await network.load(golden.inputs);
    const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
    const { optimizer, steps } = golden.adam;
    const before: number[] = [];
    for (let t = 0; t < steps; t++)
      for await (const progress of network.train(rows, { order, batchSize: rows.rows, firstStep: t, optimizer }))
        before.push(progress.nllSum / progress.rows);
    allClose(before, golden.expected.nllBeforeStep, { atol: 1e-8 }, "mean nll before each step");
    for (const [name, want] of Object.entries(golden.expected.parametersAfterAdam))
      allClose(network.readFloat64()[name], want, { atol: 1e-8 }, `${name} after ${steps} steps`);
    const nll = await network.score(rows, masks); // (masks, rows)
    const means = masks.map(
      (_, k) => nll.slice(k * rows.rows, (k + 1) * rows.rows).reduce((a, b) => a + b) / rows.rows,
    );
    allClose(means, golden.expected.nllAfterAdam, { atol: 1e-8 }, "mean nll after the last step");
  });

  const { sampling } = golden;
  if (sampling)
    test("rows drawn by D passes", () => {
      const drawn = sampleByPasses(model, masks[0], sampling.uniforms);
      expect([...drawn.x]).toEqual([...sampling.samples.toUint8Array()]);
      allClose(drawn.probabilities, sampling.probabilities, { atol: 1e-9 }, "probabilities");
    });
});
