// <made-complete>: erase part of a digit and see what might have been there. Brings the sheet, the model and the results
// together; each has its own file.

import { MadeError } from "../../src/errors.ts";
import type { MnistSplits } from "../../src/io/mnist.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { describeModel, thousands } from "../../src/mnist-job.ts";
import { readQuery } from "../digits/query.ts";
import type { TrainingReport } from "../engine/client.ts";
import { fetchMnist } from "../mnist.ts";
import { showAdvice } from "../shell/advice.ts";
import { find } from "../shell/dom.ts";
import { download } from "../shell/download.ts";
import { clearNotice, explain, showNotice, type WayOn } from "../shell/notice.ts";
import { onColorScheme } from "../shell/pictures.ts";
import type { Answer, Question } from "./answer.ts";
import { Editor } from "./editor.ts";
import { Keeper } from "./keeper.ts";
import { Latest } from "./latest.ts";
import { Learner } from "./learner.ts";
import { MARKUP } from "./markup.ts";
import { Picks } from "./picks.ts";
import { type Part, Picture, type Tool } from "./picture.ts";
import { Results } from "./results.ts";

/** What the panel does with its own model. */
type Phase = "loading" | "training" | "paused" | "trained" | "failed";

const RUN_LABEL: Record<Phase, string> = {
  loading: "Pause",
  training: "Pause",
  paused: "Go on",
  trained: "Train more",
  failed: "Go on",
};

/** A change waits this long for the next one before the model is asked. */
const DELAY_MS = 120;
/** While the model learns it is asked anew after so many times what the last answer took, in these bounds: the first compiles. */
const REFRESH = { times: 5, leastMs: 2000, mostMs: 8000 };
const COMPARED = 100;

class MadeComplete extends HTMLElement {
  readonly #picture = new Picture();
  #editor!: Editor;
  #results!: Results;
  #latest!: Latest<Question, Answer>;
  #picks: Picks | undefined;
  #mnist: MnistSplits<BinaryRows> | undefined;
  #learner: Learner | undefined;
  #keeper!: Keeper;
  #phase: Phase = "loading";
  #begun = false;
  #isShown = false;
  #goesOn = false;
  #seed = 1;
  #refresh = { at: 0, took: 0 };

