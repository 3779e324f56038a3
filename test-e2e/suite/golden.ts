// The golden vectors (made independently with PyTorch in float64) on the GPU: logits, −log p under each mask and of
// the mixture, and the parameters after three Adam steps.

import { Gpu } from "../../src/gpu/gpu.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { maskAt } from "../../src/made/masks.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, expect, worst } from "./case.ts";
import { config } from "./models.ts";

const TOLERANCE = { atol: 1e-5, rtol: 1e-5 };

/** One case per golden file. */
export const goldenCase = (name: string): Case => ({
  name: `golden: ${name}`,
  sharesDevice: true,
  async run({ device, golden }) {
    const { config: given, parameters, inputs, adam, expected, sampling } = await golden(name);
    const made = config(given);
    const gpu = await Gpu.open({ device });
    const network = await GpuNetwork.create(gpu, made);
    network.write(parameters);
    const rows = await network.load(inputs);
    const masks = given.masks.map((_, k) => maskAt(made, k));
    const errors = { logits: 0, nll: 0, mixture: 0, probabilities: 0, "nll before steps": 0, parameters: 0 };
    for (const [k, mask] of masks.entries()) {
      const logits = await network.conditionals(rows, mask, "logits");
      errors.logits = Math.max(
        errors.logits,
        allClose(logits, expected.logits[k], TOLERANCE, `logits under mask ${k}`),
      );
    }
    const nll = await network.score(rows, masks);
    errors.nll = allClose(nll, expected.nll.flat(), TOLERANCE, "nll");
    errors.mixture = allClose(await network.scoreMixture(rows, masks), expected.mixtureNll, TOLERANCE, "mixture");
    if (sampling) {
      const drawn = await network.load(sampling.samples);
      const probabilities = await network.conditionals(drawn, masks[0], "probabilities");
      errors.probabilities = allClose(probabilities, sampling.probabilities, TOLERANCE, "probabilities of the samples");
      drawn.dispose();
      const { rows: n } = sampling.samples;
      const numbers = Uint32Array.from({ length: n }, (_, r) => r);
      const { uniforms } = sampling;
      const walks = [{ mask: masks[0], rows: numbers }];
      const { rows } = await network.draw({ rows: n, walks, streams: numbers, seed: 1, uniforms, temperature: 1 });
      allClose(rows.toUint8Array(), sampling.samples.toUint8Array(), {}, "samples");
    }
    const order = Uint32Array.from({ length: inputs.rows }, (_, r) => r);
    for (let t = 0; t < adam.steps; t++)
      for await (const { nllSum, rows: B } of network.train(rows, {
        order,
        batchSize: inputs.rows,
        firstStep: t,
        optimizer: adam.optimizer,
      })) {
        const error = allClose([nllSum / B], [expected.nllBeforeStep[t]], TOLERANCE, `nll before step ${t}`);
        errors["nll before steps"] = Math.max(errors["nll before steps"], error);
      }
    const after = await network.read();
    for (const [parameter, want] of Object.entries(expected.parametersAfterAdam)) {
      const error = allClose(after[parameter].data, want, TOLERANCE, `${parameter} after ${adam.steps} steps`);
      errors.parameters = Math.max(errors.parameters, error);
    }
    rows.dispose();
    network.dispose();
    expect(gpu.liveBytes === 0, `${gpu.liveBytes} bytes are still allocated after dispose()`);
    return worst(errors);
  },
});
