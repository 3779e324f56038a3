// The panel's story: loads MNIST, opens a model in the worker, trains at once, draws now and then, pauses, begins anew,
// measures at the end. What it does not manage becomes a sentence, and a way on.

import { ArgumentError, MadeError } from "../../src/errors.ts";
import type { MnistSplits } from "../../src/io/mnist.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import {
  describeModel,
  describeTest,
  describeTraining,
  type MnistPlan,
  planFor,
  takeRows,
  thousands,
} from "../../src/mnist-job.ts";
import type { JobData, RoundReport } from "../../src/training-job.ts";
import { EngineClient, type Opened, type TrainingReport } from "../engine/client.ts";
import { fetchMnist } from "../mnist.ts";
import { download } from "../shell/download.ts";
import { explain, type WayOn } from "../shell/notice.ts";
import { reconstructions } from "./autoencoder.ts";
import { forgetModel, type KeptModel, keepModel, keptModel } from "./kept.ts";
import { type Query, readQuery } from "./query.ts";
import { configOf, type DigitsSettings, FieldError, readForm, settingsFor, writeForm } from "./settings.ts";
import { type Phase, View } from "./view.ts";

const ENGINES = {
  hardware: "a GPU",
  software: "a software adapter",
  cpu: "in plain JavaScript on the processor",
};

/** Digits between two refreshes at most: an epoch may take a slow GPU a while. */
const ROUND_ROWS = 10_000;
/** Pictures drawn at a time. */
const PICTURES = 12;
/** Every refresh draws with the same random numbers, so that one sees the same pictures change. */
const DRAW_SEED = 1;
const DRAW_EVERY_MS = 2500;
/** Drawing takes at most this share of the time. */
const DRAW_SHARE = 0.1;
const KEEP_EVERY_MS = 10_000;

interface Model {
  opened: Opened;
  settings: DigitsSettings;
  plan: MnistPlan;
  data: Required<JobData>;
  rowsSeen: number;
  seconds: number;
}

export class Controller {
  readonly #view: View;
  #client = new EngineClient();
  #query: Query = { plan: {}, device: "gpu", seed: 1 };
  #mnist: MnistSplits<BinaryRows> | undefined;
  #model: Model | undefined;
  #phase: Phase = "loading";
  #drawing = false;
  #drawAfter = 0;
  #keepAfter = 0;
  /** Whether leaving the panel has paused training. */
  #resting = false;