  connectedCallback(): void {
    if (this.#begun) return;
    this.innerHTML = MARKUP;
    this.#results = new Results(this);
    this.#keeper = new Keeper(this.#get("keep", HTMLInputElement), {
      checkpoint: () => this.#learner!.checkpoint(),
      onError: (error) => this.#notice(error),
    });
    this.#editor = new Editor({
      canvas: this.#get("sheet", HTMLCanvasElement),
      says: this.#get("says", HTMLElement),
      picture: this.#picture,
      tool: () => find(this, "input[name=tool]:checked", HTMLInputElement).value as Tool,
      radius: () => Number(this.#get("width", HTMLSelectElement).value),
      onChange: () => this.#ask(),
    });
    let asked = 0;
    this.#latest = new Latest({
      ask: (question, signal) => {
        asked = performance.now();
        return this.#learner!.ask(question, signal);
      },
      onAnswer: (answer, question) => {
        this.#refresh = { at: performance.now(), took: performance.now() - asked };
        this.#results.show(answer, question);
        this.#results.stale = false;
      },
      onError: (error) => this.#notice(error, [{ label: "Try again", act: () => this.#ask() }]),
      delayMs: DELAY_MS,
    });
    this.#listen();
    onColorScheme(() => {
      this.#editor.draw();
      this.#results.draw();
      this.#picks?.draw();
    });
  }

  /** The panel's tab was chosen: begins the first time, and goes on later. */
  shown(): void {
    this.#isShown = true;
    if (!this.#begun) {
      this.#begun = true;
      this.#attempt(() => this.#begin());
    } else if (this.#goesOn) this.#attempt(() => this.#train());
  }

  /** Another tab was chosen: pauses. */
  left(): void {
    this.#isShown = false;
    this.#goesOn = this.#phase === "training";
    this.#latest.cancel();
    if (this.#goesOn) this.#attempt(() => this.#learner!.pause());
  }

  #listen(): void {
    const on = (id: string, action: () => unknown) =>
      this.#get(id, HTMLElement).addEventListener("click", () => this.#attempt(action));
    on("run", () => this.#onRun());
    on("renew", () => this.#renew());
    on("save", async () => download("made-complete.safetensors", await this.#learner!.save()));
    const file = this.#get("file", HTMLInputElement);
    on("open", () => (this.#learner!.fromFile ? this.#closeFile() : file.click()));
    file.addEventListener("change", () => this.#attempt(() => this.#openFile(file)));
    on("next", () => this.#picks?.next());
    on("empty", () => {
      this.#picture.clear();
      this.#picks?.none();
      find(this, "input[value=ink]", HTMLInputElement).checked = true;
      this.#changed();
    });
    on("restore", () => {
      this.#picture.restore();
      this.#changed();
    });
    on("again", () => {
      this.#seed++;
      this.#ask();
    });
    for (const button of this.querySelectorAll<HTMLButtonElement>("[data-part]"))
      button.addEventListener("click", () => {
        this.#picture.erase(button.dataset.part as Part);
        this.#changed();
      });
  }

  async #begin(): Promise<void> {
    this.#to("loading", "Loading the digits.");
    const { plan, device } = readQuery(location.search);
    this.#mnist ??= await fetchMnist("mnist.npz", {
      onProgress: ({ loadedBytes, totalBytes }) => this.#progress(loadedBytes / totalBytes),
    });
    const { train, test } = this.#mnist;
    this.#picks ??= new Picks(this.#get("picks", HTMLElement), test, (r) => {
      this.#picture.show(test, r);
      this.#picture.erase("bottom");
      find(this, "input[value=erase]", HTMLInputElement).checked = true;
      this.#changed();
    });
    this.#picks.pick(0);
    this.#to("loading", "Making a model.");
    this.#learner ??= new Learner({
      train,
      compared: test.slice(test.rows - COMPARED),
      plan,
      device,
      events: {
        progress: (report) => this.#onProgress(report),
        round: () => this.#keeper.maybe(),
        recovered: (rowsSeen) =>
          this.#say(`The graphics device was lost and is back: going on from ${thousands(rowsSeen)} digits.`),
      },
    });
    const kept = await this.#keeper.begin();
    await this.#learner.open(kept);
    this.#describe(kept ? `Kept from your last visit, after ${thousands(kept.rowsSeen)} digits.` : undefined);
    if (kept) {
      this.#to("paused", "Your model from last time.");
      this.#ask();
    } else await this.#trainNew();
  }

  async #train(): Promise<void> {
    if (!this.#isShown) {
      this.#goesOn = true;
      return this.#to("paused", "Paused.");
    }
    this.#to("training", "Learning: the completions get better meanwhile.");
    const stopped = await this.#learner!.train();
    await this.#keeper.now();
    if (stopped === "aborted") this.#to("paused", "Paused.");
    else {
      this.#progress(1);
      this.#to("trained", "Trained.");
    }
    this.#ask();
  }

  async #onRun(): Promise<void> {
    if (this.#phase === "training") return this.#learner!.pause();
    if (this.#phase === "trained") {
      this.#to("loading", "Making ready.");
      await this.#learner!.more();
    }
    await this.#train();
  }

  async #renew(): Promise<void> {
    this.#to("loading", "Making a model.");
    await this.#learner!.open();
    this.#describe();
    await this.#trainNew();
  }

  /** Shows what the model makes of the picture before it has learned anything, and trains it. */
  async #trainNew(): Promise<void> {
    this.#to("loading", "Asking the model before it has learned anything.");
    const question = this.#question;
    const answer = await this.#learner!.ask(question, new AbortController().signal);
    this.#results.show(answer, question);
    await this.#train();
  }

  async #openFile(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = "";
    if (!file) return;
    const trained = this.#phase === "training";
    await this.#learner!.pause();
    try {
      await this.#learner!.openFile(new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      this.#notice(error, trained ? [{ label: "Go on training", act: () => this.#attempt(() => this.#train()) }] : []);
      return;
    }
    this.#describe(`From ${file.name}; it is asked, not trained.`);
    this.#to(this.#phase, "Asking the model from your file.");
    this.#ask();
  }

  #closeFile(): void {
    this.#learner!.closeFile();
    this.#describe();
    this.#to(this.#phase, "Asking this panel's own model.");
    this.#ask();
  }

  /** The picture is another one: shows it, and asks. */
  #changed(): void {
    this.#editor.draw();
    this.#ask();
  }

  #ask(): void {
    if (!this.#learner?.opened) return;
    this.#results.stale = true;
    this.#latest.ask(this.#question);
  }

  get #question(): Question {
    const { values, observed } = this.#picture;
    return { values: values.slice(), observed: observed.slice(), seed: this.#seed };
  }

  #onProgress({ rowsSeen, nll, done, secondsLeft, rowsPerSecond }: TrainingReport): void {
    this.#progress(done);
    const speed = rowsPerSecond ? `, ${thousands(rowsPerSecond)} a second` : "";
    const left = secondsLeft === undefined ? "" : `, ${Math.ceil(secondsLeft)} s left`;
    this.#get("training", HTMLElement).textContent =
      `${this.#model}. ${thousands(rowsSeen)} digits seen${speed}${left}; −log p of the last ones: ${nll.toFixed(1)} nats a digit.`;
    const { at, took } = this.#refresh;
    const wait = Math.min(REFRESH.mostMs, Math.max(REFRESH.leastMs, REFRESH.times * took));
    const due = performance.now() - at > wait;
    if (due && !this.#latest.busy) this.#latest.ask(this.#question);
  }

  get #model(): string {
    const { config, engine } = this.#learner!.opened!;
    return `${describeModel(config)}, on ${engine === "cpu" ? "the processor" : engine}`;
  }

  #describe(more?: string): void {
    this.#get("training", HTMLElement).textContent = `${this.#model}.${more ? ` ${more}` : ""}`;
    showAdvice(this.#get("advice", HTMLElement), this.#learner!.opened!);
  }

  #to(phase: Phase, status: string): void {
    this.#phase = phase;
    this.dataset.phase = phase;
    this.#say(status);
    const fromFile = this.#learner?.fromFile ?? false;
    const ready = phase !== "loading" && phase !== "failed";
    const run = this.#get("run", HTMLButtonElement);
    run.textContent = RUN_LABEL[phase];
    run.disabled = !ready || fromFile;
    this.#get("renew", HTMLButtonElement).disabled = !ready || fromFile || phase === "training";
    this.#get("keep", HTMLInputElement).disabled = !ready || fromFile;
    this.#get("save", HTMLButtonElement).disabled = !ready;
    const open = this.#get("open", HTMLButtonElement);
    open.disabled = !ready;
    open.textContent = fromFile ? "Own model" : "Open model";
  }

  #say(status: string): void {
    this.#get("status", HTMLElement).textContent = status;
  }

  #progress(share: number): void {
    this.#get("progress", HTMLProgressElement).value = share;
  }

  /** Runs `action`, and says so where it fails. */
  async #attempt(action: () => unknown): Promise<void> {
    clearNotice(this.#get("notice", HTMLElement));
    try {
      await action();
    } catch (error) {
      this.#to("failed", "Stopped.");
      this.#notice(error, [{ label: "Try again", act: () => this.#attempt(() => this.#begin()) }]);
      if (!(error instanceof MadeError)) throw error; // a bug: for the console too
    }
  }

  #notice(error: unknown, waysOn: readonly WayOn[] = []): void {
    showNotice(this.#get("notice", HTMLElement), explain(error), waysOn);
  }

  #get<T extends Element>(id: string, type: abstract new () => T): T {
    return find(this, `[data-id=${id}]`, type as new () => T);
  }
}

customElements.define("made-complete", MadeComplete);
