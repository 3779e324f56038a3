// Optimiser steps against numbers worked out by hand from the formulas that PyTorch documents. Three steps of Adam on
// whole models are compared with PyTorch itself in golden.test.ts; five of every optimiser with NumPy, below.

import { describe, expect, test } from "vitest";
import { type AtOneRate, type OptimizerOptions, resolveOptimizer } from "../../src/made/optimizer.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { optimizerStep, zeroMoments } from "../../src/made/reference/optimizer.ts";
import { allClose } from "../support/all-close.ts";
import { optimizerRuns } from "../support/golden-optimizers.ts";

/** θ after each of the `gradients`, one step each. */
function run(options: AtOneRate<OptimizerOptions>, start: number, gradients: readonly number[]): number[] {
  const parameters = { c: Float64Array.of(start) };
  const moments = zeroMoments(parameters);
  return gradients.map((gradient, i) => {
    optimizerStep(resolveOptimizer(options), i + 1, parameters, { c: Float64Array.of(gradient) }, moments);
    return parameters.c[0];
  });
}

describe("adam", () => {
  test("the first step is learningRate · γ / (|γ| + ε), whatever the size of the gradient", () => {
    allClose(run({ name: "adam", learningRate: 0.1 }, 1, [4]), [1 - (0.1 * 4) / (4 + 1e-8)], { atol: 1e-15 });
    allClose(run({ name: "adam", learningRate: 0.1 }, 1, [-1e-3]), [1 + 1e-4 / (1e-3 + 1e-8)], { atol: 1e-15 });
  });

  test("ε is added outside the square root", () => {
    allClose(run({ name: "adam", learningRate: 1, epsilon: 3 }, 0, [1]), [-0.25], { atol: 1e-15 });
  });

  test("two steps with other betas", () => {
    // m₁ = 0.5·2 = 1, v₁ = 0.25·4 = 1: the step is (1/0.5)/√(1/0.25) = 1.
    // m₂ = 0.5·1 + 0.5·(−1) = 0, v₂ = 0.75·1 + 0.25·1 = 1: the step is 0.
    const options = { name: "adam", learningRate: 1, beta1: 0.5, beta2: 0.75, epsilon: 0 } as const;
    allClose(run(options, 5, [2, -1]), [4, 4], { atol: 1e-15 });
  });

  test("a weight without gradient goes on with its momentum, as one does that the next mask hides", () => {
    // m₂ = 0.5·1, v₂ = 0.75·1: the step is (0.5/0.75)/√(0.75/0.4375).
    const options = { name: "adam", learningRate: 1, beta1: 0.5, beta2: 0.75, epsilon: 0 } as const;
    allClose(run(options, 5, [2, 0]), [4, 4 - 0.5 / 0.75 / Math.sqrt(0.75 / 0.4375)], { atol: 1e-15 });
  });

  test("weight decay is part of the gradient, and so of the moments", () => {
    // γ = 0 + 0.5·2 = 1, hence the same first step as with a gradient of 1; decoupled decay would give 2 − 0.1.
    allClose(run({ name: "adam", learningRate: 0.1, epsilon: 1, weightDecay: 0.5 }, 2, [0]), [1.95], { atol: 1e-15 });
  });
});

describe("sgd", () => {
  test("θ − learningRate · (gradient + weightDecay · θ)", () => {
    allClose(run({ name: "sgd", learningRate: 0.5 }, 1, [2, -1]), [0, 0.5], { atol: 1e-15 });
    allClose(run({ name: "sgd", learningRate: 0.5, weightDecay: 0.25 }, 4, [2]), [2.5], { atol: 1e-15 });
  });
});

describe("sgd with momentum", () => {
  const options = { name: "sgd", learningRate: 1, momentum: 0.5, dampening: 0.75 } as const;

  test("the first step is the gradient, whole; later ones are dampened", () => {
    // m₁ = 4, m₂ = 0.5·4 + 0.25·4 = 3
    allClose(run(options, 0, [4, 4]), [-4, -7], { atol: 1e-15 });
  });

  test("Nesterov's looks ahead by the momentum", () => {
    // m₁ = 4: the step is 4 + 0.5·4; m₂ = 0.5·4 + 2 = 4: the step is 2 + 0.5·4.
    allClose(run({ ...options, dampening: 0, nesterov: true }, 0, [4, 2]), [-6, -10], { atol: 1e-15 });
  });
});

describe("adamw", () => {
  test("decays beside the gradient: a weight without gradient shrinks by learningRate · weightDecay", () => {
    allClose(run({ name: "adamw", learningRate: 0.1, weightDecay: 0.5 }, 2, [0, 0]), [1.9, 1.805], { atol: 1e-15 });
  });
});

describe("adagrad", () => {
  test("the sum begins at its initial value, the learning rate decays with the steps", () => {
    // √(7 + 9) = 4: the step is 3/4; √(16 + 9) = 5 and half the learning rate: the step is 0.5·3/5.
    const options = { name: "adagrad", learningRate: 1, learningRateDecay: 1, initialAccumulatorValue: 7, epsilon: 0 };
    allClose(run(options as AtOneRate<OptimizerOptions>, 0, [3, 3]), [-0.75, -1.05], { atol: 1e-15 });
  });
});

describe("adadelta", () => {
  test("the first step is √ε / √((1 − ρ) γ² + ε) · γ", () => {
    allClose(run({ name: "adadelta", rho: 0.75, epsilon: 1 }, 0, [2]), [-2 / Math.SQRT2], { atol: 1e-15 });
  });
});

describe("five steps of a small model agree with NumPy", () => {
  test.each(optimizerRuns.map((golden) => [golden.name, golden] as const))("%s", async (_, golden) => {
    const network = new ReferenceNetwork(golden.config);
    network.write(golden.parameters);
    const rows = await network.load(golden.rows);
    const order = Uint32Array.from({ length: golden.rows.rows }, (_, r) => r);
    for (const [firstStep, want] of golden.nllBeforeStep.entries())
      for await (const { nllSum, rows: B } of network.train(rows, {
        order,
        batchSize: order.length,
        firstStep,
        optimizer: golden.optimizer,
      }))
        allClose([nllSum / B], [want], { rtol: 1e-12 }, `nll before step ${firstStep}`);
    const after = network.readFloat64();
    for (const [name, want] of Object.entries(golden.parametersAfter))
      allClose(after[name], want, { atol: 1e-13 }, name);
  });
});

test("every parameter is moved", () => {
  const parameters = { W1: Float64Array.of(1, 2), b1: Float64Array.of(3) };
  const gradient = { W1: Float64Array.of(1, -1), b1: Float64Array.of(2) };
  optimizerStep(resolveOptimizer({ name: "sgd", learningRate: 1 }), 1, parameters, gradient, zeroMoments(parameters));
  expect(parameters).toEqual({ W1: Float64Array.of(0, 3), b1: Float64Array.of(1) });
});
