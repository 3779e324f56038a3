// Where a training run of the terminal job stands, in words.

import { thousands } from "../../mnist-job.ts";
import type { JobProgress } from "../../training-job.ts";
import { duration } from "../progress.ts";

export interface Status extends JobProgress {
  /** Most passes, or Infinity. */
  epochs: number;
  rowsPerSecond?: number;
  validationNll?: number;
}

/** "epoch 2.4 of 20  NLL 120.3  valid 118.2  2,690 rows/s  61 s left" */
export function words({ epoch, epochs, nll, validationNll, rowsPerSecond, secondsLeft }: Status): string {
  const of = Number.isFinite(epochs) ? ` of ${epochs}` : "";
  const parts = [`epoch ${epoch.toFixed(epoch < 100 ? 1 : 0)}${of}`, `NLL ${nll.toFixed(1)}`];
  if (validationNll !== undefined) parts.push(`valid ${validationNll.toFixed(1)}`);
  if (rowsPerSecond !== undefined) parts.push(`${thousands(rowsPerSecond)} rows/s`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join("  ");
}
