// Training with dropout on the GPU against the float64 engine: three steps, the same values dropped.

import { Gpu } from "../../src/gpu/gpu.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import type { Dropout } from "../../src/made/dropout.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { maskAt } from "../../src/made/masks.ts";
import type { Network } from "../../src/made/network.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, expect, worst } from "./case.ts";
import { chainRows, config, randomParameters } from "./models.ts";

const TOLERANCE = { atol: 1e-5, rtol: 1e-5 };
const RUNS: [string, Partial<MadeConfig>, Dropout][] = [
  ["hidden units", { activation: "tanh" }, { inputs: 0, hidden: [0.5, 0.25] }],
  ["one hidden layer of two", { activation: "tanh" }, { inputs: 0, hidden: [0, 0.5] }],
  ["inputs and hidden units", { activation: "tanh", directConnections: true }, { inputs: 0.2, hidden: [0.5, 0.25] }],
  ["hidden units under one mask", { activation: "tanh", masks: 1 }, { inputs: 0.1, hidden: [0.5, 0.25] }],
  ["inputs, without hidden layers", { hidden: [], directConnections: true }, { inputs: 0.5, hidden: [] }],
];

export const dropoutCases: Case[] = RUNS.map(([what, options, dropout]) => ({
  name: `dropout: ${what} drop out as on the CPU, with the right gradients, and scoring knows nothing of it`,
  sharesDevice: true,
  async run({ device }) {
    const made = config({ inputs: 19, hidden: [21, 18], ordering: "random", masks: 2, seed: 2 ** 33 + 5, ...options });
    const parameters = randomParameters(made);
    const rows = chainRows(30, 19, 4);
    const optimizer = resolveOptimizer({ name: "sgd", learningRate: 0.2 });
    const order = Uint32Array.from({ length: 30 }, (_, r) => 29 - r);
    const run = async (network: Network) => {
      network.write(parameters);
      const loaded = await network.load(rows);
      const losses: number[] = [];
      // Three minibatches of 11, 11 and 8 rows.
      const epoch = { order, batchSize: 11, firstStep: 5, optimizer, dropout };
      for await (const { nllSum } of network.train(loaded, epoch)) losses.push(nllSum);
      const scores = await network.score(loaded, [maskAt(made, 0)]);
      const after = await network.read();
      loaded.dispose();
      network.dispose();
      return { nll: losses.reduce((a, b) => a + b), scores, after };
    };
    const got = await run(await GpuNetwork.create(await Gpu.open({ device }), made));
    const want = await run(new ReferenceNetwork(made));
    const errors = {
      nll: allClose([got.nll], [want.nll], TOLERANCE, "nll"),
      scores: allClose(got.scores, want.scores, TOLERANCE, "scores"),
      parameters: 0,
    };
    for (const [name, { data }] of Object.entries(want.after))
      errors.parameters = Math.max(errors.parameters, allClose(got.after[name].data, data, TOLERANCE, name));
    expect(
      want.after.V.data.some((v, i) => v !== parameters.V.data[i]),
      "nothing was learned",
    );
    return worst(errors);
  },
}));
