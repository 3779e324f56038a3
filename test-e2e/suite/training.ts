// Whole training runs: against the reference, against themselves, and cut into other submits.

import type { Block, Blocks } from "../../shaders/block.ts";
import { Gpu } from "../../src/gpu/gpu.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { initialParameters } from "../../src/made/initialize.ts";
import { Made } from "../../src/made/made.ts";
import { maskAt } from "../../src/made/masks.ts";
import type { Network } from "../../src/made/network.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import type { Parameters } from "../../src/made/parameters.ts";
import { Random } from "../../src/made/random.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, expect } from "./case.ts";
import { chainRows, config } from "./models.ts";

const ADAM = resolveOptimizer({ name: "adam", learningRate: 1e-3 });

/** NLL of every minibatch over `epochs` epochs of shuffled rows. */
async function curve(network: Network, rows: ReturnType<typeof chainRows>, batchSize: number, epochs: number) {
  const loaded = await network.load(rows);
  const losses: number[] = [];
  const steps = Math.ceil(rows.rows / batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = new Random(1, "shuffle", epoch).permutation(rows.rows);
    // One minibatch at a time, so that both engines report every one.
    for (let i = 0; i < steps; i++) {
      const batch = order.slice(i * batchSize, (i + 1) * batchSize);
      const step = { order: batch, batchSize, firstStep: epoch * steps + i, optimizer: ADAM };
      for await (const { nllSum, rows: B } of network.train(loaded, step)) losses.push(nllSum / B);
    }
  }
  loaded.dispose();
  return losses;
}

const twoHundredSteps: Case = {
  name: "training: 200 steps follow the float64 reference within 1e-4",
  async run({ device }) {
    const made = config({
      inputs: 30,
      hidden: [40, 30],
      ordering: "random",
      masks: 4,
      directConnections: true,
      seed: 5,
    });
    const rows = chainRows(410, 30, 9);
    const gpu = await Gpu.open({ device });
    const network = await GpuNetwork.create(gpu, made);
    const reference = new ReferenceNetwork(made);
    for (const engine of [network, reference]) engine.write(initialParameters(made));
    const got = await curve(network, rows, 41, 20);
    const want = await curve(reference, rows, 41, 20);
    network.dispose();
    let worst = 0;
    want.forEach((nll, t) => {
      worst = Math.max(worst, Math.abs(got[t] / nll - 1));
      expect(Math.abs(got[t] / nll - 1) <= 1e-4, `step ${t}: got ${got[t]}, want ${nll}`);
    });
    expect(got.length === 200, `got ${got.length} steps, want 200`);
    expect(want[199] < 0.9 * want[0], `the loss did not fall: ${want[0]} → ${want[199]}`);
    return `worst relative difference ${worst.toExponential(1)}, loss ${want[0].toFixed(2)} → ${want[199].toFixed(2)}`;
  },
};

const CONFIG: MadeConfig = { inputs: 50, hidden: [70, 40], ordering: "random", masks: 3, seed: 11 };

async function train(device: GPUDevice, options: MadeConfig, submitBudget?: number): Promise<Parameters> {
  const made = await Made.create(options, { device, submitBudget });
  const rows = chainRows(333, 50, 2);
  await made.fit(rows, { epochs: 4, batchSize: 32, validation: chainRows(50, 50, 3) });
  const parameters = await made.parameters();
  made.dispose();
  return parameters;
}

function same(a: Parameters, b: Parameters): void {
  for (const [name, { data }] of Object.entries(a)) {
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    const others = new Uint32Array(b[name].data.buffer, b[name].data.byteOffset, data.length);
    const i = words.findIndex((word, j) => word !== others[j]);
    expect(i < 0, `${name}[${i}]: ${data[i]} and ${b[name].data[i]} are not the same bits`);
  }
}

const sameBits: Case = {
  name: "training: the same seed gives the same bits, however the stream is cut into submits",
  async run({ device, newDevice }) {
    const first = await train(device, CONFIG);
    same(first, await train(device, CONFIG));
    for (const budget of [1e-6, 0.5, 1e6]) same(first, await train(device, CONFIG, budget));
    const other = await newDevice();
    same(first, await train(other, CONFIG));
    other.destroy();
    const different = await train(device, { ...CONFIG, seed: 12 });
    expect(
      different.W1.data.some((w, i) => w !== first.W1.data[i]),
      "another seed gave the same weights",
    );
    return "6 runs";
  },
};

const endless: Case = {
  name: "training: an endless supply of masks is the same as those masks given one by one",
  async run({ device }) {
    const options = { ...CONFIG, masks: Number.POSITIVE_INFINITY };
    const steps = 4 * Math.ceil(333 / 32);
    const masks = Array.from({ length: steps + 1 }, (_, t) => maskAt(config(options), t));
    // Without validation: an endless supply is evaluated under 32 masks, a given one under all of them.
    const run = async (given: MadeConfig) => {
      const made = await Made.create(given, { device });
      await made.fit(chainRows(333, 50, 2), { epochs: 4, batchSize: 32 });
      const parameters = await made.parameters();
      made.dispose();
      return parameters;
    };
    same(await run(options), await run({ ...options, masks }));
    return `${steps} steps`;
  },
};

