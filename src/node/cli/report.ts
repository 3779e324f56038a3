// What a command says while it works and in the end, on stderr as stdout may have the data: a line that is rewritten, or lines
// of JSON, or nothing.

import { thousands } from "../../mnist-job.ts";
import { duration, ProgressLine } from "../progress.ts";
import type { ReportOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

const JSON_MS = 1000;

export class Report {
  readonly #options: ReportOptions;
  readonly #err: Surroundings["err"];
  readonly #line: ProgressLine;
  readonly #started = performance.now();
  #told = performance.now();

  constructor(options: ReportOptions, { err }: Pick<Surroundings, "err">) {
    this.#options = options;
    this.#err = err;
    this.#line = new ProgressLine(err);
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** @param done share of the whole, 0 … 1; undefined where nobody knows */
  progress(rows: number, done: number | undefined): void {
    const { json, quiet } = this.#options;
    if (quiet) return;
    const { seconds } = this;
    if (json) {
      if (performance.now() - this.#told < JSON_MS) return;
      this.#told = performance.now();
      this.#json({ type: "progress", rows, done, seconds });
      return;
    }
    const parts = [`${thousands(rows)} rows`, `${thousands(rows / seconds)} rows/s`];
    if (done) parts.push(`${duration((seconds * (1 - done)) / done)} left`);
    this.#line.show(done, parts.join("  "));
  }

  /** The outcome: a sentence, or an object of the same. */
  done(sentence: string, result: object): void {
    this.clear();
    if (this.#options.json) this.#json({ type: "result", ...result, seconds: this.seconds });
    else if (!this.#options.quiet) this.#err.write(`${sentence}\n`);
  }

  /** Something that a person should know. */
  note(sentence: string): void {
    this.clear();
    if (this.#options.json) this.#json({ type: "note", text: sentence });
    else if (!this.#options.quiet) this.#err.write(`${sentence}\n`);
  }

  /** Makes room for other text. */
  clear(): void {
    this.#line.clear();
  }

  #json(value: object): void {
    this.#err.write(`${JSON.stringify(value)}\n`);
  }
}
