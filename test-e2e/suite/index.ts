// Every case that runs on a GPU, by name. The golden cases follow from the names of the files.

import { askingCases } from "./asking.ts";
import type { Case } from "./case.ts";
import { conditioningCases } from "./conditioning.ts";
import { drawingCases } from "./drawing.ts";
import { dropoutCases } from "./dropout.ts";
import { fileCases, type Losses } from "./files.ts";
import { goldenCase } from "./golden.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./model.ts";
import { optimizerCases } from "./optimizers.ts";
import { trainingCases } from "./training.ts";

/** Compiling for a new device takes seconds in a browser with a software adapter: only a few are lost there. */
const FEW: Losses = { devices: 5, recoveries: 2 };

export const casesFor = (goldenNames: readonly string[], losses = FEW): Case[] => [
  ...kernelCases,
  ...goldenNames.map(goldenCase),
  ...optimizerCases,
  ...dropoutCases,
  ...conditioningCases,
  ...drawingCases,
  ...askingCases,
  ...trainingCases,
  ...modelCases,
  ...fileCases(losses),
];
