// What the page shows: finds its elements once and changes them. Decides nothing.

import type { BinaryRows } from "../../src/made/rows.ts";
import { PAPER, thousands } from "../../src/mnist-job.ts";
import type { JobProgress, RoundReport, TrainingJob } from "../../src/training-job.ts";
import type { Adapter } from "../engine/adapter.ts";
import { Chart } from "./chart.ts";
import { DigitGrid } from "./grid.ts";
import type { Outcome } from "./session.ts";

/** Where the page is in its one story. */
export type Phase = "loading" | "ready" | "training" | "paused" | "testing" | "done" | "failed";

const RUN_LABEL: Record<Phase, string> = {
  loading: "Start",
  ready: "Start",
  training: "Pause",
  paused: "Resume",
  testing: "Testing",
  done: "Train again",
  failed: "Start",
};

export class View {
  readonly run = find("run", HTMLButtonElement);
  readonly reset = find("reset", HTMLButtonElement);
  readonly seed = find("seed", HTMLInputElement);
  readonly retry = find("retry", HTMLButtonElement);
  readonly useCpu = find("use-cpu", HTMLButtonElement);
  readonly #progress = find("progress", HTMLProgressElement);
  readonly #curve = find("curve", HTMLCanvasElement);
  readonly #digits = find("digits", HTMLCanvasElement);
  readonly #chart = new Chart(this.#curve, { nll: PAPER.nll, label: PAPER.label });
  readonly #grid = new DigitGrid(this.#digits);

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#chart.draw();
      this.#grid.draw();
    });
    text("paper", PAPER.text);
  }

  /** Buttons and status that go with a phase. */
  phase(phase: Phase, status: string): void {
    document.body.dataset.phase = phase;
    text("status", status);
    this.run.textContent = RUN_LABEL[phase];
    this.run.disabled = ["loading", "testing", "failed"].includes(phase);
    this.reset.disabled = ["loading", "failed"].includes(phase);
    if (phase !== "failed") show("failure", false);
    if (phase !== "training" && phase !== "paused") text("left", "–");
  }

  loading(share: number): void {
    this.#progress.value = share;
  }

  engine(words: string, { advice, flags = [] }: Adapter, data: string): void {
    text("engine", words);
    const codes = flags.map((flag) => Object.assign(document.createElement("code"), { textContent: flag }));
    find("advice", HTMLElement).replaceChildren(advice ?? "", ...codes.flatMap((code) => [" ", code]));
    show("advice", advice !== undefined);
    text("data-note", data);
  }

  /** Nothing trained yet. */
  clear(): void {
    this.#chart.clear();
    this.#progress.value = 0;
    this.#curve.ariaLabel = "No curve yet";
    for (const id of ["seen", "validation", "speed", "gflops", "left"]) text(id, "–");
    show("result", false);
  }

  progress({ rowsPerSecond, gflops }: TrainingJob, { rowsSeen, nll, done, secondsLeft }: JobProgress): void {
    this.#chart.addTraining(rowsSeen, nll);
    this.#progress.value = done;
    text("seen", thousands(rowsSeen));
    if (rowsPerSecond) text("speed", `${thousands(rowsPerSecond)} digits/s`);
    if (gflops) text("gflops", gflops < 10 ? gflops.toFixed(1) : thousands(gflops));
    if (secondsLeft !== undefined) text("left", `${Math.ceil(secondsLeft)} s`);
  }

  round({ rowsSeen, trainNll, validationNll }: RoundReport): void {
    if (validationNll === undefined) return;
    this.#chart.addValidation(rowsSeen, validationNll);
    text("validation", validationNll.toFixed(1));
    this.#curve.ariaLabel =
      `After ${thousands(rowsSeen)} digits the NLL is ${trainNll.toFixed(1)} on minibatches and ` +
      `${validationNll.toFixed(1)} on validation digits. The paper has about ${PAPER.nll}.`;
  }

  samples(samples: BinaryRows, rowsSeen: number): void {
    this.#grid.show(samples);
    const when = rowsSeen === 0 ? "before any training" : `after ${thousands(rowsSeen)} digits`;
    text("digits-caption", `Drawn from the model ${when}, always with the same random numbers.`);
    this.#digits.ariaLabel = `Pictures drawn from the model ${when}`;
    this.#digits.dataset.rowsSeen = String(rowsSeen);
  }

  outcome({ training, test }: Outcome): void {
    this.#progress.value = 1;
    text("test", test);
    text("training-summary", training);
    show("result", true);
  }

  failure(sentence: string, otherEngine: boolean): void {
    text("failure-text", sentence);
    this.useCpu.hidden = !otherEngine;
    show("failure", true);
  }

  /** Says what is wrong with the seed; nothing where it is right. */
  seedError(sentence: string | undefined): void {
    this.seed.setAttribute("aria-invalid", String(sentence !== undefined));
    text("seed-hint", sentence ?? "of weights and batches, from the next reset on");
  }
}

function find<T extends Element>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`#${id}: got ${element}, expected ${type.name}`);
  return element;
}

function text(id: string, content: string): void {
  find(id, HTMLElement).textContent = content;
}

function show(id: string, shown: boolean): void {
  find(id, HTMLElement).hidden = !shown;
}
