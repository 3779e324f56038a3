// What a model is worth on rows that it was not trained on: the mean and how far other rows might move it.

export interface TestResult {
  /** Mean −log p in nats a row, and its standard error. */
  nll: number;
  standardError: number;
  /** How many of the test rows, the first ones, it is the mean of. */
  rows: number;
}

/** @param logProb log p(x) of every row in nats, (rows), at least one; of one alone the standard error is given as 0 */
export function testResultOf(logProb: ArrayLike<number>): TestResult {
  const rows = logProb.length;
  let sum = 0;
  for (let r = 0; r < rows; r++) sum -= logProb[r];
  const nll = sum / rows;
  let squares = 0;
  for (let r = 0; r < rows; r++) squares += (-logProb[r] - nll) ** 2;
  return { nll, standardError: Math.sqrt(squares / Math.max(1, rows - 1) / rows), rows };
}
