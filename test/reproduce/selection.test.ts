// What validation decides, and how figures come with their uncertainty.

import { describe, expect, it } from "vitest";
import { mixtureLogProb } from "../../src/made/mixture.ts";
import { Random } from "../../src/made/random.ts";
import { mixtureWeights } from "../../src/reproduce/selection.ts";
import { scoreOf } from "../../src/reproduce/statistics.ts";

const mean = (logProb: ArrayLike<number>) => -scoreOf(logProb).nll;

describe("mixtureWeights", () => {
  it("finds the weights that rows were drawn with", () => {
    // Two coins, 0.9 and 0.2, tossed ten times; three rows of ten are of the second.
    const random = new Random(3, "sample", 0);
    const logProbs: [number[], number[]] = [[], []];
    for (let r = 0; r < 4000; r++) {
      const p = r % 10 < 3 ? 0.2 : 0.9;
      let heads = 0;
      for (let i = 0; i < 10; i++) heads += random.below(1000) < 1000 * p ? 1 : 0;
      for (const [k, q] of [0.9, 0.2].entries()) logProbs[k].push(heads * Math.log(q) + (10 - heads) * Math.log(1 - q));
    }
    const [first, second] = mixtureWeights(logProbs);
    expect(second).toBeGreaterThan(0.27);
    expect(second).toBeLessThan(0.33);
    expect(first + second).toBeCloseTo(1, 12);
  });

  it("is better on validation than any grid of weights, and than every member alone", () => {
    const random = new Random(4, "sample", 0);
    const logProbs = [0, 1, 2].map(() => Array.from({ length: 50 }, () => -random.below(1000) / 200));
    const best = mean(mixtureLogProb(logProbs, mixtureWeights(logProbs)));
    for (let a = 0; a <= 20; a++)
      for (let b = 0; a + b <= 20; b++) {
        const other = mean(mixtureLogProb(logProbs, [a, b, 20 - a - b]));
        expect(best).toBeGreaterThan(other - 1e-3);
      }
  });

  it("leaves out a member that is worse on every row", () => {
    const good = [-1, -2, -1.5];
    expect([...mixtureWeights([good, good.map((logp) => logp - 3)])]).toEqual([1, 0]);
  });

  it("gives one member all of it", () => {
    expect([...mixtureWeights([[-700, -800]])]).toEqual([1]);
  });
});

describe("scoreOf", () => {
  it("is the mean and the standard error of the mean", () => {
    // Of 1, 2, 3, 4: variance 5/3 with n − 1, so √(5/3 / 4).
    const { nll, standardError, rows } = scoreOf([-1, -2, -3, -4]);
    expect(nll).toBe(2.5);
    expect(standardError).toBeCloseTo(Math.sqrt(5 / 12), 12);
    expect(rows).toBe(4);
  });

  it("has no standard error for one row", () => {
    expect(scoreOf([-3])).toEqual({ nll: 3, standardError: Number.NaN, rows: 1 });
  });
});
