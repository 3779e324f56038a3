// The panel's own model, and how it learns on the engine at hand: asked in any order, so trained in every order.

import type { MadeConfig } from "../../src/made/config.ts";
import type { EngineKind } from "../../src/mnist-job.ts";
import type { JobSettings } from "../../src/training-job.ts";

export interface CompletePlan {
  hidden: readonly number[];
  batchSize: number;
  learningRate: number;
  /** Minibatches after which the learning rate is a fifth less. */
  every: number;
  /** Digits to learn from, the first ones, and digits in a round, after which the model may be kept. */
  trainRows: number;
  roundRows: number;
  /** Seconds of training, and again as many whenever one asks for more. */
  trainSeconds: number;
}

const PLANS: Record<EngineKind, CompletePlan> = {
  hardware: {
    hidden: [500],
    batchSize: 100,
    learningRate: 2e-3,
    every: 3000,
    trainRows: 50_000,
    roundRows: 10_000,
    trainSeconds: 60,
  },
  software: {
    hidden: [300],
    batchSize: 100,
    learningRate: 5e-3,
    every: 300,
    trainRows: 50_000,
    roundRows: 2000,
    trainSeconds: 75,
  },
  cpu: {
    hidden: [100],
    batchSize: 50,
    learningRate: 5e-3,
    every: 300,
    trainRows: 50_000,
    roundRows: 1000,
    trainSeconds: 75,
  },
};

export const planFor = (kind: EngineKind): CompletePlan => PLANS[kind];

/**
 * A new mask every step, each with an ordering of its own: any pixels may then be known. Direct connections carry what
 * neighbours say of each other, in whatever order they come.
 */
export const configFor = ({ hidden }: CompletePlan, inputs: number, seed: number): MadeConfig => ({
  inputs,
  hidden,
  directConnections: true,
  ordering: "random",
  masks: Number.POSITIVE_INFINITY,
  seed,
});

export const settingsFor = (plan: CompletePlan): JobSettings => {
  const { batchSize, learningRate, every, roundRows, trainSeconds } = plan;
  return {
    batchSize,
    optimizer: { name: "adam", learningRate: { name: "step", learningRate, every, factor: 0.8 } },
    epochs: Number.POSITIVE_INFINITY,
    roundRows,
    trainSeconds,
  };
};
