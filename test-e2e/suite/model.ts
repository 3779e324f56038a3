// The model as its users call it, on the GPU: probabilities that sum to 1, early stopping, abort, errors, and nothing
// left behind or made up when a device goes away.

import { Gpu } from "../../src/gpu/gpu.ts";
import { Kernel } from "../../src/gpu/kernel.ts";
import { Made } from "../../src/made/made.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { allClose } from "../../test/support/all-close.ts";
import { kernelSpec } from "./broken-kernel.ts";
import { type Case, expect, rejection } from "./case.ts";
import { chainRows, randomParameters } from "./models.ts";

const everyRow = (D: number) =>
  BinaryRows.from(
    Uint8Array.from({ length: 2 ** D * D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1),
    D,
  );

const sumsToOne: Case = {
  name: "model: probabilities of all rows sum to 1 with masks, and do not without",
  async run({ device }) {
    const sums: string[] = [];
    for (const masked of [true, false]) {
      const config = {
        inputs: 10,
        hidden: [24, 16],
        ordering: "random",
        masks: masked ? 5 : 1,
        masked,
        seed: 3,
      } as const;
      const made = await Made.create({ ...config, directConnections: true }, { device });
      made.setParameters(randomParameters(made.config, 3));
      const logp = await made.logProb(everyRow(10));
      const sum = logp.reduce((total, v) => total + Math.exp(v), 0);
      made.dispose();
      if (masked) expect(Math.abs(sum - 1) < 1e-5, `with masks the probabilities sum to ${sum}`);
      else expect(Math.abs(sum - 1) > 0.01, `without masks the outputs sum to ${sum}: they should not`);
      sums.push(`${masked ? "masked" : "plain"} ${sum.toFixed(7)}`);
    }
    return sums.join(", ");
  },
};

const againstCpu: Case = {
  name: "model: fit, logProb, conditionals, sample and parameters agree with the CPU engine",
  async run({ device }) {
    const config = { inputs: 23, hidden: [31], masks: 3, ordering: "random", seed: 8 } as const;
    const results = [];
    for (const on of [device, "cpu"] as const) {
      const made = await Made.create(config, { device: on });
      const fitted = await made.fit(chainRows(210, 23), {
        epochs: 3,
        batchSize: 50,
        validation: chainRows(90, 23, 2),
        optimizer: { name: "sgd", learningRate: 0.1 },
      });
      const rows = chainRows(3000, 23, 6);
      results.push({
        curve: fitted.epochs.flatMap(({ trainNll, validationNll }) => [trainNll, validationNll!]),
        logp: await made.logProb(rows),
        first: await made.conditionals(rows, { mask: 1 }),
        logits: await made.conditionals(rows.slice(0, 7), { as: "logits" }),
        samples: (await made.sample(20, { seed: 5 })).toUint8Array(),
        weights: (await made.parameters()).V.data,
      });
      made.dispose();
    }
    const [gpu, cpu] = results;
    const tolerance = { atol: 2e-5, rtol: 2e-5 };
    allClose(gpu.curve, cpu.curve, tolerance, "curve");
    allClose(gpu.first, cpu.first, tolerance, "conditionals");
    allClose(gpu.logits, cpu.logits, tolerance, "logits");
    allClose(gpu.samples, cpu.samples, {}, "samples");
    allClose(gpu.weights, cpu.weights, tolerance, "V");
    return `log p of 3,000 rows within ${allClose(gpu.logp, cpu.logp, tolerance, "logp").toExponential(1)}`;
  },
};

const earlyStopping: Case = {
  name: "model: early stopping keeps the best weights, and an abort keeps a usable model",
  async run({ device }) {
    const made = await Made.create({ inputs: 16, hidden: [60] }, { device });
    const [train, validation] = [chainRows(30, 16), chainRows(200, 16, 7)];
    const result = await made.fit(train, {
      validation,
      epochs: 300,
      batchSize: 10,
      patience: 5,
      optimizer: { name: "adam", learningRate: 0.02 },
    });
    expect(result.stopped === "patience", `stopped: ${result.stopped}`);
    expect(result.epochs.length === result.bestEpoch + 5, `${result.epochs.length} epochs, best ${result.bestEpoch}`);
    const logp = await made.logProb(validation);
    const nll = -logp.reduce((a, b) => a + b, 0) / 200;
    expect(
      nll === result.bestValidationNll,
      `the model has NLL ${nll}, its best epoch had ${result.bestValidationNll}`,
    );

    const controller = new AbortController();
    const aborted = await made.fit(chainRows(4000, 16), {
      batchSize: 1,
      epochs: 50,
      signal: controller.signal,
      onProgress: ({ rows }) => rows > 100 && controller.abort(),
    });
    expect(aborted.stopped === "aborted", `stopped: ${aborted.stopped}`);
    const late = new AbortController();
    const inValidation = await made.fit(train, {
      validation: chainRows(60_000, 16, 7),
      epochs: 5,
      signal: late.signal,
      onProgress: ({ step, steps }) => step === steps && setTimeout(() => late.abort()),
    });
    expect(inValidation.stopped === "aborted", `aborted while validating, stopped: ${inValidation.stopped}`);
    const more = await made.fit(train, { epochs: 1, resume: true });
    expect(more.stopped === "epochs", "the model cannot be trained after an abort");
    made.dispose();
    return `best epoch ${result.bestEpoch} of ${result.epochs.length}`;
  },
};

const notFinite: Case = {
  name: "model: a diverging run is an error, never NaN",
  async run({ device }) {
    const made = await Made.create({ inputs: 12, hidden: [20, 20] }, { device });
    const optimizer = { name: "sgd", learningRate: 1e30 } as const;
    const error = await rejection(() => made.fit(chainRows(200, 12), { batchSize: 10, epochs: 5, optimizer }));
    expect(error.code === "not-finite" && /learningRate/.test(error.message), `got ${error}`);
    made.dispose();
    return error.message;
  },
};

const badCalls: Case = {
  name: "model: bad arguments name themselves, and two calls at once are refused",
  async run({ device }) {
    const made = await Made.create({ inputs: 5, hidden: [4] }, { device });
    const rows = chainRows(10, 5);
    const bad: [RegExp, () => Promise<unknown>][] = [
      [/train: got rows of 4 values, expected 5/, () => made.fit(chainRows(10, 4))],
      [/rows: expected BinaryRows/, () => made.logProb(undefined as never)],
      [/batchSize: got 0/, () => made.fit(rows, { batchSize: 0 })],
      [/mask: got 1, expected an integer in 0 … 0/, () => made.conditionals(rows, { mask: 1 })],
      [/n: got 0/, () => made.sample(0)],
      [/uniforms: got 3 numbers/, () => made.sample(1, { uniforms: [0, 0, 0] })],
      [/optimizer.name: got "adamax"/, () => made.fit(rows, { optimizer: { name: "adamax" } as never })],
      [/hidden\[0\]: got 0/, () => Made.create({ inputs: 3, hidden: [0] }, { device })],
    ];
    for (const [message, call] of bad) {
      const error = await rejection(call);
      expect(message.test(error.message) && error.code === "invalid-argument", `expected ${message}, got ${error}`);
    }
    const running = made.fit(rows, { epochs: 2 });
    const busy = await rejection(() => made.logProb(rows));
    expect(/busy with fit/.test(busy.message), `got ${busy}`);
    await running;
    made.dispose();
    const disposed = await rejection(() => made.logProb(rows));
    expect(disposed.code === "disposed", `got ${disposed}`);
    return `${bad.length + 2} refusals`;
  },
};

const lostDevice: Case = {
  name: "model: a lost device rejects every call and never answers with zeros",
  async run({ newDevice }) {
    let losses = 0;
    const calls: ((made: Made) => Promise<unknown>)[] = [
      (made) => made.logProb(chainRows(8, 40)),
      (made) => made.conditionals(chainRows(8, 40)),
      (made) => made.parameters(),
      (made) => made.sample(3),
      (made) => made.fit(chainRows(500, 40), { epochs: 1000, batchSize: 8 }),
    ];
    // Few rows at a time: their blocks are small, and every device compiles them anew.
    for (const call of calls)
      for (const delay of [0, 1, 15]) {
        const device = await newDevice();
        const made = await Made.create({ inputs: 40, hidden: [50] }, { device });
        await made.fit(chainRows(100, 40), { epochs: 1, batchSize: 8 });
        const pending = rejection(async () => {
          for (;;) await call(made);
        });
        await new Promise((resolve) => setTimeout(resolve, delay));
        device.destroy();
        const error = await pending;
        expect(error.code === "device-lost", `after ${delay} ms: expected DeviceLostError, got ${error}`);
        const again = await rejection(() => made.logProb(chainRows(5, 40)));
        expect(again.code === "device-lost", `the next call: expected DeviceLostError, got ${again}`);
        made.dispose();
        losses++;
      }
    return `${losses} losses`;
  },
};

const outOfMemory: Case = {
  name: "model: a model too large for the adapter is an OutOfMemoryError with the sizes",
  async run({ device }) {
    const gpu = await Gpu.open({ device });
    const limit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    const width = Math.ceil(Math.sqrt(limit / 4)) + 8;
    const error = await rejection(() => Made.create({ inputs: 8, hidden: [width, width] }, { device }));
    expect(error.code === "out-of-memory" && error.message.includes(String(limit)), `got ${error}`);
    expect(gpu.liveBytes === 0, "something is still allocated");
    return error.message;
  },
};

const compilerErrors: Case = {
  name: "gpu: a shader that does not compile says where, with its source",
  async run({ device }) {
    const gpu = await Gpu.open({ device });
    const error = await rejection(() => Kernel.compile(gpu, kernelSpec));
    expect(error.code === "gpu-validation", `got ${error}`);
    expect(/broken-kernel:\d+:\d+: error: .*nothing/.test(error.message), `got ${error.message}`);
    expect(error.message.includes("values[0] = nothing;"), `no source line in ${error.message}`);
    return error.message.split("\n")[0];
  },
};

export const modelCases: Case[] = [
  sumsToOne,
  againstCpu,
  earlyStopping,
  notFinite,
  badCalls,
  lostDevice,
  outOfMemory,
  compilerErrors,
];
