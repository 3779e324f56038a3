// Progress in a terminal: one line that is rewritten there, a line every few seconds elsewhere. What it says is the caller's.

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

  /**
   * @param done share of the whole, 0 … 1; undefined where nobody knows
   * @param text what there is to say
   */
  show(done: number | undefined, text: string): void {
    const { isTTY, columns = 80 } = this.#screen;
    const now = performance.now();
    if (now - this.#last < (isTTY ? BAR_MS : LINE_MS)) return;
    this.#last = now;
    if (isTTY) {
      this.#shown = true;
      this.#screen.write(ERASE + bar(done, text, columns - 1));
    } else {
      this.#screen.write(`  ${text}\n`);
    }
  }

  /** Makes room for other text. */
  clear(): void {
    if (this.#shown) this.#screen.write(ERASE);
    this.#shown = false;
  }
}

/** "━━━━──── epoch 2.4 of 20", in at most `columns` characters. */
export function bar(done: number | undefined, text: string, columns: number): string {
  const width = Math.min(30, columns - text.length - 1);
  if (done === undefined || width < 5) return text.slice(0, columns);
  const full = Math.round(Math.min(1, done) * width);
  return `${"━".repeat(full)}${"─".repeat(width - full)} ${text}`;
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const s = Math.ceil(seconds);
  if (s < 100) return `${s} s`;
  const minutes = Math.ceil(s / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
