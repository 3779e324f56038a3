// The paper's experiments on these data, by grid searches like its own: a layer of 500, ReLU or softplus, Adadelta with
// one ε or another, one mask or several. The command that its authors publish for DNA (github.com/mgermain/MADE) gives the
// rest: direct connections, orthogonal weights, a decay of 0.95, minibatches of 100, a look-ahead of 30 epochs.

import type { Candidate } from "./recipe.ts";

type Activation = "relu" | "softplus";
const ACTIVATIONS: readonly Activation[] = ["relu", "softplus"];

/** A point of a grid, called by what it is, such as "paper-fixed-relu-1e-7". */
function point(
  kind: string,
  [activation, epsilon]: readonly [Activation, number],
  masks: Candidate["model"]["masks"],
  asked: Candidate["masks"],
): Candidate {
  return {
    name: `${kind}-${activation}-${epsilon.toExponential()}`,
    model: {
      hidden: [500],
      activation,
      directConnections: true,
      ordering: "random",
      initialization: "orthogonal",
      masks,
    },
    optimizer: { name: "adadelta", learningRate: 1, rho: 0.95, epsilon },
    batchSize: 100,
    // The authors validate after every epoch, under 300 masks where they sample them: that is several times the work of
    // training. Here a validation follows every fifth epoch, and the look-ahead is as long as theirs.
    every: { epochs: 5 },
    stages: [1],
    patience: 6,
    minibatches: 20_000,
    masks: asked,
  };
}

const grid = (epsilons: readonly number[]) =>
  ACTIVATIONS.flatMap((activation) => epsilons.map((epsilon) => [activation, epsilon] as const));

/** One mask, drawn at the beginning ("MADE" in the paper's tables). */
export const PAPER_FIXED: readonly Candidate[] = grid([1e-5, 1e-7, 1e-9]).map((setting) =>
  point("paper-fixed", setting, 1, { validation: 1, final: 1 }),
);

/**
 * "MADE mask sampling": eight orderings with their masks in turn, or new ones for every minibatch and 1,000 of them at test.
 */
export const PAPER_SAMPLED: readonly Candidate[] = grid([1e-5, 1e-7]).flatMap((setting) => [
  point("paper-8", setting, 8, { validation: 8, final: 8 }),
  point("paper-endless", setting, "endless", { validation: 32, final: 1000 }),
]);
