// Drawing rows: the one pass against D whole passes bit by bit, the two engines, what a walk is cut into, and what it is
// told.

import { Gpu } from "../../src/gpu/gpu.ts";
import type { MadeConfig, ResolvedConfig } from "../../src/made/config.ts";
import type { DrawResult } from "../../src/made/draw.ts";
import { Ensemble } from "../../src/made/ensemble.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { Made } from "../../src/made/made.ts";
import type { Mask } from "../../src/made/masks.ts";
import type { DrawProgress, DrawRequest, Network } from "../../src/made/network.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { allClose } from "../../test/support/all-close.ts";
import { type Case, expect, rejection } from "./case.ts";
import { chainRows, config, randomParameters } from "./models.ts";

/** All of `rows` rows under one mask. */
const under = (mask: Mask, rows: number, options: Partial<DrawRequest> = {}): DrawRequest => ({
  rows,
  walks: [{ mask, rows: Uint32Array.from({ length: rows }, (_, r) => r) }],
  seed: 1,
  streams: Uint32Array.from({ length: rows }, (_, r) => r),
  temperature: 1,
  ...options,
});

/** The float32 just below `p` > 0. */
function below(p: number): number {
  const word = new Uint32Array(Float32Array.of(p).buffer);
  word[0]--;
  return new Float32Array(word.buffer)[0];
}

/**
 * Rows drawn by D whole passes with the sharpest of numbers: each is the probability itself, which draws 0, or the float32
 * just below it, which draws 1. One bit of difference in one probability, and a one-pass draw takes another turn.
 */
async function byPasses(network: Network, { inputs: D }: ResolvedConfig, mask: Mask, rows: number) {
  const random = new Random(9, "shuffle");
  const x = new Uint8Array(rows * D);
  const uniforms = new Float64Array(rows * D);
  for (let position = 1; position <= D; position++) {
    const d = mask.ordering.indexOf(position);
    const loaded = await network.load(BinaryRows.from(x, D));
    const p = await network.conditionals(loaded, mask, "probabilities");
    loaded.dispose();
    for (let i = d; i < rows * D; i += D) {
      x[i] = p[i] === 0 ? 0 : p[i] === 1 ? 1 : random.below(2);
      uniforms[i] = x[i] === 1 ? below(p[i]) : p[i];
    }
  }
  return { x, uniforms };
}

const SHAPES: { D: number; hidden: number[]; rows: number; options?: Partial<MadeConfig> }[] = [
  { D: 1, hidden: [], rows: 3 },
  { D: 1, hidden: [3], rows: 2 },
  { D: 5, hidden: [7], rows: 1, options: { activation: "sigmoid" } },
  { D: 33, hidden: [], rows: 5 },
  { D: 40, hidden: [31, 9, 17], rows: 21, options: { activation: "softplus" } },
  { D: 70, hidden: [50, 40], rows: 17, options: { activation: "tanh" } },
  { D: 100, hidden: [37], rows: 9, options: { directConnections: true } },
  { D: 33, hidden: [], rows: 5, options: { directConnections: true } },
  { D: 41, hidden: [80, 9], rows: 16, options: { activation: "sigmoid", directConnections: true } },
  { D: 300, hidden: [70], rows: 5, options: { directConnections: true } }, // blocks of more than 32 positions
  { D: 37, hidden: [20, 33], rows: 6, options: { activation: "tanh", masks: 3, conditionOnMask: true } },
];

const wordsOf = ({ directConnections, conditionOnMask }: Partial<MadeConfig> = {}): string =>
  `${directConnections ? ", direct" : ""}${conditionOnMask ? ", conditioned on masks" : ""}`;

