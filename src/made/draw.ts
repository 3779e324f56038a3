// Drawing rows from a model: under one mask or from the mixture, with cells that are given, at a temperature. Which mask
// a row gets and what is legal is decided here; the drawing itself is an engine's.

import { ArgumentError } from "../errors.ts";
import type { ResolvedConfig } from "./config.ts";
import { comeFirst, type Ensemble } from "./ensemble.ts";
import { checkRows } from "./fit.ts";
import type { Mask } from "./masks.ts";
import type { DrawProgress, Given, Network } from "./network.ts";
import { Random } from "./random.ts";
import { BinaryRows } from "./rows.ts";
import { observedLogProb } from "./score.ts";

/** How {@link Made.sample} and {@link Made.draw} draw. */
export interface SampleOptions {
  /** An integer in 0 … 2⁵³−1 (default: the model's seed). Row r is the same however many rows are drawn. */
  seed?: number;
  /** The mask to draw under, by number or given, or `"mixture"` (default): one of the model's masks for every row. */
  mask?: number | Mask | "mixture";
  /**
   * Cells that are set: the values of `rows` (1 row or n) where `observed` (as many rows, or 1) is 1. The others are drawn
   * given them, exactly; so the observed inputs must come first in the ordering. For any others there is `impute`.
   */
  given?: {
    /** The values, 1 row or n. */
    rows: BinaryRows;
    /** 1 where a cell is set, as many rows or 1. */
    observed: BinaryRows;
  };
  /** Logits are divided by it: below 1 for likelier rows, above 1 for more varied ones (default 1). */
  temperature?: number;
  /** n × D numbers in [0, 1) in place of the generator: input d of row r becomes 1 iff `uniforms[r·D + d] < p`. */
  uniforms?: ArrayLike<number>;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called as the rows grow; drawing waits for what it returns. On a GPU all rows of a mask grow together. */
  onProgress?: (progress: DrawProgress) => void | Promise<void>;
  /** Positions between two reports to `onProgress`, about (default 32). */
  every?: number;
}

/** Rows drawn, and how likely they were. */
export interface DrawResult {
  /** The rows, (n). */
  rows: BinaryRows;
  /** log p in nats of the cells drawn given those before them, under the row's mask and the temperature, (n). */
  logProb: Float64Array;
  /** The masks drawn under. */
  masks: readonly Mask[];
  /** Which of `masks` each row was drawn under, (n). */
  maskOf: Uint32Array;
}

/** What a model is to those who ask it. */
export interface Asked {
  readonly config: ResolvedConfig;
  readonly network: Network;
  readonly ensemble: Ensemble;
}

/** Rows drawn at a time: what lies on a GPU at once stays small however many rows there are. */
const ROWS_AT_A_TIME = 65_536;

export async function draw(asked: Asked, n: number, options: SampleOptions = {}): Promise<DrawResult> {
  const { config, ensemble } = asked;
  const { mask = "mixture", given, temperature = 1, uniforms, signal, onProgress, every = 32 } = options;
  const seed = options.seed ?? config.seed;
  mustBeMasked("sample", config);
  if (!Number.isSafeInteger(n) || n < 1) throw new ArgumentError(`n: got ${n}, expected an integer ≥ 1`);
  checkSeed(seed);
  if (!(temperature > 0) || !Number.isFinite(temperature))
    throw new ArgumentError(`temperature: got ${temperature}, expected a finite number > 0`);
  if (!Number.isSafeInteger(every) || every < 1)
    throw new ArgumentError(`every: got ${every}, expected an integer ≥ 1`);
  if (uniforms) checkUniforms(uniforms, n, config.inputs);
  const masks = mask === "mixture" ? ensemble.masks() : [ensemble.one(mask)];
  const weights = given && (await checkGiven(asked, given, n, masks, signal));
  const maskOf = weights
    ? Uint32Array.from({ length: n }, (_, r) => chooseMaskBy(seed, r, weights[weights.length > 1 ? r : 0]))
    : chooseMasks(seed, n, masks.length);
  const of = Uint32Array.from({ length: n }, (_, r) => (given && given.rows.rows > 1 ? r : 0));
  const streams = Uint32Array.from({ length: n }, (_, r) => r);
  const { rows, drawn } = await drawRows(asked, {
    masks,
    maskOf,
    streams,
    given: given && { values: given.rows, observed: given.observed, of },
    seed,
    temperature,
    uniforms,
    signal,
    onProgress,
    every: onProgress && every,
  });
  return { rows, logProb: drawn, masks, maskOf };
}

/** Rows to draw, their masks chosen and everything checked. */
export interface DrawTask {
  masks: readonly Mask[];
  /** Number of each row's mask, (rows). */
  maskOf: Uint32Array;
  /** Number of each row's stream of random numbers, (rows). */
  streams: Uint32Array;
  seed: number;
  given?: Given;
  temperature?: number;
  uniforms?: ArrayLike<number>;
  signal?: AbortSignal;
  onProgress?: SampleOptions["onProgress"];
  every?: number;
}

