// An optimiser's hyperparameters as the kernels read them: fields of the step's uniforms, computed in float64 and
// rounded once. What the kernels do with them is in shaders/chunks/optimizer.ts.

import type { Hyperparameters } from "../optimizer.ts";

/** Fields of STEP (shaders/structs.ts) for step t ≥ 1 of a run; those left out are not looked at. */
export function hyperparameters(optimizer: Hyperparameters, t: number) {
  const { learningRate, weightDecay } = optimizer;
  switch (optimizer.name) {
    case "adam":
    case "adamw": {
      const { name, beta1, beta2, epsilon } = optimizer;
      return {
        stepSize: learningRate / (1 - beta1 ** t),
        secondMomentScale: 1 / Math.sqrt(1 - beta2 ** t),
        beta1,
        beta2,
        gain1: 1 - beta1,
        gain2: 1 - beta2,
        epsilon,
        weightDecay: name === "adamw" ? learningRate * weightDecay : weightDecay,
      };
    }
    case "sgd": {
      const { momentum, dampening, nesterov } = optimizer;
      return {
        stepSize: nesterov ? learningRate * momentum : learningRate,
        gradientStep: nesterov ? learningRate : 0,
        beta1: momentum,
        gain1: t === 1 ? 1 : 1 - dampening,
        weightDecay,
      };
    }
    case "adagrad": {
      const { learningRateDecay, initialAccumulatorValue, epsilon } = optimizer;
      const stepSize = learningRate / (1 + (t - 1) * learningRateDecay);
      return { stepSize, initialAccumulator: initialAccumulatorValue, epsilon, weightDecay };
    }
    case "adadelta": {
      const { rho, epsilon } = optimizer;
      return { stepSize: learningRate, beta2: rho, gain2: 1 - rho, epsilon, weightDecay };
    }
  }
}