const onePass: Case[] = SHAPES.map(({ D, hidden, rows, options }) => ({
  name: `drawing: one pass is D passes bit for bit, D=${D}, hidden=[${hidden}]${wordsOf(options)}`,
  sharesDevice: true,
  async run({ device }) {
    const made = config({ inputs: D, hidden, ordering: "random", seed: D, ...options });
    const masks = new Ensemble(made).masks();
    const gpu = await Gpu.open({ device });
    const network = await GpuNetwork.create(gpu, made);
    network.write(randomParameters(made, 3));
    for (const [k, mask] of masks.entries()) {
      const { x, uniforms } = await byPasses(network, made, mask, rows);
      // What another mask leaves behind must not matter.
      await network.draw(under(masks[(k + 1) % masks.length], 1));
      const drawn = await network.draw(under(mask, rows, { uniforms }));
      same(drawn.rows, BinaryRows.from(x, D));
      const loaded = await network.load(drawn.rows);
      const nll = await network.score(loaded, [mask]);
      drawn.drawn.forEach((logp, r) => {
        expect(Math.abs(logp + nll[r]) <= 1e-5 * (1 + nll[r]), `log p of row ${r}: got ${logp}, want ${-nll[r]}`);
      });
      loaded.dispose();
    }
    network.dispose();
    expect(gpu.liveBytes === 0, `${gpu.liveBytes} bytes are still allocated after dispose()`);
    return `${masks.length * rows * D} cells`;
  },
}));

/** @throws Error naming the first cell that is not the same */
function same(got: BinaryRows, want: BinaryRows): void {
  const wanted = want.toUint8Array();
  const i = got.toUint8Array().findIndex((value, j) => value !== wanted[j]);
  expect(i < 0, `row ${Math.floor(i / got.inputs)}, input ${i % got.inputs} should be ${wanted[i]}`);
}

const PICTURES: MadeConfig = { inputs: 60, hidden: [33], ordering: "random", masks: 3, seed: 4 };

const engines: Case[] = [false, true].map((conditionOnMask) => ({
  name: `drawing: the engines draw the same rows for the same seed, under one mask, of the mixture, and with cells given${wordsOf({ conditionOnMask })}`,
  sharesDevice: true,
  async run({ device }) {
    const results: DrawResult[][] = [];
    for (const on of [device, "cpu"] as const) {
      const made = await Made.create({ ...PICTURES, conditionOnMask }, { device: on });
      made.setParameters(randomParameters(made.config, 2));
      const observed = chainRows(1, 60, 8);
      const mask = made.maskFor(observed.toUint8Array());
      results.push([
        await made.draw(50, { seed: 2 ** 40 + 3, mask: 1 }),
        await made.draw(50, { seed: 5, temperature: 0.7 }),
        await made.draw(21, { seed: 6, mask, given: { rows: chainRows(21, 60, 9), observed } }),
      ]);
      made.dispose();
    }
    let error = 0;
    results[0].forEach((got, i) => {
      same(got.rows, results[1][i].rows);
      allClose(got.maskOf, results[1][i].maskOf, {}, "masks");
      error = Math.max(error, allClose(got.logProb, results[1][i].logProb, { atol: 1e-5, rtol: 1e-5 }, "log p"));
    });
    const [[, , { rows }]] = results;
    const [values, observed] = [chainRows(21, 60, 9), chainRows(1, 60, 8)];
    for (let r = 0; r < 21; r++)
      for (let d = 0; d < 60; d++)
        if (observed.get(0, d)) expect(rows.get(r, d) === values.get(r, d), `row ${r}, input ${d} was given`);
    return `121 rows, log p within ${error.toExponential(1)}`;
  },
}));

