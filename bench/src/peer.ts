// What takes part: one interface for ours and for every peer. An implementation per file in peers/.

import type { Problem } from "./problem.ts";

/** A network with its data loaded, ready to be timed. Every call returns when its work is done. */
export interface Peer {
  /** Trains on `steps` minibatches in their order, round and round; reads nothing back before the last is done. */
  train?(steps: number): Promise<void>;
  /** −log p of the evaluation rows in nats, read back, (EVALUATION_ROWS). */
  evaluate?(): Promise<ArrayLike<number>>;
  /**
   * Draws samples with the problem's uniforms and reads them back, (SAMPLES, D) of 0 and 1. What needs a pass for every
   * value stops after the first `positions` of the ordering; values after those say nothing.
   */
  sample?(positions: number): Promise<ArrayLike<number>>;
  /** Whether one call draws all values at once, whatever `positions` is. */
  readonly samplesAtOnce?: boolean;
  dispose(): void | Promise<void>;
}

export interface Contender {
  /** For --only, without the backend: `ours`, `jax-js`. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly backend: "webgpu" | "wasm" | "cpu";
  /** @throws NotInstalledError where it is not on this machine */
  open(problem: Problem): Promise<Peer>;
}

/** The peer is no part of this installation; nothing went wrong. */
export class NotInstalledError extends Error {
  override name = "NotInstalledError";
}

/** What a contender is called in results: `jax-js webgpu`. */
export const idOf = ({ name, backend }: Contender): string => (name === "ours" ? name : `${name} ${backend}`);
