// What can be asked of a model beyond log p, told as short stories and checked against enumeration of all 2^D rows. They run
// on either engine: in ../asking.test.ts on the CPU, in ../../test-e2e/suite/asking.ts on the GPU. No test runner in here.

import type { MadeConfig } from "../../src/made/config.ts";
import { Made } from "../../src/made/made.ts";
import type { Mask } from "../../src/made/masks.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { randomParameters } from "../../test-e2e/suite/models.ts";
import { allClose } from "./all-close.ts";

export interface Story {
  name: string;
  /** Throws where something is wrong; returns what is worth printing. */
  run: (on: GPUDevice | "cpu") => Promise<string>;
}

const DRAWS = 100_000;

/** All 2^D rows, row i having the bits of i. */
export const everyRow = (D: number): BinaryRows =>
  BinaryRows.from(
    Uint8Array.from({ length: 2 ** D * D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1),
    D,
  );

const numberOf = (rows: BinaryRows, r: number): number => rows.words[r];

/** How often each of the 2^D rows comes. */
function counts(rows: BinaryRows): Float64Array {
  const times = new Float64Array(2 ** rows.inputs);
  for (let r = 0; r < rows.rows; r++) times[numberOf(rows, r)]++;
  return times;
}

/**
 * Pearson's χ² of counts against probabilities; cells that expect fewer than five are taken together.
 * @throws Error where it is so large that chance has it once in a thousand times (Wilson and Hilferty's approximation)
 */
export function chiSquared(times: Float64Array, p: Float64Array, what: string): number {
  const n = times.reduce((a, b) => a + b);
  let chi = 0;
  let cells = -1;
  const rest = { times: 0, expected: 0 };
  const add = (got: number, expected: number) => {
    chi += (got - expected) ** 2 / expected;
    cells++;
  };
  times.forEach((got, i) => {
    const expected = n * p[i];
    if (expected === 0 && got > 0) throw new Error(`${what}: ${got} draws of what is impossible`);
    if (expected >= 5) add(got, expected);
    else {
      rest.times += got;
      rest.expected += expected;
    }
  });
  if (rest.expected >= 1) add(rest.times, rest.expected);
  const spread = 2 / (9 * cells);
  const most = cells * (1 - spread + 3.09 * Math.sqrt(spread)) ** 3;
  if (!(chi <= most)) throw new Error(`${what}: χ² is ${chi} with ${cells} degrees of freedom, allowed ${most}`);
  return chi / cells;
}

/** A model with weights large enough to make some rows much likelier than others. */
async function model(on: GPUDevice | "cpu", config: MadeConfig, scale = 4): Promise<Made> {
  const made = await Made.create(config, { device: on });
  made.setParameters(randomParameters(made.config, scale));
  return made;
}

/** p(x) of all 2^D rows under the mixture of `masks`. */
async function probabilities(made: Made, masks: readonly Mask[] | undefined): Promise<Float64Array> {
  const all = everyRow(made.config.inputs);
  return (await made.logProb(all, { masks })).map(Math.exp);
}

/** `p` given that the bits in `observed` are those of `value`. */
function given(p: Float64Array, observed: number, value: number): Float64Array {
  const some = p.map((v, i) => ((i ^ value) & observed ? 0 : v));
  const sum = some.reduce((a, b) => a + b);
  return some.map((v) => v / sum);
}

/** One row with the lowest bits of `word`. */
const rowOf = (word: number, D: number): BinaryRows =>
  BinaryRows.from(
    Uint8Array.from({ length: D }, (_, d) => (word >> d) & 1),
    D,
  );

const six = { inputs: 6, hidden: [20, 14], activation: "tanh", seed: 5 } as const;

const sampling: Story = {
  name: "rows come as often as their probability says, under one mask, of the mixture, and at a temperature",
  async run(on) {
    const made = await model(on, { ...six, directConnections: true, ordering: "random", masks: 3 });
    const told: string[] = [];
    const masks = made.masks();
    const one = await made.sample(DRAWS, { mask: 1, seed: 11 });
    told.push(chiSquared(counts(one), await probabilities(made, [masks[1]]), "one mask").toFixed(2));
    const mixed = await made.sample(DRAWS, { seed: 12 });
    told.push(chiSquared(counts(mixed), await probabilities(made, undefined), "the mixture").toFixed(2));
    // At a temperature every conditional is σ(z / T).
    const all = everyRow(6);
    const logits = await made.conditionals(all, { mask: 2, as: "logits" });
    const tempered = Float64Array.from({ length: 64 }, (_, r) => {
      let p = 1;
      for (let d = 0; d < 6; d++) p /= 1 + Math.exp((all.get(r, d) ? -2 : 2) * logits[r * 6 + d]);
      return p;
    });
    const cold = await made.sample(DRAWS, { mask: 2, seed: 13, temperature: 0.5 });
    told.push(chiSquared(counts(cold), tempered, "temperature 0.5").toFixed(2));
    made.dispose();
    return `χ² / degrees of freedom ${told.join(", ")}`;
  },
};

const conditioned: Story = {
  name: "rows drawn with cells given follow the conditional of one mask and of the mixture",
  async run(on) {
    const made = await model(on, { ...six, masks: 3 });
    const [observed, value] = [0b000111, 0b000101];
    const cells = { rows: rowOf(value, 6), observed: rowOf(observed, 6) };
    const told: string[] = [];
    for (const mask of [1, "mixture"] as const) {
      const { rows, logProb } = await made.draw(DRAWS, { seed: 3, mask, given: cells });
      const p = await probabilities(made, mask === 1 ? [made.masks()[1]] : undefined);
      told.push(chiSquared(counts(rows), given(p, observed, value), String(mask)).toFixed(2));
      // Under one mask log p of what was drawn is the log of that conditional.
      if (mask === 1) {
        const want = given(p, observed, value);
        const first = Array.from({ length: 100 }, (_, r) => Math.log(want[numberOf(rows, r)]));
        allClose(logProb.subarray(0, 100), first, { atol: 1e-4 }, "logProb");
      }
    }
    made.dispose();
    return `χ² / degrees of freedom ${told.join(", ")}`;
  },
};

const imputing: Story = {
  name: "completions of a model for any ordering are exact conditional draws",
  async run(on) {
    const made = await model(on, { ...six, ordering: "random", masks: 4 });
    const [observed, value] = [0b101010, 0b001010];
    const [row, cells] = [rowOf(value, 6), rowOf(observed, 6)];
    const told: string[] = [];
    const samples = 20_000;
    for (const K of [1, 3]) {
      const masks = Array.from({ length: K }, (_, k) => made.maskFor(cells.toUint8Array(), k));
      const p = await probabilities(made, masks);
      const want = given(p, observed, value);
      const { rows, probability, logMarginal, effectiveSampleSize } = await made.complete(row, cells, {
        samples,
        seed: 4,
        masks: K,
      });
      told.push(chiSquared(counts(rows), want, `${K} masks`).toFixed(2));
      const marginal = p.reduce((sum, v, i) => sum + ((i ^ value) & observed ? 0 : v), 0);
      allClose(logMarginal, [Math.log(marginal)], { atol: 1e-5 }, "logMarginal");
      allClose(logMarginal, await made.logMarginal(row, cells, { masks: K }), { atol: 1e-5 }, "logMarginal alone");
      allClose(effectiveSampleSize, [samples], {});
      for (let d = 0; d < 6; d++) {
        const q = want.reduce((sum, v, i) => sum + ((i >> d) & 1 ? v : 0), 0);
        const error = 3 * Math.sqrt(Math.max(0, q * (1 - q)) / samples) + 1e-6;
        allClose([probability[d]], [q], { atol: error }, `probability of input ${d}`);
      }
      const again = await made.impute(row, cells, { samples, seed: 4, masks: K });
      allClose(again.words, rows.words, {}, "impute");
    }
    made.dispose();
    return `χ² / degrees of freedom ${told.join(", ")}`;
  },
};

const patterns: Story = {
  name: "rows of many patterns are completed each by its own, in their order, and keep what is observed",
  async run(on) {
    const made = await model(on, { inputs: 40, hidden: [30], ordering: "random", masks: 2, seed: 2 });
    const random = new Random(1, "shuffle");
    const bits = () =>
      BinaryRows.from(
        Uint8Array.from({ length: 12 * 40 }, () => random.below(2)),
        40,
      );
    const [rows, observed] = [bits(), bits()];
    observed.words.copyWithin(2 * observed.wordsPerRow, 0, observed.wordsPerRow); // rows 0 and 2 alike
    const completed = await made.complete(rows, observed, { samples: 3, seed: 9 });
    for (let r = 0; r < 12; r++) {
      // A row completed by itself comes out the same: its numbers are its own.
      const alone = rows.slice(r, r + 1);
      const mask = made.maskFor(observed.slice(r, r + 1).toUint8Array());
      const logp = await made.logMarginal(alone, observed.slice(r, r + 1));
      allClose([completed.logMarginal[r]], logp, { atol: 1e-4 }, `logMarginal of row ${r}`);
      const p = await made.conditionals(completed.rows.slice(3 * r, 3 * r + 3), { mask });
      for (let d = 0; d < 40; d++) {
        let mean = 0;
        for (let s = 0; s < 3; s++) {
          if (observed.get(r, d) && completed.rows.get(3 * r + s, d) !== rows.get(r, d))
            throw new Error(`row ${r}, input ${d} was observed and changed`);
          mean += p[s * 40 + d] / 3;
        }
        const want = observed.get(r, d) ? rows.get(r, d) : mean;
        allClose([completed.probability[r * 40 + d]], [want], { atol: 1e-5 }, `probability of row ${r}, input ${d}`);
      }
    }
    made.dispose();
    return "12 rows, 11 patterns";
  },
};

const particles: Story = {
  name: "where the ordering is fixed, particles estimate completions and marginals, and say how well",
  async run(on) {
    const told: string[] = [];
    for (const masks of [1, 3]) {
      const made = await model(on, { ...six, masks });
      const [observed, value] = [0b110100, 0b100100];
      const [row, cells] = [rowOf(value, 6), rowOf(observed, 6)];
      const p = await probabilities(made, undefined);
      const want = given(p, observed, value);
      const options = { particles: 4000, samples: 2000, seed: 8 };
      const { rows, probability, logMarginal, effectiveSampleSize } = await made.complete(row, cells, options);
      const [size] = effectiveSampleSize;
      if (!(size > 1000 && size <= 4000)) throw new Error(`effective sample size: ${size} of 4,000 particles`);
      const marginal = p.reduce((sum, v, i) => sum + ((i ^ value) & observed ? 0 : v), 0);
      allClose(logMarginal, [Math.log(marginal)], { atol: 3 / Math.sqrt(size) }, "logMarginal");
      const times = counts(rows);
      for (let d = 0; d < 6; d++) {
        const q = want.reduce((sum, v, i) => sum + ((i >> d) & 1 ? v : 0), 0);
        const error = 3 * Math.sqrt(Math.max(0, q * (1 - q)) / size) + 1e-9;
        allClose([probability[d]], [q], { atol: error }, `probability of input ${d}`);
        const drawn = times.reduce((sum, n, i) => sum + ((i >> d) & 1 ? n : 0), 0) / 2000;
        allClose([drawn], [q], { atol: 2 * error + 1e-3 }, `share of ones in input ${d}`);
      }
      made.dispose();
      told.push(`${size.toFixed(0)} of 4000`);
    }
    return `effective sample size ${told.join(", ")}`;
  },
};

const resampling: Story = {
  name: "particles are drawn anew on the way: what is observed may be as unlikely as one in 10¹¹",
  async run(on) {
    const made = await model(on, { inputs: 10, hidden: [30], masks: 2, seed: 5 }, 16);
    const [observed, value] = [0b1010101010, 0b1000101000];
    const p = await probabilities(made, undefined);
    const want = given(p, observed, value);
    const { probability, logMarginal, effectiveSampleSize } = await made.complete(
      rowOf(value, 10),
      rowOf(observed, 10),
      {
        particles: 4000,
        seed: 1,
      },
    );
    const marginal = Math.log(p.reduce((sum, v, i) => sum + ((i ^ value) & observed ? 0 : v), 0));
    const error = allClose(logMarginal, [marginal], { atol: 0.2 }, "logMarginal");
    for (let d = 0; d < 10; d++) {
      const q = want.reduce((sum, v, i) => sum + ((i >> d) & 1 ? v : 0), 0);
      allClose([probability[d]], [q], { atol: 0.05 }, `probability of input ${d}`);
    }
    const [size] = effectiveSampleSize;
    if (!(size > 1000)) throw new Error(`effective sample size: ${size} of 4,000 particles`);
    made.dispose();
    return `log p ${marginal.toFixed(2)} within ${error.toFixed(2)}, effective sample size ${size.toFixed(0)} of 4000`;
  },
};

const marginals: Story = {
  name: "marginals of all values of the observed cells sum to 1, and with the conditionals of the rest they give log p",
  async run(on) {
    const made = await model(on, { ...six, ordering: "random", masks: 4, directConnections: true });
    const observed = rowOf(0b011001, 6);
    const mask = made.maskFor(observed.toUint8Array());
    const all = everyRow(6);
    const marginal = await made.logMarginal(all, observed);
    // Every value of the three observed cells comes with the 2³ values of the others.
    const sum = marginal.reduce((total, v) => total + Math.exp(v), 0) / 8;
    allClose([sum], [1], { atol: 1e-5 }, "sum of the marginals");
    const p = await made.conditionals(all, { mask });
    const joint = Float64Array.from({ length: 64 }, (_, r) => {
      let logp = marginal[r];
      for (let d = 0; d < 6; d++)
        if (!observed.get(0, d)) logp += Math.log(all.get(r, d) ? p[r * 6 + d] : 1 - p[r * 6 + d]);
      return logp;
    });
    const error = allClose(joint, await made.logProb(all, { masks: [mask] }), { atol: 1e-4 }, "log p");
    made.dispose();
    return `sum ${sum.toFixed(7)}, log p within ${error.toExponential(1)}`;
  },
};

const parts: Story = {
  name: "log p by input sums to log p, by mask averages to it, and under one mask is that of the conditionals",
  async run(on) {
    const made = await model(on, { ...six, ordering: "random", masks: 5 });
    const all = everyRow(6);
    const logp = await made.logProb(all);
    const byInput = await made.logProbByInput(all);
    const sums = Float64Array.from({ length: 64 }, (_, r) =>
      byInput.subarray(6 * r, 6 * r + 6).reduce((a, b) => a + b),
    );
    const error = allClose(sums, logp, { atol: 1e-4 }, "sum over the inputs");
    const byMask = await made.logProbByMask(all);
    if (byMask.length !== 5 * 64) throw new Error(`log p by mask: ${byMask.length} values`);
    const mean = logp.map((_, r) => {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += Math.exp(byMask[k * 64 + r]) / 5;
      return Math.log(sum);
    });
    allClose(mean, logp, { atol: 1e-9 }, "mean over the masks");
    const masks = [made.masks()[3]];
    allClose(await made.logProb(all, { masks }), byMask.subarray(3 * 64, 4 * 64), {}, "mask 3");
    const p = await made.conditionals(all, { mask: 3 });
    const cells = p.map((v, i) => Math.log(all.get(Math.floor(i / 6), i % 6) ? v : 1 - v));
    allClose(await made.logProbByInput(all, { masks }), cells, { atol: 1e-4 }, "cells under mask 3");
    // More masks than the model was trained with are drawn afresh.
    const many = await made.logProb(all, { masks: 300 });
    const total = many.reduce((sum, v) => sum + Math.exp(v), 0);
    allClose([total], [1], { atol: 1e-5 }, "sum under 300 masks");
    made.dispose();
    return `sums within ${error.toExponential(1)}`;
  },
};

const neighbours: Story = {
  name: "the nearest rows are those that differ in fewest inputs, lower numbers first",
  async run(on) {
    const D = 45;
    const made = await model(on, { inputs: D, hidden: [3] });
    const random = new Random(3, "shuffle");
    // Few kinds of rows, so that many are as far away as others.
    const draw = (n: number) =>
      BinaryRows.from(
        Uint8Array.from({ length: n * D }, (_, i) => (i % D < 5 || i % D > 41 ? random.below(2) : 0)),
        D,
      );
    let compared = 0;
    for (const [queries, set, k] of [
      [1, 1, 1],
      [9, 500, 7],
      [3, 130, 130],
      [20, 5000, 1],
    ]) {
      const [rows, among] = [draw(queries), draw(set)];
      const { indices, distances } = await made.nearest(rows, among, k);
      for (let r = 0; r < queries; r++) {
        const far = Array.from({ length: set }, (_, i) => {
          let differing = 0;
          for (let d = 0; d < D; d++) differing += rows.get(r, d) ^ among.get(i, d);
          return differing;
        });
        const order = far.map((_, i) => i).sort((a, b) => far[a] - far[b] || a - b);
        allClose(indices.subarray(r * k, (r + 1) * k), order.slice(0, k), {}, `row ${r} of ${queries} among ${set}`);
        allClose(
          distances.subarray(r * k, (r + 1) * k),
          order.slice(0, k).map((i) => far[i]),
          {},
          "distances",
        );
        compared += k;
      }
    }
    made.dispose();
    return `${compared} neighbours`;
  },
};

export const stories: readonly Story[] = [
  sampling,
  conditioned,
  imputing,
  patterns,
  particles,
  resampling,
  marginals,
  parts,
  neighbours,
];
