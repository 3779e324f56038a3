// Connectivity weights on the GPU against the float64 engine: a new mask every step, and scoring under yet other ones.

import { Gpu } from "../../src/gpu/gpu.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { maskAt } from "../../src/made/masks.ts";
import type { Network } from "../../src/made/network.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, expect, worst } from "./case.ts";
import { chainRows, config, randomParameters } from "./models.ts";

const TOLERANCE = { atol: 1e-5, rtol: 1e-5 };

const conditioned: Case = {
  name: "conditioning: connectivity weights train and score as on the CPU, under a new mask every step",
  sharesDevice: true,
  async run({ device }) {
    const made = config({
      inputs: 37,
      hidden: [18, 33],
      activation: "tanh",
      ordering: "random",
      masks: Number.POSITIVE_INFINITY,
      conditionOnMask: true,
    });
    const parameters = randomParameters(made);
    const rows = chainRows(30, 37, 4);
    const order = Uint32Array.from({ length: 30 }, (_, r) => 29 - r);
    const optimizer = resolveOptimizer({ name: "sgd", learningRate: 0.2 });
    const others = [maskAt(made, 7), maskAt(made, 8)];
    const run = async (network: Network) => {
      network.write(parameters);
      const loaded = await network.load(rows);
      const before = await network.score(loaded, others);
      let nll = 0;
      const epoch = { order, batchSize: 11, firstStep: 0, optimizer };
      for await (const { nllSum } of network.train(loaded, epoch)) nll += nllSum;
      const after = await network.score(loaded, others);
      const read = await network.read();
      loaded.dispose();
      network.dispose();
      return { before, nll: [nll], after, read };
    };
    const gpu = await Gpu.open({ device });
    const got = await run(await GpuNetwork.create(gpu, made));
    const want = await run(new ReferenceNetwork(made));
    expect(gpu.liveBytes === 0, `${gpu.liveBytes} bytes are still allocated after dispose()`);
    const errors = {
      before: allClose(got.before, want.before, TOLERANCE, "scores before"),
      nll: allClose(got.nll, want.nll, TOLERANCE, "nll"),
      after: allClose(got.after, want.after, TOLERANCE, "scores after"),
      parameters: 0,
    };
    for (const [name, { data }] of Object.entries(want.read))
      errors.parameters = Math.max(errors.parameters, allClose(got.read[name].data, data, TOLERANCE, name));
    for (const name of ["U1", "U2", "UV"])
      expect(
        want.read[name].data.some((u, i) => u !== parameters[name].data[i]),
        `${name} has not moved`,
      );
    return worst(errors);
  },
};

export const conditioningCases: Case[] = [conditioned];