const cuts: Case = {
  name: "drawing: rows are the same however the walk is cut into submits, blocks and parts, and grow as told",
  sharesDevice: true,
  async run({ device }) {
    const seed = 3;
    let want: BinaryRows | undefined;
    for (const submitBudget of [40, 1e-6, 1e6]) {
      const made = await Made.create({ ...PICTURES, directConnections: true }, { device, submitBudget });
      made.setParameters(randomParameters(made.config, 2));
      const rows = await made.sample(600, { seed });
      want ??= rows;
      same(rows, want);
      made.dispose();
    }
    const made = await Made.create({ ...PICTURES, directConnections: true }, { device });
    made.setParameters(randomParameters(made.config, 2));
    // A row is the same among fewer, and in blocks of another length.
    same(await made.sample(7, { seed }), want!.slice(0, 7));
    for (const every of [1, 7, 25]) {
      const cells: number[] = [];
      const snapshots: BinaryRows[] = [];
      const onProgress = async ({ cells: now, of, snapshot }: DrawProgress) => {
        expect(of === 20 * 60, `of ${of} cells`);
        cells.push(now);
        snapshots.push(await snapshot());
      };
      const rows = await made.sample(20, { seed, mask: 1, every, onProgress });
      if (every === 1) same(rows, await made.sample(20, { seed, mask: 1 }));
      expect(cells.length >= Math.floor(60 / every) / 2 && cells.length <= 60, `${cells.length} reports`);
      expect(cells.at(-1) === 20 * 60, `the last report was of ${cells.at(-1)} cells`);
      same(snapshots.at(-1)!, rows);
      // A snapshot has the rows as far as they are drawn, and nothing beyond.
      const { ordering } = made.masks()[1];
      snapshots.forEach((snapshot, i) => {
        for (let r = 0; r < 20; r++)
          for (let d = 0; d < 60; d++) {
            const value = ordering[d] <= cells[i] / 20 ? rows.get(r, d) : 0;
            expect(snapshot.get(r, d) === value, `report ${i}: row ${r}, input ${d} should be ${value}`);
          }
      });
    }
    made.dispose();
    return "3 submit lengths, 3 block lengths";
  },
};

const aborted: Case = {
  name: "drawing: an abort stops between submits, and the model can be used again",
  sharesDevice: true,
  async run({ device }) {
    const made = await Made.create({ inputs: 200, hidden: [50] }, { device, submitBudget: 1e-6 });
    const want = await made.sample(5, { seed: 1 });
    for (const after of [0, 100]) {
      const controller = new AbortController();
      if (after === 0) controller.abort(new Error("enough"));
      const onProgress = ({ cells }: DrawProgress) => {
        if (cells > after * 40) controller.abort(new Error("enough"));
      };
      const error = await rejection(() => made.sample(40, { signal: controller.signal, every: 10, onProgress }));
      expect(error.message === "enough", `got ${error}`);
      same(await made.sample(5, { seed: 1 }), want);
    }
    made.dispose();
    return "2 aborts";
  },
};

