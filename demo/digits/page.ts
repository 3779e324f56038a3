// The page: loads MNIST, finds an engine, trains at once, and lets one pause, reset and choose a seed. What it does
// not manage becomes a sentence, and a way on.

import { ArgumentError, DeviceLostError, MadeError } from "../../src/errors.ts";
import type { MnistSplits } from "../../src/io/mnist.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { type MnistPlan, planFor, takeRows, thousands } from "../../src/mnist-job.ts";
import { type Adapter, findAdapter } from "../engine/adapter.ts";
import { fetchMnist } from "../mnist.ts";
import { type Query, readQuery, readSeed } from "./query.ts";
import { Session, type SessionEvents } from "./session.ts";
import { type Phase, View } from "./view.ts";

const ENGINES = {
  hardware: "a GPU",
  software: "a software adapter",
  cpu: "in plain JavaScript on the processor",
};

/** Digits between two refreshes at most: an epoch may take a slow GPU a while. */
const ROUND_ROWS = 10_000;

export class Page {
  readonly #view = new View();
  #phase: Phase = "loading";
  #query: Query = { plan: {}, device: "gpu", seed: 1 };
  #mnist: MnistSplits<BinaryRows> | undefined;
  #engine: Adapter | undefined;
  #session: Session | undefined;

  constructor() {
    const view = this.#view;
    view.run.addEventListener("click", () => this.#attempt(() => this.#onRun()));
    view.reset.addEventListener("click", () => this.#attempt(() => this.#reset()));
    view.retry.addEventListener("click", () => this.#attempt(() => this.#open()));
    view.useCpu.addEventListener("click", () => {
      this.#query.device = "cpu";
      this.#engine = undefined;
      this.#attempt(() => this.#open());
    });
    view.seed.addEventListener("input", () => this.#seed());
    this.#attempt(async () => {
      this.#query = readQuery(location.search);
      view.seed.value = String(this.#query.seed);
      await this.#open();
    });
  }

  /** Everything there is to load, and then the training. */
  async #open(): Promise<void> {
    this.#to("loading", "Loading the digits.");
    const onProgress = ({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }) =>
      this.#view.loading(loadedBytes / totalBytes);
    this.#mnist ??= await fetchMnist("mnist.npz", { onProgress });
    this.#engine ??= await findAdapter(this.#query.device);
    await this.#reset();
    await this.#train();
  }

  async #onRun(): Promise<void> {
    if (this.#phase === "training") return this.#session?.pause();
    if (this.#phase === "done") await this.#reset();
    await this.#train();
  }

  /** A fresh model with the seed that is asked for; nothing happens where that is none. */
  async #reset(): Promise<void> {
    const seed = this.#seed();
    if (seed === undefined) return this.#view.seed.focus();
    this.#to("loading", "Making a model.");
    await this.#session?.close();
    this.#session = undefined;
    this.#view.clear();
    const engine = this.#engine!;
    const { kind } = engine;
    const whole = planFor(kind);
    const roundRows = Math.min(whole.roundRows, ROUND_ROWS);
    const plan: MnistPlan = { ...whole, roundRows, ...this.#query.plan };
    const data = takeRows(this.#mnist!, plan);
    const session = await Session.open({ kind, plan, data, seed }, this.#events());
    this.#session = session;
    const where = kind === "cpu" ? ENGINES.cpu : `on ${session.made.engine}, ${ENGINES[kind]}`;
    this.#view.engine(`${session.model}, ${where}.`, engine, dataNote(plan));
    this.#to("ready", "Ready.");
  }

  async #train(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#to("training", "Training.");
    const outcome = await session.run();
    if (session !== this.#session || this.#phase === "loading") return; // it was reset
    if (!outcome) return this.#to("paused", `Paused after ${thousands(session.job.rowsSeen)} digits.`);
    this.#view.outcome(outcome);
    this.#to("done", "Done: the result is below.");
  }

  #events(): SessionEvents {
    return {
      progress: (progress) => this.#view.progress(this.#session!.job, progress),
      round: (report) => this.#view.round(report),
      samples: (samples, rowsSeen) => this.#view.samples(samples, rowsSeen),
      testing: () => this.#to("testing", "Measuring it on the test digits."),
    };
  }

  #seed(): number | undefined {
    try {
      const seed = readSeed(this.#view.seed.value.trim());
      this.#view.seedError(undefined);
      return seed;
    } catch (error) {
      this.#view.seedError((error as Error).message);
      return undefined;
    }
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
      await this.#session?.close();
      this.#session = undefined;
      this.#to("failed", "Stopped.");
      this.#view.failure(explain(error), this.#mnist !== undefined && this.#query.device !== "cpu");
      if (!(error instanceof MadeError)) throw error; // a bug: for the console too
    }
  }
}

function explain(error: unknown): string {
  if (error instanceof DeviceLostError)
    return `${error.message}. Trying again begins with a new model on a new device.`;
  if (error instanceof ArgumentError) return `The address of this page: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

function dataNote({ trainRows, validationRows, testRows, trainSeconds }: MnistPlan): string {
  const limit = trainSeconds === undefined ? "" : `, as many of them as ${trainSeconds} seconds allow`;
  return (
    "The data is MNIST, every pixel made black or white by one draw with its grey level as the probability of ink. " +
    `Of its 70,000 digits ${thousands(trainRows)} are for training${limit}, ${thousands(validationRows)} for choosing ` +
    `the best weights, and up to ${thousands(testRows)} others for the test at the end.`
  );
}
