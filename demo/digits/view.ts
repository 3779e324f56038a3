// What the panel shows: finds its elements once and changes them. Decides nothing.

import { thousands } from "../../src/mnist-job.ts";
import type { RoundReport } from "../../src/training-job.ts";
import type { Opened, TrainingReport } from "../engine/client.ts";
import { showAdvice } from "../shell/advice.ts";
import { find } from "../shell/dom.ts";
import { clearNotice, showNotice, type WayOn } from "../shell/notice.ts";
import { onColorScheme } from "../shell/pictures.ts";
import { Curve } from "./curve.ts";
import { Pairs } from "./pairs.ts";
import type { FieldError } from "./settings.ts";

/** Where the panel is in its one story. */
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
  readonly run: HTMLButtonElement;
  readonly reset: HTMLButtonElement;
  readonly download: HTMLButtonElement;
  readonly form: HTMLFormElement;
  readonly pairs: Pairs;
  readonly #root: HTMLElement;
  readonly #curve: Curve;
  readonly #progress: HTMLProgressElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.run = find(root, "#run", HTMLButtonElement);
    this.reset = find(root, "#reset", HTMLButtonElement);
    this.download = find(root, "#download", HTMLButtonElement);
    this.form = find(root, "#settings", HTMLFormElement);
    this.pairs = new Pairs(this.#get("pairs"));
    this.#curve = new Curve(this.#get("curve"));
    this.#progress = find(root, "#progress", HTMLProgressElement);
    onColorScheme(() => this.#curve.draw());
  }

  /** Buttons and status that go with a phase. */
  phase(phase: Phase, status: string): void {
    this.#root.dataset.phase = phase;
    this.#text("status", status);
    this.run.textContent = RUN_LABEL[phase];
    this.run.disabled = ["loading", "testing", "failed"].includes(phase);
    this.reset.disabled = phase === "loading";
    this.download.disabled = ["loading", "failed"].includes(phase);
    if (phase !== "failed") clearNotice(this.#get("failure"));
    if (phase !== "training" && phase !== "paused") this.#text("left", "–");
  }

  loading(share: number): void {
    this.#progress.value = share;
  }

  /** A model that nothing is shown of yet, and what it runs on. */
  opened(words: string, opened: Opened, data: string): void {
    this.#text("engine", words);
    showAdvice(this.#get("advice"), opened);
    this.#text("data-note", data);
    this.#curve.backTo(0);
    this.pairs.clear();
    this.#progress.value = 0;
    for (const id of ["seen", "validation", "speed", "gflops", "left"]) this.#text(id, "–");
    for (const id of ["result", "recovered"]) this.#get(id).hidden = true;
    this.#get("why-none").hidden = opened.config.masked;
    this.#text("drawn-title", opened.config.masked ? "Digits it draws" : "Digits, their codes, and what comes back");
    for (const report of opened.history) {
      this.#curve.addTraining(report.rowsSeen, report.trainNll);
      this.round(report);
      this.#text("seen", thousands(report.rowsSeen));
    }
    this.caption("The first pictures appear as soon as it has learned for a moment.", 0);
  }

  progress({ rowsSeen, nll, done, secondsLeft, rowsPerSecond, gflops }: TrainingReport): void {
    this.#curve.addTraining(rowsSeen, nll);
    this.#progress.value = done;
    this.#text("seen", thousands(rowsSeen));
    if (rowsPerSecond) this.#text("speed", `${thousands(rowsPerSecond)} digits/s`);
    if (gflops) this.#text("gflops", gflops < 10 ? gflops.toFixed(1) : thousands(gflops));
    if (secondsLeft !== undefined) this.#text("left", `${Math.ceil(secondsLeft)} s`);
  }

  round({ rowsSeen, validationNll }: RoundReport): void {
    if (validationNll === undefined) return;
    this.#curve.addValidation(rowsSeen, validationNll);
    this.#text("validation", validationNll.toFixed(1));
  }

  /** The device was lost, and training goes on from `rowsSeen` digits. */
  recovered(rowsSeen: number): void {
    this.#curve.backTo(rowsSeen);
    this.#text(
      "recovered",
      `The graphics device went away. Training went on by itself on a new one, from ${thousands(rowsSeen)} digits.`,
    );
    this.#get("recovered").hidden = false;
  }

  /** Words for the pictures, which are of the model after `rowsSeen` digits. */
  caption(words: string, rowsSeen: number, meanDistance?: number): void {
    this.#text("pairs-caption", words);
    const { dataset } = this.#get("pairs");
    dataset.rowsSeen = String(rowsSeen);
    dataset.meanDistance = String(meanDistance ?? "");
  }

  outcome(training: string, test: string): void {
    this.#progress.value = 1;
    this.#text("test", test);
    this.#text("training-summary", training);
    this.#get("result").hidden = false;
  }

  failure(sentence: string, waysOn: readonly WayOn[]): void {
    showNotice(this.#get("failure"), sentence, waysOn);
  }

  /** Says what is wrong with a field, and goes there; with nothing, that all is right. */
  fieldError(error?: FieldError): void {
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    this.#text("settings-error", error?.message ?? "");
    if (!error) return;
    const field = find(this.form, `[name=${error.field}]`, HTMLInputElement);
    field.ariaInvalid = "true";
    field.focus();
  }

  #get(id: string): HTMLElement {
    return find(this.#root, `#${id}`, HTMLElement);
  }

  #text(id: string, content: string): void {
    this.#get(id).textContent = content;
  }
}
