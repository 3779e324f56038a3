// A figure with its uncertainty: the mean NLL of test rows and the standard error of that mean.

/** Mean −log p in nats a row. */
export interface Score {
  nll: number;
  /** Of the mean, by the spread of the rows: how far other test rows would move it. */
  standardError: number;
  rows: number;
}

/** @param logProb log p(x) of every row in nats, (rows), at least one */
export function scoreOf(logProb: ArrayLike<number>): Score {
  const rows = logProb.length;
  let sum = 0;
  for (let r = 0; r < rows; r++) sum -= logProb[r];
  const nll = sum / rows;
  let squares = 0;
  for (let r = 0; r < rows; r++) squares += (-logProb[r] - nll) ** 2;
  return { nll, standardError: rows > 1 ? Math.sqrt(squares / (rows - 1) / rows) : Number.NaN, rows };
}
