// Two ways to train the same network of ours, in turns: with the staircase and without, under one mask and under many.

import type { MadeConfig } from "made-webgpu";
import { takeTurns } from "../measure.ts";
import type { Comparison } from "../results.ts";
import { spreadOf } from "../statistics.ts";
import { trainingSteps } from "./steps.ts";

/** What the masks save: the same kernels, whose loops then run to the end. */
export const compareStaircase = (device: GPUDevice, repeats: number): Promise<Comparison> =>
  compareConfigs(device, repeats, "staircase, D = 784, H = 500, 500", [
    ["masked: false", { inputs: 784, hidden: [500, 500], masked: false }],
    ["masked", { inputs: 784, hidden: [500, 500] }],
  ]);

/** What a new mask for every minibatch costs. */
export const compareMasks = (device: GPUDevice, repeats: number): Promise<Comparison> =>
  compareConfigs(device, repeats, "masks, D = 784, H = 500, random order", [
    ["32 masks", { inputs: 784, hidden: [500], ordering: "random", masks: 32 }],
    ["1 mask", { inputs: 784, hidden: [500], ordering: "random", masks: 1 }],
  ]);

async function compareConfigs(
  device: GPUDevice,
  repeats: number,
  name: string,
  ways: readonly [readonly [string, MadeConfig], readonly [string, MadeConfig]],
): Promise<Comparison> {
  const models = [await trainingSteps(device, ways[0][1]), await trainingSteps(device, ways[1][1])];
  const times = await takeTurns(new Map(models.map((model, i) => [i, model])), { repeats, seconds: 120 });
  for (const model of models) model.dispose();
  const [first, second] = [0, 1].map((i) => {
    const samples = times.get(i)!;
    if (samples instanceof Error) throw samples;
    return spreadOf(samples);
  });
  return { name, what: [ways[0][0], ways[1][0]], milliseconds: [first, second], ratio: first.median / second.median };
}
