// The paper's recipe, by the command that its authors give for DNA (github.com/mgermain/MADE) and that we use for all sets:
// one layer of 500, direct connections, orthogonal weights, Adadelta, minibatches of 100, a look-ahead of 30 epochs.

import type { Candidate } from "./recipe.ts";

const COMMON = {
  optimizer: { name: "adadelta", learningRate: 1, rho: 0.95, epsilon: 1e-5 },
  batchSize: 100,
  // The authors validate after every epoch, under 300 masks where they sample them: that is several times the work of
  // training. Here a validation follows every fifth epoch, and the look-ahead is as long as theirs.
  every: { epochs: 5 },
  patience: 6,
  minibatches: 20_000,
} as const satisfies Partial<Candidate>;

const MODEL = {
  hidden: [500],
  activation: "relu",
  directConnections: true,
  ordering: "random",
  initialization: "orthogonal",
} as const;

/** One mask, drawn at the beginning ("MADE" in the paper's tables). */
export const PAPER_FIXED: Candidate = {
  name: "paper-fixed",
  ...COMMON,
  model: { ...MODEL, masks: 1 },
  masks: { validation: 1, final: 1 },
};

/** A new ordering and new degrees for every minibatch; 1,000 of them at test ("MADE mask sampling"). */
export const PAPER_SAMPLED: Candidate = {
  name: "paper-sampled",
  ...COMMON,
  model: { ...MODEL, masks: "endless" },
  masks: { validation: 32, final: 1000 },
};
