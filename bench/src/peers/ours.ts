// made-webgpu as its users call it.

import { BinaryRows, Made } from "made-webgpu";
import type { Contender, Peer } from "../peer.ts";
import { type Problem, problemOf } from "../problem.ts";
import { ADAM, BATCH, BATCHES, SAMPLES, type Workload } from "../workloads.ts";

const OPTIMIZER = { name: "adam", ...ADAM } as const;

/** The problem that all contenders get: parameters and mask of a model of ours, made from `seed`. */
export async function ourProblem(workload: Workload, device: GPUDevice, seed: number): Promise<Problem> {
  const { inputs, hidden } = workload;
  const made = await Made.create({ inputs, hidden, seed }, { device });
  const problem = problemOf(workload, await made.parameters(), made.masks()[0], seed);
  made.dispose();
  return problem;
}

export const ours = (openDevice: () => Promise<GPUDevice>): Contender => ({
  name: "ours",
  label: "made-webgpu",
  backend: "webgpu",
  async open({ workload: { inputs, hidden }, parameters, mask, training, evaluation, uniforms }): Promise<Peer> {
    const device = await openDevice();
    const made = await Made.create({ inputs, hidden, masks: [mask] }, { device });
    made.setParameters(parameters);
    const rows = BinaryRows.from(evaluation, inputs);
    const minibatches = BinaryRows.from(training, inputs);
    /** The minibatches over and over, by how many of them. */
    const prepared = new Map<number, BinaryRows>();
    return {
      async train(steps) {
        let train = prepared.get(steps);
        if (!train) {
          train = repeat(minibatches, steps);
          prepared.set(steps, train);
        }
        await made.fit(train, { epochs: 1, batchSize: BATCH, shuffle: false, resume: true, optimizer: OPTIMIZER });
      },
      evaluate: async () => (await made.logProb(rows)).map((v) => -v),
      samplesAtOnce: true,
      sample: async () => (await made.sample(SAMPLES, { uniforms })).toUint8Array(),
      dispose() {
        made.dispose();
        device.destroy();
      },
    };
  },
});

/** `steps` minibatches, beginning again after BATCHES of them. */
function repeat(minibatches: BinaryRows, steps: number): BinaryRows {
  const repeated = BinaryRows.zeros(steps * BATCH, minibatches.inputs);
  const words = BATCH * minibatches.wordsPerRow;
  for (let i = 0; i < steps; i++) {
    const from = (i % BATCHES) * words;
    repeated.words.set(minibatches.words.subarray(from, from + words), i * words);
  }
  return repeated;
}
