// Five steps of every optimiser on the GPU against NumPy in float64 (test/golden/optimizers), under one mask, where
// hidden weights rest, and under several, where their moments go on.

import { Gpu } from "../../src/gpu/gpu.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type OptimizerRun, optimizerRuns } from "../../test/support/golden-optimizers.ts";
import { type Case, worst } from "./case.ts";

const TOLERANCE = { atol: 1e-5, rtol: 1e-5 };

const fiveSteps = (run: OptimizerRun): Case => ({
  name: `optimizers: ${run.name}`,
  sharesDevice: true,
  async run({ device }) {
    const network = await GpuNetwork.create(await Gpu.open({ device }), run.config);
    network.write(run.parameters);
    const loaded = await network.load(run.rows);
    const batchSize = run.rows.rows;
    const order = Uint32Array.from({ length: batchSize }, (_, r) => r);
    const errors = { "nll before steps": 0, parameters: 0 };
    for (const [firstStep, want] of run.nllBeforeStep.entries())
      for await (const { nllSum, rows } of network.train(loaded, {
        order,
        batchSize,
        firstStep,
        optimizer: run.optimizer,
      })) {
        const error = allClose([nllSum / rows], [want], TOLERANCE, `nll before step ${firstStep}`);
        errors["nll before steps"] = Math.max(errors["nll before steps"], error);
      }
    const after = await network.read();
    for (const [name, want] of Object.entries(run.parametersAfter))
      errors.parameters = Math.max(errors.parameters, allClose(after[name].data, want, TOLERANCE, name));
    loaded.dispose();
    network.dispose();
    return worst(errors);
  },
});

export const optimizerCases: Case[] = optimizerRuns.map(fiveSteps);
