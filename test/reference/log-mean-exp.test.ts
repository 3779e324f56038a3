// The mean of probabilities in the log domain: by definition, far outside the range of exp, and row by row.

import { describe, expect, test } from "vitest";
import { logMeanExp, mixtureNll } from "../../src/made/reference/log-mean-exp.ts";
import { allClose } from "../support/all-close.ts";

describe("logMeanExp", () => {
  test("is the logarithm of the mean", () => {
    expect(logMeanExp([Math.log(0.1), Math.log(0.2), Math.log(0.6)])).toBeCloseTo(Math.log(0.3), 15);
    expect(logMeanExp([-3.25])).toBe(-3.25);
  });

  test("neither overflows nor underflows", () => {
    expect(logMeanExp([-2000, -2000])).toBe(-2000);
    expect(logMeanExp([2000, 2000])).toBe(2000);
    expect(logMeanExp([-5000, -1000])).toBeCloseTo(-1000 - Math.LN2, 12);
  });

  test("takes probabilities of 0, and lets NaN through", () => {
    expect(logMeanExp([Number.NEGATIVE_INFINITY, 0])).toBeCloseTo(-Math.LN2, 15);
    expect(logMeanExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
    expect(logMeanExp([1, Number.NaN])).toBeNaN();
  });
});

test("mixtureNll averages the probabilities of each row over the masks", () => {
  const nll = [0.5, 0.1, 0.25, 0.2, 0.3, 0.75].map((p) => -Math.log(p)); // two masks, three rows
  allClose(
    mixtureNll(Float64Array.from(nll), 2),
    [0.35, 0.2, 0.5].map((p) => -Math.log(p)),
    { atol: 1e-15 },
  );
});