const refused: Case = {
  name: "drawing: bad arguments name themselves",
  sharesDevice: true,
  async run({ device }) {
    const fixed = await Made.create({ inputs: 4, hidden: [3] }, { device });
    const any = await Made.create({ inputs: 4, hidden: [3], ordering: "random", masks: 2 }, { device });
    const plain = await Made.create({ inputs: 4, hidden: [3], masked: false }, { device });
    const rows = BinaryRows.from([1, 0, 0, 1, 1, 1, 0, 0], 4);
    const last = BinaryRows.from([0, 0, 1, 1], 4);
    const uniforms = [0, 0, 0, 1];
    const bad: [RegExp, () => unknown][] = [
      [/n: got 1.5, expected an integer ≥ 1/, () => fixed.sample(1.5)],
      [/seed: got -1/, () => fixed.sample(1, { seed: -1 })],
      [/temperature: got 0, expected a finite number > 0/, () => fixed.sample(1, { temperature: 0 })],
      [/temperature: got NaN/, () => fixed.draw(1, { temperature: Number.NaN })],
      [/uniforms\[3\]: got 1, expected a number in \[0, 1\)/, () => fixed.sample(1, { uniforms })],
      [/uniforms: got 4 numbers, expected n × inputs = 8/, () => fixed.sample(2, { uniforms })],
      [/every: got 0/, () => fixed.sample(2, { every: 0 })],
      [/mask: got 3/, () => fixed.sample(2, { mask: 3 })],
      [/given.rows: got 2 rows, expected 1 or n = 3/, () => fixed.sample(3, { given: { rows, observed: last } })],
      [
        /given.observed: got inputs in row 0 that are not the first/,
        () => fixed.sample(2, { given: { rows, observed: last } }),
      ],
      [/sample: a model with masked: false is no distribution/, () => plain.sample(1)],
      [/impute: a model with masked: false/, () => plain.impute(rows, last)],
      [/observed: got rows of 3 values, expected 4/, () => fixed.impute(rows, BinaryRows.from([0, 0, 0], 3))],
      [/observed: got 3 rows, expected 1 or as many as rows has, 2/, () => fixed.impute(rows, BinaryRows.zeros(3, 4))],
      [/samples: got 0/, () => fixed.impute(rows, last, { samples: 0 })],
      [/particles: got 0.5/, () => fixed.complete(rows, last, { particles: 0.5 })],
      [/masks: got 2, expected 1: only a model of several/, () => fixed.impute(rows, last, { masks: 2 })],
      [/masks: got 0/, () => any.impute(rows, last, { masks: 0 })],
      [/observed: got inputs in row 0 that are not the first.*complete\(\)/, () => fixed.logMarginal(rows, last)],
      [/observed: got inputs that are not the first.*impute\(\)/, () => fixed.maskFor([0, 1, 0, 0])],
      [/observed: got 3 values, expected one for each input, 4/, () => any.maskFor([0, 1, 0])],
      [/index: got -1/, () => any.maskFor([0, 1, 0, 0], -1)],
      [/k: got 3, expected an integer in 1 … 2/, () => fixed.nearest(rows, rows, 3)],
      [/among: got rows of 3 values/, () => fixed.nearest(rows, BinaryRows.zeros(2, 3), 1)],
    ];
    for (const [message, call] of bad) {
      const error = await rejection(async () => call());
      expect(message.test(error.message) && error.code === "invalid-argument", `expected ${message}, got ${error}`);
    }
    // What a fixed ordering has first may be given, and its own mask is the one to ask.
    const first = BinaryRows.from([1, 1, 0, 0], 4);
    expect(fixed.maskFor([1, 1, 0, 0]) === fixed.masks()[0], "the natural mask has the first inputs first");
    const drawn = await fixed.sample(2, { given: { rows, observed: first } });
    for (const [r, d] of [0, 1].flatMap((r) => [0, 1].map((d) => [r, d])))
      expect(drawn.get(r, d) === rows.get(r, d), `row ${r}, input ${d} was given`);
    for (const made of [fixed, any, plain]) made.dispose();
    return `${bad.length} refusals`;
  },
};

const lost: Case = {
  name: "drawing: a device lost on the way rejects and makes nothing up",
  async run({ newDevice }) {
    const calls: ((made: Made, onProgress: () => void) => Promise<unknown>)[] = [
      (made, onProgress) => made.sample(64, { every: 8, onProgress }),
      (made) => made.impute(chainRows(30, 200), chainRows(30, 200, 5)),
      (made) => made.nearest(chainRows(50, 200), chainRows(3000, 200, 5), 3),
    ];
    for (const call of calls) {
      const device = await newDevice();
      const made = await Made.create({ inputs: 200, hidden: [60] }, { device });
      setTimeout(() => device.destroy(), 60);
      const error = await rejection(async () => {
        let reports = 0;
        for (;;) await call(made, () => ++reports === 4 && device.destroy());
      });
      expect(error.code === "device-lost", `expected DeviceLostError, got ${error}`);
      const again = await rejection(() => made.sample(1));
      expect(again.code === "device-lost", `the next call: expected DeviceLostError, got ${again}`);
      made.dispose();
    }
    return `${calls.length} losses`;
  },
};

export const drawingCases: Case[] = [...onePass, ...engines, cuts, aborted, refused, lost];