/** Draws the rows of a task, in parts, each part mask by mask. */
export async function drawRows({ config, network }: Asked, task: DrawTask) {
  const { masks, maskOf, streams, given, uniforms, onProgress, temperature = 1, ...rest } = task;
  const { inputs: D } = config;
  const n = maskOf.length;
  const rows = BinaryRows.zeros(n, D);
  const drawn = new Float64Array(n);
  const observed = new Float64Array(n);
  for (let first = 0; first < n; first += ROWS_AT_A_TIME) {
    const end = Math.min(n, first + ROWS_AT_A_TIME);
    const part = await network.draw({
      ...rest,
      rows: end - first,
      walks: walksOf(masks, maskOf.subarray(first, end)),
      streams: streams.subarray(first, end),
      given: given && { ...given, of: given.of.subarray(first, end) },
      uniforms: uniforms && (end - first < n ? Array.prototype.slice.call(uniforms, first * D, end * D) : uniforms),
      temperature,
      onProgress:
        onProgress &&
        (({ cells, snapshot }) =>
          onProgress({
            cells: first * D + cells,
            of: n * D,
            snapshot: async () => {
              const all = rows.slice();
              all.words.set((await snapshot()).words, first * all.wordsPerRow);
              return all;
            },
          })),
    });
    rows.words.set(part.rows.words, first * rows.wordsPerRow);
    drawn.set(part.drawn, first);
    observed.set(part.observed, first);
  }
  return { rows, drawn, observed };
}

/** The rows of each mask that has any. */
function walksOf(masks: readonly Mask[], maskOf: Uint32Array) {
  const rows: number[][] = masks.map(() => []);
  maskOf.forEach((k, r) => {
    rows[k].push(r);
  });
  return rows.flatMap((its, k) => (its.length > 0 ? [{ mask: masks[k], rows: Uint32Array.from(its) }] : []));
}

/** A mask for each of `n` rows, all of them equally likely; row r takes number first + r of the stream for masks. */
export const chooseMasks = (seed: number, n: number, masks: number, first = 0): Uint32Array =>
  Uint32Array.from({ length: n }, (_, r) => (masks > 1 ? new Random(seed, "mask", first + r).below(masks) : 0));

/**
 * The mask of row `r` in proportion to exp(logWeights), (masks). With log p_k(observed) as weights that is the posterior over
 * masks, and rows drawn under such masks are drawn from the mixture given what is observed.
 */
export const chooseMaskBy = (seed: number, r: number, logWeights: Float64Array): number =>
  pick(logWeights, new Random(seed, "mask", r).uniform());

/** The index i at which the weights exp(logWeights[i]), added up and divided by their sum, exceed `u` in [0, 1). */
function pick(logWeights: Float64Array, u: number): number {
  const most = logWeights.reduce((a, b) => Math.max(a, b));
  const weights = logWeights.map((w) => Math.exp(w - most));
  let left = u * weights.reduce((a, b) => a + b);
  for (const [i, w] of weights.entries()) {
    left -= w;
    if (left < 0) return i;
  }
  return weights.findLastIndex((w) => w > 0); // rounding alone leaves anything
}

/** Checks what is given, and gives log p of each of its rows under every mask where there are several. */
async function checkGiven(
  asked: Asked,
  given: { rows: BinaryRows; observed: BinaryRows },
  n: number,
  masks: readonly Mask[],
  signal?: AbortSignal,
): Promise<Float64Array[] | undefined> {
  const { inputs: D } = asked.config;
  checkRows("given.rows", given.rows, D);
  if (given.rows.rows !== 1 && given.rows.rows !== n)
    throw new ArgumentError(`given.rows: got ${given.rows.rows} rows, expected 1 or n = ${n}`);
  checkObserved("given.observed", given.observed, given.rows);
  for (let r = 0; r < given.observed.rows; r++) {
    const bits = Uint8Array.from({ length: D }, (_, d) => given.observed.get(r, d));
    if (!masks.every((mask) => comeFirst(mask, bits)))
      throw new ArgumentError(
        `given.observed: got inputs in row ${r} that are not the first of the ordering, expected them before all others: ` +
          "what is drawn would not depend on all of them. impute() completes any pattern; maskFor() gives a mask for one",
      );
  }
  if (masks.length === 1) return undefined;
  return observedUnder(asked, given.rows, given.observed, masks, signal);
}

/** log p of the observed cells of each row under every mask, (masks) for each row. */
export async function observedUnder(
  asked: Asked,
  rows: BinaryRows,
  observed: BinaryRows,
  masks: readonly Mask[],
  signal?: AbortSignal,
): Promise<Float64Array[]> {
  const all = Array.from({ length: rows.rows }, () => new Float64Array(masks.length));
  for (const [k, mask] of masks.entries()) {
    const logps = await observedLogProb(asked, rows, observed, mask, signal);
    all.forEach((its, r) => {
      its[k] = logps[r];
    });
  }
  return all;
}

/** @throws ArgumentError unless `observed` has a bit for every cell of `rows`, or one row for all of them. */
export function checkObserved(name: string, observed: BinaryRows, rows: BinaryRows): void {
  checkRows(name, observed, rows.inputs);
  if (observed.rows !== 1 && observed.rows !== rows.rows)
    throw new ArgumentError(`${name}: got ${observed.rows} rows, expected 1 or as many as rows has, ${rows.rows}`);
}

/** @throws ArgumentError for the plain autoencoder, which is no distribution. */
export function mustBeMasked(call: string, { masked }: ResolvedConfig): void {
  if (!masked) throw new ArgumentError(`${call}: a model with masked: false is no distribution`);
}

export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`seed: got ${seed}, expected an integer in 0 … 2⁵³−1`);
}

function checkUniforms(uniforms: ArrayLike<number>, n: number, D: number): void {
  if (uniforms.length !== n * D)
    throw new ArgumentError(`uniforms: got ${uniforms.length} numbers, expected n × inputs = ${n * D}`);
  for (let i = 0; i < uniforms.length; i++)
    if (!(uniforms[i] >= 0 && uniforms[i] < 1))
      throw new ArgumentError(`uniforms[${i}]: got ${uniforms[i]}, expected a number in [0, 1)`);
}
