// Optimiser steps against numbers worked out by hand from the formulas that PyTorch documents. Three steps of Adam on
// whole models are compared with PyTorch itself in golden.test.ts.

import { describe, expect, test } from "vitest";
import { type OptimizerOptions, resolveOptimizer } from "../../src/made/optimizer.ts";
import { optimizerStep, zeroMoments } from "../../src/made/reference/optimizer.ts";
import { allClose } from "../support/all-close.ts";

/** θ after each of the `gradients`, one step each. */
function run(options: OptimizerOptions, start: number, gradients: readonly number[]): number[] {
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

test("every parameter is moved", () => {
  const parameters = { W1: Float64Array.of(1, 2), b1: Float64Array.of(3) };
  const gradient = { W1: Float64Array.of(1, -1), b1: Float64Array.of(2) };
  optimizerStep(resolveOptimizer({ name: "sgd", learningRate: 1 }), 1, parameters, gradient, zeroMoments(parameters));
  expect(parameters).toEqual({ W1: Float64Array.of(0, 3), b1: Float64Array.of(1) });
});
