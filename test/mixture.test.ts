// Mixtures of models: against sums of probabilities, and every refusal.

import { describe, expect, it } from "vitest";
import { Made } from "../src/made/made.ts";
import { mixtureLogProb } from "../src/made/mixture.ts";
import { BinaryRows } from "../src/made/rows.ts";

const D = 4;
/** All 2^D rows. */
const everything = BinaryRows.from(
  Uint8Array.from({ length: 2 ** D * D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1),
  D,
);

describe("mixtureLogProb", () => {
  it("is the logarithm of the weighted mean of probabilities", () => {
    const p = [
      [0.5, 0.25],
      [0.1, 0.75],
    ];
    const logp = p.map((row) => row.map(Math.log));
    const equal = mixtureLogProb(logp);
    const weighted = mixtureLogProb(logp, [3, 1]);
    for (const r of [0, 1]) {
      expect(equal[r]).toBeCloseTo(Math.log((p[0][r] + p[1][r]) / 2), 12);
      expect(weighted[r]).toBeCloseTo(Math.log((3 * p[0][r] + p[1][r]) / 4), 12);
    }
  });

  it("neither overflows nor underflows, and leaves out what has no weight", () => {
    expect(mixtureLogProb([[-2000], [-2001]])[0]).toBeCloseTo(-2000 + Math.log((1 + Math.exp(-1)) / 2), 9);
    expect(mixtureLogProb([[-3], [-1]], [1, 0])[0]).toBe(-3);
    expect(mixtureLogProb([[-3], [-Infinity]], [1, 1])[0]).toBeCloseTo(-3 - Math.LN2, 12);
    expect(mixtureLogProb([[-Infinity], [-Infinity]])[0]).toBe(-Infinity);
    expect(mixtureLogProb([[Number.NaN], [-1]])[0]).toBeNaN();
  });

  it("of models of different orderings is a distribution: over all rows it sums to 1", async () => {
    const models = await Promise.all(
      [1, 2, 3].map((seed) =>
        Made.create({ inputs: D, hidden: [5 * seed], ordering: "random", masks: seed, seed }, { device: "cpu" }),
      ),
    );
    const logProbs = await Promise.all(models.map((made) => made.logProb(everything)));
    const total = mixtureLogProb(logProbs, [0.2, 0.5, 0.3]).reduce((sum, logp) => sum + Math.exp(logp), 0);
    expect(total).toBeCloseTo(1, 12);
    for (const made of models) made.dispose();
  });

  it.each([
    [[], undefined, "logProbs: got an empty array, expected those of at least one model"],
    [[[1, 2], [1]], undefined, "logProbs[1]: got 1 rows, expected 2 as in the first"],
    [[[1], [2]], [1], "weights: got 1, expected 2, one a model"],
    [[[1], [2]], [1, -1], "weights[1]: got -1, expected a finite number ≥ 0"],
    [[[1], [2]], [0, 0], "weights: got only zeros, expected at least one above 0"],
  ])("refuses %j with weights %j", (logProbs, weights, message) => {
    expect(() => mixtureLogProb(logProbs, weights)).toThrow(message);
  });
});
