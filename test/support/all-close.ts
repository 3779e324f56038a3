// Compares arrays of numbers with |got − want| ≤ atol + rtol · |want|. Knows nothing of files or test runners, so that
// it also runs in a browser.

/** How far apart two values may be. */
export interface Tolerance {
  rtol?: number;
  atol?: number;
}

/**
 * Compares `got` with `want` and returns the worst |got − want|.
 * @param name what is compared, for the message
 * @throws Error with the first bad index and both values; NaN is never close to anything
 */
export function allClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { rtol = 0, atol = 0 }: Tolerance,
  name = "values",
): number {
  if (got.length !== want.length) throw new Error(`${name}: got ${got.length} values, want ${want.length}`);
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    const allowed = atol + rtol * Math.abs(want[i]);
    if (!(error <= allowed))
      throw new Error(`${name}[${i}]: got ${got[i]}, want ${want[i]}: differ by ${error}, allowed ${allowed}`);
    worst = Math.max(worst, error);
  }
  return worst;
}
