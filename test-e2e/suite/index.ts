// Every case that runs on a GPU, by name. The golden cases follow from the names of the files.

import { askingCases } from "./asking.ts";
import type { Case } from "./case.ts";
import { drawingCases } from "./drawing.ts";
import { goldenCase } from "./golden.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./model.ts";
import { trainingCases } from "./training.ts";

export const casesFor = (goldenNames: readonly string[]): Case[] => [
  ...kernelCases,
  ...goldenNames.map(goldenCase),
  ...drawingCases,
  ...askingCases,
  ...trainingCases,
  ...modelCases,
];
