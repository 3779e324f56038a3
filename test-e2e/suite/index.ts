// Every case that runs on a GPU, by name. The golden cases follow from the names of the files.

import type { Case } from "./case.ts";
import { conditioningCases } from "./conditioning.ts";
import { dropoutCases } from "./dropout.ts";
import { goldenCase } from "./golden.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./model.ts";
import { optimizerCases } from "./optimizers.ts";
import { trainingCases } from "./training.ts";

export const casesFor = (goldenNames: readonly string[]): Case[] => [
  ...kernelCases,
  ...goldenNames.map(goldenCase),
  ...optimizerCases,
  ...dropoutCases,
  ...conditioningCases,
  ...trainingCases,
  ...modelCases,
];
