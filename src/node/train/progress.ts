// Progress in words: one line that is rewritten on a terminal, a line every few seconds elsewhere.

import { thousands } from "../../mnist-job.ts";
import type { JobProgress } from "../../training-job.ts";

export interface Status extends JobProgress {
  /** Most passes, or Infinity. */
  epochs: number;
  rowsPerSecond?: number;
  validationNll?: number;
}

/** Where progress is shown; process.stdout is one. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const BAR_MS = 100;
const LINE_MS = 5000;
const ERASE = "\r\x1b[2K";

/** Shows where a run stands, as often as the screen can bear. */
export class ProgressLine {
  readonly #screen: Screen;
  #last = performance.now();
  #shown = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(status: Status): void {
    const { isTTY, columns = 80 } = this.#screen;
    const now = performance.now();
    if (now - this.#last < (isTTY ? BAR_MS : LINE_MS)) return;
    this.#last = now;
    if (isTTY) {
      this.#shown = true;
      this.#screen.write(ERASE + bar(status, columns - 1));
    } else {
      this.#screen.write(`  ${words(status)}\n`);
    }
  }

  /** Makes room for other text. */
  clear(): void {
    if (this.#shown) this.#screen.write(ERASE);
    this.#shown = false;
  }
}

/** "epoch 2.4 of 20 ━━━━──── NLL 120.3, valid 118.2, 2,690 rows/s, 61 s left", in at most `columns` characters. */
export function bar(status: Status, columns: number): string {
  const text = words(status);
  const width = Math.min(30, columns - text.length - 1);
  if (width < 5) return text.slice(0, columns);
  const full = Math.round(status.done * width);
  return `${"━".repeat(full)}${"─".repeat(width - full)} ${text}`;
}

export function words({ epoch, epochs, nll, validationNll, rowsPerSecond, secondsLeft }: Status): string {
  const of = Number.isFinite(epochs) ? ` of ${epochs}` : "";
  const parts = [`epoch ${epoch.toFixed(epoch < 100 ? 1 : 0)}${of}`, `NLL ${nll.toFixed(1)}`];
  if (validationNll !== undefined) parts.push(`valid ${validationNll.toFixed(1)}`);
  if (rowsPerSecond !== undefined) parts.push(`${thousands(rowsPerSecond)} rows/s`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join("  ");
}

function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 100) return `${s} s`;
  const minutes = Math.ceil(s / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
