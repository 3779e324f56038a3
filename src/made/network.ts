// What an engine must do. Two engines stand behind it, the GPU and the float64 reference, and one training loop,
// one scorer and one sampler in front of it.

import type { Dropout } from "./dropout.ts";
import type { Mask } from "./masks.ts";
import type { Neighbours } from "./nearest.ts";
import type { Hyperparameters } from "./optimizer.ts";
import type { Parameters } from "./parameters.ts";
import type { BinaryRows } from "./rows.ts";

/** Rows where an engine can read them again and again; dispose them when done. */
export interface LoadedRows {
  readonly rows: number;
  dispose(): void;
}

/** One pass over the rows in minibatches. */
export interface Epoch {
  /** Row numbers in the order they are visited, (rows). */
  order: Uint32Array;
  /** B: rows a minibatch; the last one may be shorter. */
  batchSize: number;
  /** Minibatches done before this epoch, counted from the beginning of the run: the first one here uses mask `firstStep` and is optimiser step `firstStep` + 1. */
  firstStep: number;
  optimizer: Hyperparameters;
  /** The learning rate of minibatch t of the run, counted from 0, in place of the optimiser's. */
  learningRate?: (t: number) => number;
  dropout?: Dropout;
  signal?: AbortSignal;
}

/** The optimiser as minibatch t of the run takes its step, counted from 0. */
export const optimizerAt = ({ optimizer, learningRate }: Epoch, t: number): Hyperparameters =>
  learningRate ? { ...optimizer, learningRate: learningRate(t) } : optimizer;

/** What a few consecutive minibatches gave. */
export interface Progress {
  /** Minibatches done in this epoch so far. */
  steps: number;
  /** Rows in the minibatches since the last report. */
  rows: number;
  /** Sum over those rows of −log p(x) in nats, each under its minibatch's mask and the weights before the update. */
  nllSum: number;
}

/** p(x_d = 1 | x_<d), or the logits of these. */
export type ConditionalsAs = "probabilities" | "logits";

/** Values of every parameter by name, in canonical unit order and the engine's own precision. */
export type Values = Readonly<Record<string, Float32Array | Float64Array>>;

/** All that training changes. */
export interface NetworkState {
  readonly parameters: Values;
  /** The optimiser's moments, as many as it has. */
  readonly moments: readonly Values[];
  /** The parameters that were kept, where some were. */
  readonly kept?: Values;
}

/** Cells that are set instead of drawn. */
export interface Given {
  /** Their values: row `of[r]` for the row r that is drawn; what is not observed is not looked at. */
  readonly values: BinaryRows;
  /** 1 where a cell is set, in as many rows as `values` or in one for all of them. */
  readonly observed: BinaryRows;
  readonly of: Uint32Array;
}

/** Rows to draw, one variable after the other, each with the probability that those before it give. */
export interface DrawRequest {
  readonly rows: number;
  /** Which rows are drawn under which mask: every one of 0 … rows−1 once. */
  readonly walks: readonly { readonly mask: Mask; readonly rows: Uint32Array }[];
  /** Input d of row r becomes 1 iff draw d of the stream (seed, "sample", streams[r]) is below its probability. */
  readonly seed: number;
  readonly streams: Uint32Array;
  /** Numbers in place of the generator's, (rows, D). */
  readonly uniforms?: ArrayLike<number>;
  readonly given?: Given;
  /** Logits are divided by it. */
  readonly temperature: number;
  readonly signal?: AbortSignal;
  /** Called as rows grow, about every `every` positions; drawing waits for what it returns. */
  readonly onProgress?: (progress: DrawProgress) => void | Promise<void>;
  readonly every?: number;
}

/** Where drawing stands. */
export interface DrawProgress {
  /** Cells drawn so far. */
  readonly cells: number;
  /** Cells to draw: rows × inputs. */
  readonly of: number;
  /** The rows as they are, 0 where nothing is drawn yet. To be called before the callback ends. */
  snapshot(): Promise<BinaryRows>;
}

export interface Drawn {
  readonly rows: BinaryRows;
  /** Σ log p(x_d | x_<d) over the cells that were drawn, and over those that were given, in nats, (rows). */
  readonly drawn: Float64Array;
  readonly observed: Float64Array;
}

/** A MADE on one engine: parameters, optimiser state, and the passes over data. */
export interface Network {
  /** The adapter's own name, or `"cpu"`: what a person is told. */
  readonly engine: string;
  load(rows: BinaryRows): Promise<LoadedRows>;
  /** Trains through one epoch; reports as submits complete; stops between submits when `signal` aborts. */
  train(rows: LoadedRows, epoch: Epoch): AsyncIterable<Progress>;
  /** −log p(x) in nats under each mask, (masks, rows). */
  score(rows: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array>;
  /** −log p(x) of the mixture of the masks in nats, (rows). */
  scoreMixture(rows: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array>;
  /** p(x_d = 1 | x_<d) under one mask, or its logit z_d, (rows, D). */
  conditionals(rows: LoadedRows, mask: Mask, as: ConditionalsAs): Promise<Float32Array>;
  /** Draws rows at the cost of one forward pass. */
  draw(request: DrawRequest): Promise<Drawn>;
  /** The `k` rows of `among` that differ from each of `rows` in fewest inputs. */
  nearest(rows: LoadedRows, among: LoadedRows, k: number, signal?: AbortSignal): Promise<Neighbours>;
  /** Values of every parameter, in canonical unit order. */
  read(): Promise<Parameters>;
  /** Replaces every parameter; the record is already checked. */
  write(parameters: Parameters): void;
  /** Sets all optimiser moments to zero. */
  resetOptimizer(): void;
  /** Keeps a copy of the current parameters, in place of the one kept before. */
  keep(): void;
  /** Exchanges the current parameters and the kept ones. */
  swap(): void;
  /** Reads all that training changes, exactly: `moments` of them, and the kept parameters where `kept`. */
  readState(parts: { moments: number; kept: boolean }): Promise<NetworkState>;
  /** Replaces all that training changes; what came from an engine of the same precision comes back bit for bit. */
  writeState(state: NetworkState): Promise<void>;
  dispose(): void;
}
