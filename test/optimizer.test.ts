// Optimisers by name: PyTorch's defaults, and one sentence for every illegal option.

import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { MOMENTS, OPTIMIZERS, type OptimizerOptions, resolveOptimizer, ruleOf } from "../src/made/optimizer.ts";

describe("resolveOptimizer", () => {
  const adam = { name: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

  test("is Adam by default, with PyTorch's hyperparameters", () => {
    expect(resolveOptimizer()).toEqual(adam);
    expect(OPTIMIZERS.map((name) => resolveOptimizer({ name } as OptimizerOptions))).toEqual([
      adam,
      { ...adam, name: "adamw", weightDecay: 1e-2 },
      { name: "sgd", learningRate: 1e-3, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0 },
      {
        name: "adagrad",
        learningRate: 1e-2,
        learningRateDecay: 0,
        initialAccumulatorValue: 0,
        epsilon: 1e-10,
        weightDecay: 0,
      },
      { name: "adadelta", learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 },
    ]);
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

  test("SGD keeps a moment where it has momentum", () => {
    const rules = [{ name: "sgd" }, { name: "sgd", momentum: 0.9 }, { name: "adadelta" }] as OptimizerOptions[];
    expect(rules.map((options) => ruleOf(resolveOptimizer(options)))).toEqual(["sgd", "momentum", "adadelta"]);
    expect(MOMENTS).toMatchObject({ adam: 2, sgd: 0, momentum: 1 });
  });

  test.each<[string, Record<string, unknown>]>([
    ['optimizer.name: got "lion", expected one of adam, adamw, sgd, adagrad, adadelta', { name: "lion" }],
    ['optimizer.name: got "undefined", expected one of adam, adamw, sgd, adagrad, adadelta', {}],
    ["optimizer.beta1: sgd has no such option", { name: "sgd", beta1: 0.9 }],
    ["optimizer.momentum: adam has no such option", { name: "adam", momentum: 0.9 }],
    [
      "optimizer.learningRate: got -1, expected a finite number ≥ 0, a function, or a schedule named",
      { name: "adam", learningRate: -1 },
    ],
    ["optimizer.learningRate: got Infinity, expected a finite number ≥ 0", { name: "sgd", learningRate: 1 / 0 }],
    ["optimizer.epsilon: got NaN, expected a finite number ≥ 0", { name: "adam", epsilon: Number.NaN }],
    ["optimizer.weightDecay: got 0.1, expected a finite number ≥ 0", { name: "adam", weightDecay: "0.1" }],
    ["optimizer.rho: got 1.5, expected a number in [0, 1]", { name: "adadelta", rho: 1.5 }],
    ["optimizer.nesterov: got 1, expected true or false", { name: "sgd", nesterov: 1 }],
    ["optimizer.nesterov: got momentum 0 and dampening 0, expected", { name: "sgd", nesterov: true }],
    [
      "optimizer.nesterov: got momentum 0.9 and dampening 0.5, expected a momentum above 0 and no dampening",
      { name: "sgd", nesterov: true, momentum: 0.9, dampening: 0.5 },
    ],
    ["optimizer.beta1: got 1, expected a number in [0, 1)", { name: "adam", beta1: 1 }],
    ["optimizer.beta2: got -0.5, expected a number in [0, 1)", { name: "adam", beta2: -0.5 }],
  ])("%s", (message, options) => {
    const act = () => resolveOptimizer(options as unknown as OptimizerOptions);
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
