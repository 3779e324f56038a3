// A model of ours that trains, as something to time: what the comparisons and the growth curves have in common.

import { BinaryRows, Made, type MadeConfig } from "made-webgpu";
import { type Timed, timeOnce } from "../measure.ts";
import { ADAM, BATCH, BATCHES, binaryRows } from "../workloads.ts";

/** A sample takes at least this long. */
const SAMPLE_MS = 150;
const MOST_STEPS = 400;

export interface Steps extends Timed {
  dispose(): void;
}

/** Makes and warms up a model; `run` trains `operations` steps of `batch` rows. */
export async function trainingSteps(device: GPUDevice, config: MadeConfig, batch = BATCH): Promise<Steps> {
  const made = await Made.create(config, { device });
  const values = binaryRows(BATCHES * batch, config.inputs, 1);
  const rows = BinaryRows.from(values, config.inputs);
  const optimizer = { name: "adam", ...ADAM } as const;
  const train = (epochs: number) =>
    made.fit(rows, { epochs, batchSize: batch, shuffle: false, resume: true, optimizer });
  await train(1);
  const once = await timeOnce(() => train(1));
  const epochs = Math.max(1, Math.min(MOST_STEPS / BATCHES, Math.ceil(SAMPLE_MS / once)));
  return { run: () => train(epochs), operations: epochs * BATCHES, dispose: () => made.dispose() };
}
