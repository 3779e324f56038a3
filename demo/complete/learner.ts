// The models of the panel: its own, which learns while it is asked, and one that was opened from a file, which is only
// asked. Each is in a worker of its own. Knows nothing of the document.

import { FormatError } from "../../src/errors.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import type { JobCheckpoint, Stopped } from "../../src/training-job.ts";
import { EngineClient, type Opened, type TrainingEvents } from "../engine/client.ts";
import { type Answer, answer, type Question } from "./answer.ts";
import { type CompletePlan, configFor, planFor, settingsFor } from "./plan.ts";

export interface LearnerOptions {
  train: BinaryRows;
  /** Test digits that a picture's likelihood is compared with. */
  compared: BinaryRows;
  /** Replaces fields of the plan. */
  plan: Partial<CompletePlan>;
  device: "gpu" | "cpu";
  events: TrainingEvents;
}

/** Seed of the weights, the masks and the order of the digits. */
const SEED = 1;

export class Learner {
  readonly #options: LearnerOptions;
  readonly #own = new EngineClient();
  #ownOpened: Opened | undefined;
  #file: { client: EngineClient; opened: Opened } | undefined;
  #running: Promise<Stopped> | undefined;

  constructor(options: LearnerOptions) {
    this.#options = options;
  }

  /** The model that is asked, once there is one. */
  get opened(): Opened | undefined {
    return this.#file?.opened ?? this.#ownOpened;
  }

  /** Whether the model that is asked came from a file. */
  get fromFile(): boolean {
    return this.#file !== undefined;
  }

  /** Makes the panel's own model anew, or goes on with one that was kept. */
  async open(kept?: JobCheckpoint): Promise<Opened> {
    const { train, plan: changes, device } = this.#options;
    await this.pause();
    const { kind } = await this.#own.adapter(device);
    const plan = { ...planFor(kind), ...changes };
    const rows = plan.trainRows < train.rows ? train.slice(0, plan.trainRows) : train;
    this.#ownOpened = await this.#own.open({
      config: configFor(plan, train.inputs, SEED),
      kept,
      data: { train: rows },
      settings: settingsFor(plan),
      startAtMarginals: true,
      device,
    });
    return this.#ownOpened;
  }

  /** Trains the panel's own model until its time is up, or to a pause. */
  async train(): Promise<Stopped> {
    this.#running = this.#own.train(this.#options.events);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  /** Gives training its whole time again. */
  async more(): Promise<void> {
    await this.open({ ...(await this.checkpoint()), seconds: 0 });
  }

  /** Stops training. */
  async pause(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    await this.#own.pause();
    await running.catch(() => {}); // told to whoever called train()
  }

  /** The panel's own model as it is, to be kept. */
  checkpoint(): Promise<JobCheckpoint> {
    return this.#own.checkpoint();
  }

  /** Asks a model from a file from now on. @throws MadeError where it is none, or none of digits */
  async openFile(bytes: Uint8Array): Promise<Opened> {
    const client = new EngineClient();
    try {
      const opened = await client.open({ kept: { bytes }, device: this.#options.device });
      const { inputs, masked } = opened.config;
      const D = this.#options.train.inputs;
      if (inputs !== D) throw new FormatError(`The model has ${inputs} inputs, expected ${D}: one for each pixel.`);
      if (!masked) throw new FormatError("The model has no masks, so it has no likelihood to complete pictures by.");
      this.closeFile();
      this.#file = { client, opened };
      return opened;
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  /** Asks the panel's own model again. */
  closeFile(): void {
    this.#file?.client.dispose();
    this.#file = undefined;
  }

  /** Asks the model about a picture; its training waits meanwhile. */
  ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const client = this.#file?.client ?? this.#own;
    return answer(client, this.opened!.config, question, this.#options.compared, signal);
  }

  /** The file of the model that is asked. */
  save(): Promise<Uint8Array> {
    return (this.#file?.client ?? this.#own).ask("save");
  }
}
