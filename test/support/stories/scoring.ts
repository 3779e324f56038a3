// log p taken apart, by input and by mask, and the rows of a set that are nearest to a row.

import { Random } from "../../../src/made/random.ts";
import { BinaryRows } from "../../../src/made/rows.ts";
import { allClose } from "../all-close.ts";
import { everyRow, model, type Story, six } from "./story.ts";

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
    // A GPU takes the mean as it goes, in float32.
    const off = allClose(mean, logp, { atol: on === "cpu" ? 1e-12 : 1e-6 }, "mean over the masks");
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
    return `sums within ${error.toExponential(1)}, mean over the masks within ${off.toExponential(1)}`;
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

export const scoringStories: readonly Story[] = [parts, neighbours];
