// What the terminal program says: a heading, progress, the outcome; or the same as lines of JSON.

import type { Made } from "../../made/made.ts";
import { describeModel, describeTest, describeTraining, type EngineKind, PAPER, thousands } from "../../mnist-job.ts";
import type { TestResult } from "../../test-result.ts";
import type { JobData, JobProgress, RoundReport, Stopped, TrainingJob } from "../../training-job.ts";
import { ProgressLine, type Screen } from "../progress.ts";
import type { Plan } from "./data.ts";
import type { TrainOptions } from "./options.ts";
import { words } from "./progress.ts";

export interface Subject {
  made: Made;
  kind: EngineKind;
  plan: Plan;
  data: JobData;
}

/** Samples as drawn on the terminal and saved. */
export interface Samples {
  lines: readonly string[];
  file: string;
  count: number;
}

/** What a row is called. */
const ROW = "digit";

const ENGINES: Record<EngineKind, string> = {
  hardware: "a GPU",
  software: "a software adapter, which runs on the processor",
  cpu: "the float64 engine, without WebGPU",
};

export class Reporter {
  readonly #options: TrainOptions;
  readonly #out: Screen;
  readonly #subject: Subject;
  readonly #line: ProgressLine;
  #validationNll: number | undefined;

  constructor(options: TrainOptions, out: Screen, subject: Subject) {
    this.#options = options;
    this.#out = out;
    this.#subject = subject;
    this.#line = new ProgressLine(out);
    if (!options.json && !options.quiet) this.#heading();
  }

  progress({ rowsPerSecond }: TrainingJob, progress: JobProgress): void {
    if (this.#options.json || this.#options.quiet) return;
    const { epochs } = this.#subject.plan;
    const status = { ...progress, epochs, rowsPerSecond, validationNll: this.#validationNll };
    this.#line.show(progress.done, words(status));
  }

  round(report: RoundReport): void {
    this.#validationNll = report.validationNll ?? this.#validationNll;
    if (this.#options.json) this.#json({ type: "epoch", ...report });
  }

  /** Makes room for other text. */
  clear(): void {
    this.#line.clear();
  }

  /** Training is over, and the test begins. */
  trained(job: TrainingJob, stopped: Stopped): void {
    this.clear();
    if (this.#options.json) return;
    const { data, made, plan } = this.#subject;
    this.#say(describeTraining(job, { data, model: describeModel(made.config), stopped, rowName: ROW }));
    if (job.rowsPerSecond && !this.#options.quiet)
      this.#say(
        `Speed: ${thousands(job.rowsPerSecond)} ${ROW}s/s, or ${job.gflops?.toFixed(1)} GFLOP/s where a dense ` +
          `network would do 6 operations a weight and ${ROW}.`,
      );
    if (stopped === "time" && !this.#options.quiet)
      this.#say(`Not trained to the end: the plan for this adapter is ${plan.trainSeconds} s. --full lifts it.`);
  }

  /** The outcome. */
  tested(job: TrainingJob, stopped: Stopped, test: TestResult, samples: Samples): void {
    if (this.#options.json) this.#json(this.#result(job, stopped, test));
    else this.#outcome(job, test, samples);
  }

  #outcome({ best }: TrainingJob, test: TestResult, samples: Samples): void {
    const { data } = this.#subject;
    if (best) {
      const training = best.trainNll === undefined ? "" : `${best.trainNll.toFixed(2)} in training, `;
      const validation = `${best.validationNll.toFixed(2)} on ${thousands(data.validation!.rows)} validation`;
      const passes = best.rowsSeen / data.train.rows;
      const when = Number.isInteger(passes) ? `epoch ${passes}` : `${thousands(best.rowsSeen)} ${ROW}s`;
      this.#say(`Best weights, after ${when}: NLL ${training}${validation} ${ROW}s.`);
    }
    this.#say(describeTest(test, data, ROW));
    if (!this.#options.quiet) this.#say([PAPER.text, "", ...samples.lines, ""].join("\n"));
    this.#say(`${samples.file}: ${samples.count} digits drawn from the model.`);
  }

  #heading(): void {
    const { made, kind, plan, data } = this.#subject;
    this.#say(`MADE on ${made.engine}: ${ENGINES[kind]}.`);
    const limit =
      plan.trainSeconds === undefined ? `at most ${plan.epochs} epochs` : `about ${plan.trainSeconds} s of training`;
    this.#say(
      `${describeModel(made.config)}; ${thousands(data.train.rows)} training ${ROW}s of binarised MNIST; ${limit}.`,
    );
  }

  #result(job: TrainingJob, stopped: Stopped, test: TestResult) {
    const { made, kind, data, plan } = this.#subject;
    return {
      type: "result",
      stopped,
      testNll: test.nll,
      testStandardError: test.standardError,
      testRows: test.rows,
      best: job.best,
      trainRows: data.train.rows,
      rowsSeen: job.rowsSeen,
      seconds: job.seconds,
      rowsPerSecond: job.rowsPerSecond,
      denseGflops: job.gflops,
      engine: made.engine,
      kind,
      hidden: plan.hidden,
      samples: this.#options.out,
    };
  }

  #say(text: string): void {
    this.#out.write(`${text}\n`);
  }

  #json(value: object): void {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }
}
