// A figure with its uncertainty: the mean NLL of test rows and the standard error of that mean, how far other rows would
// move it.

import { type TestResult, testResultOf } from "../test-result.ts";

export type Score = TestResult;

/** @param logProb log p(x) of every row in nats, (rows), at least one; of one alone the standard error is not known: NaN */
export function scoreOf(logProb: ArrayLike<number>): Score {
  const score = testResultOf(logProb);
  return score.rows > 1 ? score : { ...score, standardError: Number.NaN };
}
