// Our recipe, one for all data sets: four ways to train that suit different data, of which validation chooses, and a mixture
// of members of different seeds and orderings, whose number and weights validation gives.

import type { Candidate } from "./recipe.ts";
import type { SearchRecipe } from "./run.ts";

const COMMON = {
  batchSize: 100,
  every: { minibatches: 50 },
  stages: [1, 0.1],
  patience: 8,
  minibatches: 5000,
} as const satisfies Partial<Candidate>;

const MODEL = { hidden: [500], activation: "relu", directConnections: true, ordering: "random" } as const;
const ONE_MASK = { validation: 1, final: 1 };

/** Few rows of many inputs: everything drops out, in one random order. */
const CAREFUL: Candidate = {
  name: "careful",
  ...COMMON,
  model: { ...MODEL, masks: 1 },
  optimizer: { name: "adam", learningRate: 1e-3 },
  dropout: 0.5,
  inputDropout: 0.2,
  masks: ONE_MASK,
};

/** Many rows: a thousand units, of which few drop out, in one random order. */
const WIDE: Candidate = {
  name: "wide",
  ...COMMON,
  model: { ...MODEL, hidden: [1000], masks: 1 },
  optimizer: { name: "adam", learningRate: 1e-3 },
  dropout: 0.3,
  masks: ONE_MASK,
};

/** As wide, with the optimiser that does better by inputs that are rarely on, such as the values of many categories. */
const STEADY: Candidate = {
  ...WIDE,
  name: "steady",
  model: { ...WIDE.model, initialization: "orthogonal" },
  optimizer: { name: "adadelta", learningRate: 1, rho: 0.95, epsilon: 1e-7 },
};

/** A new mask for every minibatch, as the paper has it, with dropout: where any one ordering is a bad one. */
const ANY_ORDER: Candidate = {
  name: "any-order",
  ...COMMON,
  model: { ...MODEL, masks: "endless" },
  optimizer: { name: "adam", learningRate: 3e-3 },
  dropout: 0.5,
  masks: { validation: 8, final: 200 },
};

/** Four candidates, and more members of the best of them for as long as that helps. */
export const BEST: SearchRecipe = {
  candidates: [CAREFUL, WIDE, STEADY, ANY_ORDER],
  again: { most: 5, gain: 5e-4, patience: 2 },
};
