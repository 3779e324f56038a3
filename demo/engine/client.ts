// The page's side of a worker that holds one model: every call is a promise, rows are BinaryRows, errors are MadeErrors.

import { proxy, type Remote, releaseProxy, wrap } from "comlink";
import type { Made } from "../../src/made/made.ts";
import type { Neighbours } from "../../src/made/nearest.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import type { TestResult } from "../../src/test-result.ts";
import type { JobCheckpoint, Stopped } from "../../src/training-job.ts";
import type { Adapter } from "./adapter.ts";
import type { EngineService, Opened, OpenRequest, Question, TrainingEvents } from "./service.ts";
import { decode, encode, fromWire } from "./wire.ts";

export type { Adapter } from "./adapter.ts";
export type { Opened, OpenRequest, TrainingEvents, TrainingReport } from "./service.ts";

type Answer<Q extends Question> = Awaited<ReturnType<Made[Q]>>;

export class EngineClient {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "made" });
  readonly #service: Remote<EngineService> = wrap<EngineService>(this.#worker);
  /** Rejects when the worker could not be started or broke down, with which every call then ends. */
  readonly #broken: Promise<never>;

  constructor() {
    this.#broken = new Promise((_, reject) => {
      this.#worker.addEventListener("error", (event) => {
        event.preventDefault();
        reject(new Error(`The background worker of this page stopped: ${event.message || "it could not be loaded"}`));
      });
    });
    this.#broken.catch(() => {});
  }

  /** The adapter that a model would run on. */
  adapter(wanted: "gpu" | "cpu" = "gpu"): Promise<Adapter> {
    return this.#call(this.#service.adapter(wanted));
  }

  /** Opens a model in place of the one that was open. @throws MadeError with the library's codes */
  open(request: OpenRequest): Promise<Opened> {
    return this.#call(this.#service.open(encode(request)));
  }

  /** Trains to the end, or to a {@link pause}; after that it goes on where it was. */
  train(events: TrainingEvents): Promise<Stopped> {
    return this.#call(this.#service.train(proxy(events)));
  }

  /** Resolves when training stands still. */
  pause(): Promise<void> {
    return this.#call(this.#service.pause());
  }

  finish(): Promise<TestResult> {
    return this.#call(this.#service.finish());
  }

  /** Calls a method of {@link Made}; training waits for it and then goes on. */
  ask<Q extends Question>(question: Q, ...args: Parameters<Made[Q]>): Promise<Answer<Q>> {
    return this.#call(this.#service.ask(question, encode(args))).then((answer) => decode(answer) as Answer<Q>);
  }

  /** The training row nearest to each of `rows`, its number, and in how many inputs it differs. */
  nearestTraining(rows: BinaryRows): Promise<Neighbours & { rows: BinaryRows }> {
    return this.#call(this.#service.nearestTraining(encode(rows))).then(
      (answer) => decode(answer) as Neighbours & { rows: BinaryRows },
    );
  }

  /** The model and where its training stands; `open({ kept })` goes on from it. */
  checkpoint(): Promise<JobCheckpoint> {
    return this.#call(this.#service.checkpoint());
  }

  /** Ends the worker, and with it whatever runs. */
  dispose(): void {
    this.#service[releaseProxy]();
    this.#worker.terminate();
  }

  async #call<T>(answer: Promise<T>): Promise<T> {
    try {
      return await Promise.race([answer, this.#broken]);
    } catch (error) {
      throw fromWire(error);
    }
  }
}
