// What made train says: what it is about to do, progress, epochs, the outcome; or the same as lines of JSON. The outcome is
// its product, so all but progress goes to stdout.

import type { FitResult, ProgressReport } from "../../made/fit.ts";
import type { Made } from "../../made/made.ts";
import type { EpochReport } from "../../made/run-state.ts";
import { describeModel, thousands } from "../../mnist-job.ts";
import type { TestResult } from "../../test-result.ts";
import { duration, ProgressLine } from "../progress.ts";
import type { ReportOptions } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";
import type { TrainingData } from "./training-data.ts";

interface Subject {
  file: string;
  data: TrainingData;
  made: Made;
  epochs: number;
}

export class TrainReport {
  readonly #options: ReportOptions;
  readonly #around: Surroundings;
  readonly #subject: Subject;
  readonly #line: ProgressLine;
  readonly #started = performance.now();
  #before: { rows: number; epochs: number } | undefined;
  #validationNll: number | undefined;

  constructor(options: ReportOptions, around: Surroundings, subject: Subject) {
    this.#options = options;
    this.#around = around;
    this.#subject = subject;
    this.#line = new ProgressLine(around.err);
  }

  begin(resumed: boolean): void {
    const { file, data, made, epochs } = this.#subject;
    const { train, validation, test, columns, dropped } = data;
    if (this.#options.json) {
      const counts = {
        trainRows: train.rows,
        validationRows: validation?.rows,
        testRows: test?.rows,
        droppedRows: dropped,
      };
      this.#json({ type: "start", engine: made.engine, inputs: train.inputs, ...counts, resumed });
      return;
    }
    if (this.#options.quiet) return;
    const from = columns
      ? `${columns.length} columns as ${thousands(train.inputs)} inputs`
      : `${thousands(train.inputs)} inputs`;
    const parts = [`${thousands(train.rows)} to train on`];
    if (validation) parts.push(`${thousands(validation.rows)} to validate`);
    if (test) parts.push(`${thousands(test.rows)} to test`);
    this.#say(
      `${file}: ${from}, rows: ${parts.join(", ")}${dropped > 0 ? `; ${thousands(dropped)} with missing cells left out` : ""}.`,
    );
    this.#say(
      `${describeModel(made.config)}, on ${made.engine}; at most ${epochs} epochs${resumed ? ", resumed" : ""}.`,
    );
  }

  progress({ epoch, step, steps, rows, nll }: ProgressReport): void {
    if (this.#options.json || this.#options.quiet) return;
    const { epochs } = this.#subject;
    const at = epoch - 1 + step / steps;
    const seconds = (performance.now() - this.#started) / 1000;
    this.#before ??= { rows, epochs: at };
    const gone = at - this.#before.epochs;
    const parts = [`epoch ${at.toFixed(1)} of at most ${epochs}`, `NLL ${nll.toFixed(2)}`];
    if (this.#validationNll !== undefined) parts.push(`valid ${this.#validationNll.toFixed(2)}`);
    if (gone > 0) {
      parts.push(`${thousands((rows - this.#before.rows) / seconds)} rows/s`);
      parts.push(`${duration((seconds * Math.max(0, epochs - at)) / gone)} left at most`);
    }
    this.#line.show(at / epochs, parts.join("  "));
  }

  epoch(report: EpochReport): void {
    this.#validationNll = report.validationNll;
    if (this.#options.json) this.#json({ type: "epoch", ...report });
  }

  /** Ctrl-C: what was saved, and how to go on. */
  interrupted(checkpoint: string, { epochs }: FitResult): void {
    this.clear();
    if (this.#options.json) this.#json({ type: "interrupted", checkpoint, epochs: epochs.length });
    else
      this.#around.err.write(
        `Stopped after ${epochs.length} whole epoch${epochs.length === 1 ? "" : "s"}; saved in ${checkpoint}. ` +
          "The same command with --resume goes on.\n",
      );
  }

  done(output: string, result: FitResult, test: TestResult | undefined): void {
    this.clear();
    const { epochs, bestEpoch, bestValidationNll, stopped } = result;
    const seconds = (performance.now() - this.#started) / 1000;
    const trainNll = epochs.find(({ epoch }) => epoch === bestEpoch)?.trainNll;
    if (this.#options.json) {
      const outcome = {
        trainNll,
        bestEpoch,
        bestValidationNll,
        testNll: test?.nll,
        testStandardError: test?.standardError,
      };
      this.#json({ type: "result", output, stopped, epochs: epochs.length, ...outcome, testRows: test?.rows, seconds });
      return;
    }
    if (this.#options.quiet) return;
    const why = stopped === "patience" ? ", when validation had stopped improving" : "";
    this.#say(`${epochs.length} epoch${epochs.length === 1 ? "" : "s"} in ${duration(seconds)}${why}.`);
    const parts = trainNll === undefined ? [] : [`${trainNll.toFixed(3)} in training`];
    if (bestValidationNll !== undefined) parts.push(`${bestValidationNll.toFixed(3)} on validation`);
    const which = bestValidationNll === undefined ? "Weights of the last epoch" : `Best weights, of epoch ${bestEpoch}`;
    this.#say(`${which}: NLL ${parts.join(", ")} (nats a row).`);
    if (test)
      this.#say(
        `Test NLL ${test.nll.toFixed(2)} ± ${test.standardError.toFixed(2)} nats a row (± standard error) on ${thousands(test.rows)} rows.`,
      );
    this.#say(`${output}: the model.`);
  }

  /** Makes room for other text. */
  clear(): void {
    this.#line.clear();
  }

  #say(text: string): void {
    this.clear();
    this.#around.out.write(`${text}\n`, () => {});
  }

  #json(value: object): void {
    this.#around.out.write(`${JSON.stringify(value)}\n`, () => {});
  }
}
