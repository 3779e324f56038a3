// Keeps the model between visits where the user asked for it, by a checkbox: what is kept is the choice, too.

import type { JobCheckpoint } from "../../src/training-job.ts";
import { forget, keep, kept } from "../shell/store.ts";

const KEY = "complete";
/** Least time between two savings while the model learns. */
const EVERY_MS = 15_000;

export interface KeeperOptions {
  checkpoint: () => Promise<JobCheckpoint>;
  onError: (error: unknown) => void;
}

export class Keeper {
  readonly #box: HTMLInputElement;
  readonly #options: KeeperOptions;
  #at = 0;

  constructor(box: HTMLInputElement, options: KeeperOptions) {
    this.#box = box;
    this.#options = options;
    box.addEventListener("change", async () => {
      if (box.checked) return this.now();
      await forget(KEY).catch(options.onError);
    });
  }

  /** What the last visit kept; the box then is checked. */
  async begin(): Promise<JobCheckpoint | undefined> {
    const checkpoint = await kept<JobCheckpoint>(KEY);
    this.#box.checked = checkpoint !== undefined;
    return checkpoint;
  }

  /** Saves where it is wanted and the last time is a while ago. */
  maybe(): void {
    if (performance.now() - this.#at > EVERY_MS) this.now();
  }

  /** Saves where it is wanted. */
  async now(): Promise<void> {
    if (!this.#box.checked) return;
    this.#at = performance.now();
    try {
      const checkpoint = await this.#options.checkpoint();
      if (this.#box.checked) await keep(KEY, checkpoint);
    } catch (error) {
      this.#box.checked = false;
      this.#options.onError(error);
    }
  }
}
