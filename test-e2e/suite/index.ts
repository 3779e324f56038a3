// Every case that runs on a GPU, by name. The golden cases follow from the names of the files.

import type { Case } from "./case.ts";
import { fileCases } from "./files.ts";
import { goldenCase } from "./golden.ts";
import { kernelCases } from "./kernels.ts";
import { modelCases } from "./model.ts";
import { trainingCases } from "./training.ts";

/** @param lostDevices devices to lose: more of them, in Node, by `npm run fuzz -- --devices 200` */
export const casesFor = (goldenNames: readonly string[], lostDevices = 40): Case[] => [
  ...kernelCases,
  ...goldenNames.map(goldenCase),
  ...trainingCases,
  ...modelCases,
  ...fileCases(lostDevices),
];
