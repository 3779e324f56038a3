// Optimisers by name: PyTorch's defaults, and one sentence for every illegal option.

import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { MOMENTS, type OptimizerOptions, resolveOptimizer } from "../src/made/optimizer.ts";

describe("resolveOptimizer", () => {
  const adam = { name: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

  test("is Adam by default, with PyTorch's hyperparameters", () => {
    expect(resolveOptimizer()).toEqual(adam);
    expect(resolveOptimizer({ name: "sgd" })).toEqual({ name: "sgd", learningRate: 1e-2, weightDecay: 0 });
  });

  test("keeps what is given and takes undefined for not given", () => {
    expect(resolveOptimizer({ name: "adam", learningRate: 0, beta1: 0.5, beta2: undefined, weightDecay: 3 })).toEqual({
      ...adam,
      learningRate: 0,
      beta1: 0.5,
      weightDecay: 3,
    });
  });

  test("does not hand out its table of defaults", () => {
    (resolveOptimizer() as { learningRate: number }).learningRate = 7;
    expect(resolveOptimizer()).toEqual(adam);
  });

  test("Adam keeps two moments, SGD none", () => {
    expect(MOMENTS).toEqual({ adam: 2, sgd: 0 });
  });

  test.each<[string, Record<string, unknown>]>([
    ['optimizer.name: got "lion", expected one of adam, sgd', { name: "lion" }],
    ['optimizer.name: got "undefined", expected one of adam, sgd', {}],
    ["optimizer.beta1: sgd has no such option", { name: "sgd", beta1: 0.9 }],
    ["optimizer.momentum: adam has no such option", { name: "adam", momentum: 0.9 }],
    ["optimizer.learningRate: got -1, expected a finite number ≥ 0", { name: "adam", learningRate: -1 }],
    ["optimizer.learningRate: got Infinity, expected a finite number ≥ 0", { name: "sgd", learningRate: 1 / 0 }],
    ["optimizer.epsilon: got NaN, expected a finite number ≥ 0", { name: "adam", epsilon: Number.NaN }],
    ["optimizer.weightDecay: got 0.1, expected a finite number ≥ 0", { name: "adam", weightDecay: "0.1" }],
    ["optimizer.beta1: got 1, expected a number in [0, 1)", { name: "adam", beta1: 1 }],
    ["optimizer.beta2: got -0.5, expected a number in [0, 1)", { name: "adam", beta2: -0.5 }],
  ])("%s", (message, options) => {
    const act = () => resolveOptimizer(options as unknown as OptimizerOptions);
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
