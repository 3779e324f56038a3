// Every kernel against the float64 reference, by what it leaves in its buffers after one training step: shapes of one,
// a tile less one, a tile, a tile more one, several tiles, and rectangles; every activation, optimiser and variant.

import { UNIT_MULTIPLE } from "../../shaders/block.ts";
import { allKernels } from "../../shaders/index.ts";
import { Gpu } from "../../src/gpu/gpu.ts";
import { roundUp } from "../../src/gpu/kernel-spec.ts";
import { ACTIVATIONS, type Activation, type MadeConfig } from "../../src/made/config.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { layOutMask, maskLayout } from "../../src/made/gpu/staircase.ts";
import { maskAt } from "../../src/made/masks.ts";
import { type Hyperparameters, resolveOptimizer, ruleOf } from "../../src/made/optimizer.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { backward } from "../../src/made/reference/gradients.ts";
import { connections, createModel, seesUnder } from "../../src/made/reference/model.ts";
import { optimizerStep, zeroMoments } from "../../src/made/reference/optimizer.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, type Context, expect, worst } from "./case.ts";
import { chainRows, config, randomParameters } from "./models.ts";

const TOLERANCE = { atol: 1e-5, rtol: 1e-5 };

/** One shape: B rows of a data set of `rows`, D inputs, hidden widths. Blocks are 4 to 8 units by 4 to 20 rows. */
interface Shape {
  D: number;
  hidden: number[];
  B: number;
  rows?: number;
}

const SHAPES: Shape[] = [
  { D: 1, hidden: [], B: 1 },
  { D: 1, hidden: [1], B: 1 },
  { D: 2, hidden: [1, 1], B: 3 },
  { D: 7, hidden: [8], B: 4, rows: 9 },
  { D: 8, hidden: [9], B: 5 },
  { D: 9, hidden: [7, 8], B: 19, rows: 23 },
  { D: 33, hidden: [64], B: 20 },
  { D: 64, hidden: [63, 65], B: 21 },
  { D: 65, hidden: [17, 3, 40], B: 100, rows: 130 },
  { D: 128, hidden: [], B: 33 },
  { D: 31, hidden: [200], B: 129 },
  { D: 257, hidden: [130, 70], B: 64, rows: 70 },
  { D: 300, hidden: [12], B: 250 },
];

const compiles: Case = {
  name: "kernels: every variant compiles without a message",
  sharesDevice: true,
  async run({ device }) {
    const specs = allKernels().filter(
      ({ code }) => device.features.has("subgroups") || !code.includes("enable subgroups"),
    );
    expect(new Set(specs.map((spec) => spec.label)).size === specs.length, "two variants share a label");
    // The WGSL alone: what a driver makes of it in seconds a variant, the other cases see.
    const modules = specs.map(({ label, code }) => ({ label, module: device.createShaderModule({ label, code }) }));
    for (const { label, module } of modules) {
      const { messages } = await module.getCompilationInfo();
      expect(messages.length === 0, `${label}: ${messages.map(({ message }) => message).join("\n")}`);
    }
    return `${specs.length} variants`;
  },
};

