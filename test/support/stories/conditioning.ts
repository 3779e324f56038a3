// Rows are completed given any of their cells, and those cells have a marginal: exactly where the model can be asked with them
// first, by particles where it cannot.

import { Random } from "../../../src/made/random.ts";
import { BinaryRows } from "../../../src/made/rows.ts";
import { allClose } from "../all-close.ts";
import { chiSquared, counts, everyRow, given, model, probabilities, rowOf, type Story, six } from "./story.ts";

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

export const conditioningStories: readonly Story[] = [imputing, patterns, particles, resampling, marginals];