  constructor(root: HTMLElement) {
    const view = new View(root);
    this.#view = view;
    view.run.addEventListener("click", () => this.#attempt(() => this.#onRun()));
    view.reset.addEventListener("click", () => this.#attempt(() => this.#reset()));
    view.download.addEventListener("click", () => this.#attempt(() => this.#download()));
    view.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#attempt(() => this.#reset());
    });
    view.form.addEventListener("input", () => view.fieldError());
    this.#attempt(() => this.#begin());
  }

  shown(): void {
    if (!this.#resting) return;
    this.#resting = false;
    if (this.#phase === "paused") this.#attempt(() => this.#train());
  }

  left(): void {
    this.#resting = this.#phase === "training";
    if (this.#resting) this.#attempt(() => this.#client.pause());
  }

  /** Everything there is to load, and then the training; or the model of the last visit. */
  async #begin(): Promise<void> {
    this.#to("loading", "Loading the digits.");
    this.#query = readQuery(location.search);
    const onProgress = ({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }) =>
      this.#view.loading(loadedBytes / totalBytes);
    this.#mnist ??= await fetchMnist("mnist.npz", { onProgress });
    const before = await keptModel();
    if (before && (await this.#takeUp(before))) return;
    const { kind } = await this.#client.adapter(this.#query.device);
    await this.#open(settingsFor({ ...planFor(kind), ...this.#query.plan }, this.#query.seed));
    await this.#train();
  }

  /** Goes on from the model of the last visit. @returns whether it could */
  async #takeUp(before: KeptModel): Promise<boolean> {
    try {
      await this.#open(before.settings, before);
    } catch {
      await forgetModel(); // of another version of this page, or damaged: no use to anybody
      return false;
    }
    this.#to("paused", `Here is your model of last time, after ${thousands(before.rowsSeen)} digits.`);
    await this.#draw();
    return true;
  }

  async #onRun(): Promise<void> {
    if (this.#phase === "training") return this.#client.pause();
    if (this.#phase === "done") await this.#reset();
    if (this.#phase === "ready" || this.#phase === "paused") await this.#train();
  }

  /** A fresh model with the settings that are asked for; nothing happens where they cannot be. */
  async #reset(): Promise<void> {
    let settings: DigitsSettings;
    try {
      settings = readForm(this.#view.form);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      return this.#view.fieldError(error);
    }
    this.#view.fieldError();
    await forgetModel();
    await this.#open(settings);
    this.#to("ready", "Ready.");
  }

  async #open(settings: DigitsSettings, before?: KeptModel): Promise<void> {
    this.#to("loading", "Making a model.");
    this.#model = undefined;
    writeForm(this.#view.form, settings);
    const { device } = this.#query;
    const { kind } = await this.#client.adapter(device);
    const whole = planFor(kind);
    const roundRows = Math.min(whole.roundRows, ROUND_ROWS);
    const plan: MnistPlan = { ...whole, roundRows, ...this.#query.plan, learningRate: settings.learningRate };
    const data = takeRows(this.#mnist!, plan);
    const opened = await this.#client.open({
      ...(before ? { kept: before } : { config: configOf(settings, data.train.inputs) }),
      data,
      settings: { ...plan, optimizer: { name: "adam", learningRate: settings.learningRate } },
      startAtMarginals: plan.trainSeconds !== undefined,
      device,
    });
    const { rowsSeen = 0, seconds = 0 } = before ?? {};
    this.#model = { opened, settings, plan, data, rowsSeen, seconds };
    this.#drawAfter = 0;
    this.#keepAfter = performance.now() + KEEP_EVERY_MS;
    const where = opened.kind === "cpu" ? ENGINES.cpu : `on ${opened.engine}, ${ENGINES[opened.kind]}`;
    const words = describeModel(opened.config);
    this.#view.opened(`${settings.masked ? words : `${words}, masks off`}, ${where}.`, opened, dataNote(plan));
  }

  async #train(): Promise<void> {
    const model = this.#model;
    if (!model) return;
    // What training then improves on; it also gets the compiling of what draws over with.
    if (model.rowsSeen === 0) {
      this.#to("loading", "Drawing before it has learned anything.");
      await this.#draw();
      if (model !== this.#model) return;
    }
    this.#to("training", "Training.");
    const stopped = await this.#client.train({
      progress: (report) => this.#progress(model, report),
      round: (report) => this.#round(model, report),
      recovered: (rowsSeen) => this.#view.recovered(rowsSeen),
    });
    if (model !== this.#model) return; // it was reset
    if (stopped === "aborted") {
      this.#to("paused", `Paused after ${thousands(model.rowsSeen)} digits.`);
      return this.#keep(model);
    }
    this.#to("testing", "Measuring it on the test digits.");
    const { data, opened } = model;
    const result = await this.#client.finish();
    if (model !== this.#model) return;
    const words = describeModel(opened.config);
    const training = describeTraining(model, { data, model: words, stopped, rowName: "digit" });
    this.#view.outcome(training, describeTest(result, data, "digit"));
    await this.#draw();
    await this.#keep(model);
    if (model === this.#model) this.#to("done", "Done: the result is below.");
  }

  #progress(model: Model, report: TrainingReport): void {
    if (model !== this.#model) return;
    model.rowsSeen = report.rowsSeen;
    model.seconds = report.seconds;
    this.#view.progress(report);
  }

  #round(model: Model, report: RoundReport): void {
    if (model !== this.#model) return;
    this.#view.round(report);
    const now = performance.now();
    // Between rounds only: in the midst of one, training would be interrupted and begun again.
    if (!this.#drawing && now >= this.#drawAfter) this.#attempt(() => this.#draw());
    if (now < this.#keepAfter) return;
    this.#keepAfter = now + KEEP_EVERY_MS;
    this.#attempt(() => this.#keep(model));
  }

  /** Pictures of the model as it is: drawn ones, or without masks reconstructions. */
  async #draw(): Promise<void> {
    const model = this.#model;
    if (!model) return;
    this.#drawing = true;
    try {
      const started = performance.now();
      if (model.settings.masked) await this.#drawPairs(model);
      else await this.#drawReconstructions(model);
      const ms = performance.now() - started;
      // The first time also compiles: what it took says nothing of the next.
      const share = this.#drawAfter === 0 ? 0 : ms / DRAW_SHARE;
      this.#drawAfter = performance.now() + Math.max(DRAW_EVERY_MS, share);
    } finally {
      this.#drawing = false;
    }
  }

  async #drawPairs(model: Model): Promise<void> {
    const { rowsSeen } = model;
    const drawn = await this.#client.ask("draw", PICTURES, { seed: DRAW_SEED });
    const nearest = await this.#client.nearestTraining(drawn.rows);
    if (model !== this.#model) return;
    this.#view.pairs.show(drawn, nearest);
    const mean = nearest.distances.reduce((a, b) => a + b, 0) / nearest.distances.length;
    this.#view.caption(
      `Drawn ${rowsSeen > 0 ? `after ${thousands(rowsSeen)} digits` : "before any learning"}, always with the same random numbers. Beside each picture stands the ` +
        `training digit nearest to it: on average ${mean.toFixed(0)} of the 784 pixels differ, so it does not copy.`,
      rowsSeen,
      mean,
    );
  }

  async #drawReconstructions(model: Model): Promise<void> {
    const { rowsSeen, opened, data } = model;
    const rows = data.validation.slice(0, PICTURES / 2);
    const outputs = await this.#client.ask("conditionals", rows);
    const parameters = await this.#client.ask("parameters");
    if (model !== this.#model) return;
    this.#view.pairs.showStill(reconstructions(rows, outputs, parameters, opened.config));
    this.#view.caption(
      `After ${thousands(rowsSeen)} digits. Left a validation digit, then its code, the values of the ` +
        `${opened.config.hidden.at(-1)} units of the last hidden layer, and right what the network makes of the code.`,
      rowsSeen,
    );
  }

  async #keep(model: Model): Promise<void> {
    const checkpoint = await this.#client.checkpoint();
    if (model !== this.#model || checkpoint.rowsSeen === 0) return;
    await keepModel({ ...checkpoint, settings: model.settings });
  }

  async #download(): Promise<void> {
    download("made-digits.safetensors", await this.#client.ask("save"));
  }

  #to(phase: Phase, status: string): void {
    this.#phase = phase;
    this.#view.phase(phase, status);
  }

  /** Runs `action`, and says so where it fails. */
  async #attempt(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#client.dispose(); // whatever still runs belongs to what failed
      this.#client = new EngineClient();
      this.#model = undefined;
      this.#to("failed", "Stopped.");
      this.#view.failure(
        error instanceof ArgumentError ? `The address of this page: ${error.message}.` : explain(error),
        this.#waysOn(error),
      );
      if (!(error instanceof MadeError)) throw error; // a bug: for the console too
    }
  }

  #waysOn(error: unknown): WayOn[] {
    const ways: WayOn[] = [{ label: "Try again", act: () => this.#attempt(() => this.#begin()) }];
    const tooLarge = error instanceof MadeError && ["out-of-memory", "not-finite"].includes(error.code);
    if (tooLarge) {
      const act = () => {
        this.#query.plan = {};
        history.replaceState(undefined, "", `${location.pathname}${location.hash}`);
        this.#attempt(() => this.#begin());
      };
      ways[0] = { label: "Use the usual model", act };
    }
    if (this.#mnist && this.#query.device !== "cpu") {
      const act = () => {
        const address = new URL(location.href);
        address.searchParams.set("device", "cpu");
        history.replaceState(undefined, "", address);
        this.#attempt(() => this.#begin());
      };
      ways.push({ label: "Use the processor instead", act });
    }
    return ways;
  }
}

function dataNote({ trainRows, validationRows, testRows, trainSeconds }: MnistPlan): string {
  const limit = trainSeconds === undefined ? "" : `, as many of them as ${trainSeconds} seconds allow`;
  return (
    "The data is MNIST, every pixel made black or white by one draw with its grey level as the probability of ink. " +
    `Of its 70,000 digits ${thousands(trainRows)} are for training${limit}, ${thousands(validationRows)} for choosing ` +
    `the best weights, and up to ${thousands(testRows)} others for the test at the end.`
  );
}
