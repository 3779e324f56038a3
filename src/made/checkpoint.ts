// When a fit is saved while it runs, and how it goes on after the GPU went away. What a checkpoint holds is the model
// file's business, where training may be interrupted is fit's.

import { ArgumentError, CheckpointError, DeviceLostError } from "../errors.ts";
import type { NetworkState } from "./network.ts";
import type { RunState } from "./run-state.ts";

/** When to save a model while it is trained, and where to. */
export interface CheckpointOptions {
  /** After every so many epochs. */
  everyEpochs?: number;
  /** As soon as so many seconds have gone by since the last one: between two submits, in the midst of an epoch too. */
  everySeconds?: number;
  /** Gets what `save()` would give. Training waits for what it returns; where it fails, `fit` rejects with a CheckpointError. */
  write: (bytes: Uint8Array) => void | Promise<void>;
}

/** Weights, moments and where the run stands, at one moment. */
export interface Snapshot {
  readonly state: NetworkState;
  readonly run: RunState;
}

/** Seconds between the snapshots that are kept for the case of a loss. */
const RECOVERY_SECONDS = 10;
/** Losses without a new snapshot in between, after which a run is given up. */
const MOST_LOSSES = 5;

/** The checkpoints of one fit: knows when one is due, and takes it. */
export class Checkpoints {
  readonly #everyEpochs: number;
  readonly #ms: number;
  readonly #take: () => Promise<void>;
  #last = performance.now();
  #epochs = 0;

  /** @throws ArgumentError */
  constructor(options: CheckpointOptions | undefined, recover: boolean, take: () => Promise<void>) {
    const { everyEpochs, everySeconds, write } = options ?? {};
    if (options && typeof write !== "function")
      throw new ArgumentError(`checkpoint.write: got ${write}, expected a function that takes the bytes`);
    if (options && everyEpochs === undefined && everySeconds === undefined)
      throw new ArgumentError("checkpoint: got neither everyEpochs nor everySeconds, expected one of them at least");
    if (everyEpochs !== undefined && !(Number.isInteger(everyEpochs) && everyEpochs >= 1))
      throw new ArgumentError(`checkpoint.everyEpochs: got ${everyEpochs}, expected an integer ≥ 1`);
    if (everySeconds !== undefined && !(everySeconds > 0))
      throw new ArgumentError(`checkpoint.everySeconds: got ${everySeconds}, expected a number > 0`);
    this.#everyEpochs = everyEpochs ?? Number.POSITIVE_INFINITY;
    this.#ms = 1000 * (everySeconds ?? (recover && !options ? RECOVERY_SECONDS : Number.POSITIVE_INFINITY));
    this.#take = take;
  }

  /** Whether it is time for one. */
  get due(): boolean {
    return this.#epochs >= this.#everyEpochs || performance.now() - this.#last >= this.#ms;
  }

  /** Another epoch is through. */
  epochDone(): void {
    this.#epochs++;
  }

  async take(): Promise<void> {
    await this.#take();
    this.#epochs = 0;
    this.#last = performance.now();
  }
}

/** Hands a checkpoint to its `write`. @throws CheckpointError */
export async function writeCheckpoint(write: CheckpointOptions["write"], bytes: Uint8Array): Promise<void> {
  try {
    await write(bytes);
  } catch (cause) {
    throw new CheckpointError(cause);
  }
}

/**
 * Runs `train`, and after every loss of the device again, from the last snapshot on a new device.
 * @param train calls `keep` with every snapshot; `resume`: goes on from the last one
 * @param renew puts a snapshot on a new device
 * @throws DeviceLostError where there was no snapshot yet, or device after device was lost before the next one
 */
export async function throughLosses<T>(
  train: (keep: (snapshot: Snapshot) => void, resume: boolean) => Promise<T>,
  renew: (snapshot: Snapshot) => Promise<void>,
): Promise<T> {
  let last: Snapshot | undefined;
  let losses = 0;
  const keep = (snapshot: Snapshot) => {
    last = snapshot;
    losses = 0;
  };
  for (;;) {
    try {
      if (last && losses > 0) await renew(last);
      return await train(keep, losses > 0);
    } catch (error) {
      if (!(error instanceof DeviceLostError) || !last || ++losses > MOST_LOSSES) throw error;
    }
  }
}