/** One training step of one model, and every buffer it leaves against float64. */
async function step(
  { device }: Context,
  { D, hidden, B, rows = B }: Shape,
  options: Partial<MadeConfig>,
  optimizer: Hyperparameters,
): Promise<Record<string, number>> {
  const made = config({ inputs: D, hidden, ordering: "random", masks: 2, seed: D + B, ...options });
  const under = (t: number) => maskAt(made, t % (made.masks as number));
  const parameters = randomParameters(made);
  const data = chainRows(rows, D, 3);
  const order = Uint32Array.from({ length: rows }, (_, i) => rows - 1 - i);

  const gpu = await Gpu.open({ device });
  const network = await GpuNetwork.create(gpu, made);
  network.write(parameters);
  const loaded = await network.load(data);
  // Of two masks, a first step under mask 0 and a second under mask 1, which stands on what the first one's update arranged.
  let nllSum = 0;
  const epoch = { order: order.subarray(0, B), batchSize: B, optimizer };
  for (let t = 0; t < 2; t++)
    for await (const progress of network.train(loaded, { ...epoch, firstStep: t })) nllSum = progress.nllSum;

  const model = createModel(made, parameters);
  const moments = zeroMoments(model.parameters);
  const x = Float64Array.from(order.subarray(0, B)).reduce(
    (all, r, b) => {
      for (let d = 0; d < D; d++) all[b * D + d] = data.get(r, d);
      return all;
    },
    new Float64Array(B * D),
  );
  let pass = forward(model, seesUnder(model, under(0)), x);
  let back = backward(model, seesUnder(model, under(0)), pass);
  optimizerStep(optimizer, 1, model.parameters, back.gradient, moments);
  const mask = under(1);
  const sees = seesUnder(model, mask);
  pass = forward(model, sees, x);
  back = backward(model, sees, pass);
  const nll = negativeLogLikelihood(pass.logits, x, D);
  optimizerStep(optimizer, 2, model.parameters, back.gradient, moments);

  const { layers, trainer } = network.inspect();
  const { workspace, deltas } = trainer!;
  const layout = maskLayout(made); // home order is canonical order here: slots to canonical units
  const tables = new Uint32Array(layout.words);
  layOutMask(made, layout, mask, tables);
  const unitsAt = (l: number) => {
    const { tables: at, above } = layout.layers.find(({ above, below }) => above === l || below === l)!;
    const start = above === l ? at.unitAt : at.inputAt;
    return tables.subarray(start, start + (l === 0 ? D : hidden[l - 1]));
  };
  const download = async (buffer: GPUBuffer) => new Float32Array(await gpu.download(buffer, buffer.size));
  /** (units, pitch) in degree order → (B, units) in canonical order. */
  const canonical = (values: Float32Array, l: number): Float64Array => {
    const units = unitsAt(l);
    const out = new Float64Array(B * units.length);
    units.forEach((unit, slot) => {
      for (let b = 0; b < B; b++) out[b * units.length + unit] = values[slot * workspace.pitch * 4 + b];
    });
    return out;
  };

  const errors: Record<string, number> = {};
  const compare = (kernel: string, got: ArrayLike<number>, want: ArrayLike<number>, tolerance = TOLERANCE) => {
    errors[kernel] = Math.max(errors[kernel] ?? 0, allClose(got, want, tolerance, kernel));
  };
  compare("gather-batch", canonical(await download(workspace.activations[0]), 0), x, { atol: 0, rtol: 0 });
  for (let l = 1; l <= hidden.length; l++)
    compare("masked-linear", canonical(await download(workspace.activations[l]), l), pass.h[l]);
  compare("masked-output", canonical(await download(deltas[0]), 0), back.deltas[0]);
  const shares = await download(workspace.nll);
  const rowNll = Float64Array.from({ length: B }, (_, b) => {
    let sum = 0;
    for (let i = 0; i < workspace.blocks; i++) sum += shares[i * workspace.pitch * 4 + b];
    return sum;
  });
  compare("masked-output", rowNll, nll);
  const total = nll.reduce((a, b) => a + b, 0);
  compare("reduce-loss", [nllSum], [total]);
  for (let l = 1; l <= hidden.length; l++)
    compare("masked-linear-grad-input", canonical(await download(deltas[l]), l), back.deltas[l]);
  // Adam divides a gradient by its own size: where that is tiny, so is the denominator, and rounding is magnified.
  const read = await network.read();
  for (const [name, { data: got }] of Object.entries(read))
    compare("masked-linear-update", got, model.parameters[name]);

  // The working copies now stand in the order of the next step's mask with zeros where it hides.
  layOutMask(made, layout, under(0), tables);
  const seen = connections(model, under(0));
  for (const layer of layers) {
    const { name, units, inputs, tables: at } = layer.shape;
    const uniforms = { unitPitch: roundUp(units, UNIT_MULTIPLE), inputPitch: roundUp(inputs, UNIT_MULTIPLE) };
    const forwardWeights = await download(layer.forwardWeights);
    const backwardWeights = layer.backwardWeights ? await download(layer.backwardWeights) : undefined;
    for (let u = 0; u < units; u++)
      for (let k = 0; k < inputs; k++) {
        const i = tables[at.unitAt + u] * inputs + tables[at.inputAt + k];
        const want = seen[name][i] ? read[name].data[i] : 0;
        const got = forwardWeights[k * uniforms.unitPitch + u];
        expect(got === want, `working copy of ${name}: slot (${u}, ${k}) is ${got}, want ${want}`);
        const back = backwardWeights?.[u * uniforms.inputPitch + k];
        expect(
          back === undefined || back === want,
          `backward copy of ${name}: slot (${u}, ${k}) is ${back}, want ${want}`,
        );
      }
  }
  loaded.dispose();
  network.dispose();
  expect(gpu.liveBytes === 0, `${gpu.liveBytes} bytes are still allocated after dispose()`);
  return errors;
}

const merge = (all: Record<string, number>, some: Record<string, number>) => {
  for (const [name, error] of Object.entries(some)) all[name] = Math.max(all[name] ?? 0, error);
  return all;
};

const shapes: Case[] = SHAPES.map((shape) => ({
  sharesDevice: true,
  name: `kernels: a step of D=${shape.D}, hidden=[${shape.hidden}], B=${shape.B} agrees with float64`,
  async run(context) {
    const errors: Record<string, number> = {};
    for (const directConnections of [false, true])
      merge(
        errors,
        await step(context, shape, { directConnections }, resolveOptimizer({ name: "sgd", learningRate: 0.1 })),
      );
    return worst(errors);
  },
}));

const SOME = { learningRate: 0.01, weightDecay: 0.01 };
/** Every activation with Adam, and every other rule. */
const VARIANTS: [Activation, Hyperparameters][] = [
  ...ACTIVATIONS.map((activation): [Activation, Hyperparameters] => [
    activation,
    resolveOptimizer({ name: "adam", ...SOME }),
  ]),
  ["relu", resolveOptimizer({ name: "adamw", ...SOME })],
  ["tanh", resolveOptimizer({ name: "sgd", ...SOME })],
  ["tanh", resolveOptimizer({ name: "sgd", momentum: 0.9, ...SOME })],
  ["relu", resolveOptimizer({ name: "adagrad", ...SOME })],
  ["tanh", resolveOptimizer({ name: "adadelta", ...SOME })],
];

const variants: Case[] = VARIANTS.map(([activation, optimizer]) => ({
  sharesDevice: true,
  name: `kernels: a step with ${activation} and ${ruleOf(optimizer)} agrees with float64`,
  async run(context) {
    const errors: Record<string, number> = {};
    for (const some of [{ masks: 2 }, { masks: 1, directConnections: true }, { masks: 1, masked: false }])
      merge(
        errors,
        await step(context, { D: 21, hidden: [19, 34], B: 37, rows: 40 }, { activation, ...some }, optimizer),
      );
    return worst(errors);
  },
}));

export const kernelCases: Case[] = [compiles, ...shapes, ...variants];