const manyMasks: Case = {
  name: "training: more masks than the GPU's table holds, with scoring under others in between",
  async run({ device }) {
    const made = await Made.create({ inputs: 6, hidden: [8], masks: 700, ordering: "random" }, { device });
    const cpu = await Made.create({ inputs: 6, hidden: [8], masks: 700, ordering: "random" }, { device: "cpu" });
    const rows = chainRows(900, 6, 4);
    let difference = 0;
    for (const model of [made, cpu])
      await model.fit(rows, { epochs: 2, batchSize: 1, shuffle: false, validation: chainRows(40, 6, 5) });
    const [a, b] = [await made.logProb(rows), await cpu.logProb(rows)];
    a.forEach((v, r) => {
      difference = Math.max(difference, Math.abs(v - b[r]));
    });
    made.dispose();
    expect(difference < 2e-3, `log p differs by ${difference} from the reference`);
    return `log p differs by at most ${difference.toExponential(1)} after 1,800 steps`;
  },
};

const sameBitsByBlock: Case = {
  name: "training: every shape of block gives the same bits",
  async run({ device }) {
    const made = config({ ...CONFIG, hidden: [83], masks: 1 });
    const rows = chainRows(15, 50, 2);
    const order = new Random(1, "shuffle").permutation(rows.rows);
    const runs: Parameters[] = [];
    // What adapters get differs in these ways; their largest would take another adapter a minute to compile.
    const shapes: [units: number, rows: number, Omit<Block, "units" | "rows">][] = [
      [4, 4, { lanes: [16, 4], unroll: 4, fetch: "alone" }],
      [4, 4, { lanes: [4, 4], unroll: 4, fetch: "workgroup" }],
    ];
    if (device.features.has("subgroups"))
      shapes.push(
        [4, 20, { lanes: [8, 1], unroll: 1, fetch: "quad" }],
        [8, 8, { lanes: [4, 1], unroll: 2, fetch: "quad" }],
      );
    if ((device.adapterInfo.subgroupMinSize ?? 0) >= 8)
      shapes.push([4, 12, { lanes: [8, 1], unroll: 1, fetch: "octet" }]);
    for (const [units, many, shape] of shapes) {
      const blocks: Blocks = {
        forward: () => ({ units, rows: many, ...shape }),
        update: { units, inputs: many, ...shape },
      };
      const network = await GpuNetwork.create(await Gpu.open({ device }), made, { blocks });
      network.write(initialParameters(made));
      const loaded = await network.load(rows);
      for await (const _ of network.train(loaded, { order, batchSize: 8, firstStep: 0, optimizer: ADAM }));
      runs.push(await network.read());
      loaded.dispose();
      network.dispose();
    }
    for (const parameters of runs.slice(1)) same(runs[0], parameters);
    const reference = new ReferenceNetwork(made);
    reference.write(initialParameters(made));
    const loaded = await reference.load(rows);
    for await (const _ of reference.train(loaded, { order, batchSize: 8, firstStep: 0, optimizer: ADAM }));
    let error = 0;
    for (const [name, { data }] of Object.entries(await reference.read()))
      error = Math.max(error, allClose(runs[0][name].data, data, { atol: 1e-5, rtol: 1e-5 }, name));
    return `${shapes.length} shapes of blocks, parameters within ${error.toExponential(1)} of float64`;
  },
};

const abortedAtOnce: Case = {
  name: "training: an epoch that is aborted before it begins leaves nothing half done",
  async run({ device }) {
    const mask = maskAt(config(CONFIG), 0);
    const made = config({ ...CONFIG, masks: [mask] });
    const network = await GpuNetwork.create(await Gpu.open({ device }), made);
    network.write(initialParameters(made));
    const loaded = await network.load(chainRows(20, 50, 2));
    const order = Uint32Array.from({ length: 20 }, (_, r) => r);
    const epoch = { order, batchSize: 5, firstStep: 0, optimizer: ADAM, signal: AbortSignal.abort() };
    for await (const _ of network.train(loaded, epoch)) throw new Error("a step was trained");
    const got = await network.conditionals(loaded, mask, "logits");
    const reference = new ReferenceNetwork(made);
    reference.write(initialParameters(made));
    const want = await reference.conditionals(await reference.load(chainRows(20, 50, 2)), mask, "logits");
    loaded.dispose();
    network.dispose();
    return `logits within ${allClose(got, want, { atol: 1e-5, rtol: 1e-5 }, "logits").toExponential(1)}`;
  },
};

export const trainingCases: Case[] = [abortedAtOnce, twoHundredSteps, sameBits, sameBitsByBlock, endless, manyMasks];
