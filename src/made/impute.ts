// Completing rows, and how likely the observed part of a row is. Under an ordering that puts the observed inputs first both
// are exact: one walk sets them and draws the rest. Rows are grouped by which of their cells are observed.

import { ArgumentError } from "../errors.ts";
import { type Asked, checkObserved, checkSeed, chooseMaskBy, drawRows, mustBeMasked, observedUnder } from "./draw.ts";
import { checkRows } from "./fit.ts";
import type { Mask } from "./masks.ts";
import { completeByParticles } from "./particles.ts";
import { logMeanExp } from "./reference/log-mean-exp.ts";
import { BinaryRows } from "./rows.ts";
import { inParts } from "./score.ts";

/** How {@link Made.impute} and {@link Made.complete} complete rows. */
export interface ImputeOptions {
  /** Completions of every row (default 1). */
  samples?: number;
  /** An integer in 0 … 2⁵³−1 (default: the model's seed). */
  seed?: number;
  /** Masks to average over that put the observed inputs first, of a model made for any ordering (default 1). */
  masks?: number;
  /** Particles a row where the ordering is fixed and the observed inputs do not come first (default 100). */
  particles?: number;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Completed rows, and what the model thinks of the missing cells. */
export interface Completion {
  /** Completions 0 … samples−1 of row 0, then those of row 1 and so on, (rows · samples). */
  rows: BinaryRows;
  /**
   * Probability of a 1 in every cell given what is observed, (rows, D); 0 or 1 where it is observed. The mean over the
   * samples of p(x_d = 1 | x_<d), or over the particles by weight.
   */
  probability: Float32Array;
  /** log p of what is observed in nats, (rows): exact, or the particles' estimate. */
  logMarginal: Float64Array;
  /**
   * As many independent exact draws would tell as much, (rows): `samples` where they are such draws; of particles 1 / Σ w² of
   * the weights they end with. Where that is small, more particles are needed.
   */
  effectiveSampleSize: Float64Array;
}

/** How {@link Made.logMarginal} asks. */
export interface LogMarginalOptions {
  /** Masks to average over that put the observed inputs first, of a model made for any ordering (default 1). */
  masks?: number;
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Rows with the same cells observed. */
interface Group {
  observed: Uint8Array; // (D)
  numbers: number[];
  /** Masks that put those cells first, if the model can be asked under such. */
  masks: readonly Mask[] | undefined;
}

/** Completes rows; `withProbability` false leaves out what takes another pass. */
export async function complete(
  asked: Asked,
  rows: BinaryRows,
  observed: BinaryRows,
  options: ImputeOptions = {},
  withProbability = true,
): Promise<Completion> {
  const { samples = 1, seed = asked.config.seed, masks = 1, particles = 100, signal } = options;
  checkCall("impute", asked, rows, observed, masks);
  checkSeed(seed);
  for (const [name, value] of Object.entries({ samples, particles }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ArgumentError(`${name}: got ${value}, expected an integer ≥ 1`);
  const D = rows.inputs;
  const result: Completion = {
    rows: BinaryRows.zeros(rows.rows * samples, D),
    probability: new Float32Array(withProbability ? rows.rows * D : 0),
    logMarginal: new Float64Array(rows.rows),
    effectiveSampleSize: new Float64Array(rows.rows).fill(samples),
  };
  const groups = groupsOf(asked, rows, observed, masks);
  await completeExactly(asked, { rows, observed, samples, seed, signal }, groups, result);
  for (const { observed: cells, numbers, masks: first } of groups) {
    if (first) continue;
    const completed = await completeByParticles(asked, {
      masks: asked.ensemble.masks(),
      rows: rows.take(numbers),
      observed: cells,
      numbers,
      count: rows.rows,
      particles,
      samples,
      seed,
      signal,
    });
    completed.forEach((its, i) => {
      const r = numbers[i];
      result.rows.words.set(its.samples.words, r * samples * rows.wordsPerRow);
      if (withProbability) result.probability.set(its.probability, r * D);
      result.logMarginal[r] = its.logMarginal;
      result.effectiveSampleSize[r] = its.effectiveSampleSize;
    });
  }
  return result;
}

/** log p of the observed cells in nats, (rows): exact. */
export async function logMarginal(
  asked: Asked,
  rows: BinaryRows,
  observed: BinaryRows,
  { masks = 1, signal }: LogMarginalOptions = {},
): Promise<Float64Array> {
  checkCall("logMarginal", asked, rows, observed, masks);
  const all = new Float64Array(rows.rows);
  for (const { observed: cells, numbers, masks: first } of groupsOf(asked, rows, observed, masks)) {
    if (!first) throw new ArgumentError(notFirst("logMarginal", numbers[0], "complete() estimates it"));
    const under = await observedUnder(asked, rows.take(numbers), BinaryRows.from(cells, rows.inputs), first, signal);
    under.forEach((logps, i) => {
      all[numbers[i]] = logMeanExp(logps);
    });
  }
  return all;
}

/** The mask under which the observed inputs come first: see Made.maskFor. */
export function maskFor({ config, ensemble }: Asked, observed: ArrayLike<number | boolean>, index: number): Mask {
  if (observed?.length !== config.inputs)
    throw new ArgumentError(`observed: got ${observed?.length} values, expected one for each input, ${config.inputs}`);
  const cells = Uint8Array.from(observed, Number);
  const most = ensemble.anyOrder ? Number.MAX_SAFE_INTEGER : ensemble.masks().length - 1;
  if (!Number.isSafeInteger(index) || index < 0 || index > most)
    throw new ArgumentError(`index: got ${index}, expected an integer in 0 … ${most}`);
  const masks = ensemble.observedFirst(cells, index + 1);
  if (!masks) throw new ArgumentError(notFirst("maskFor", undefined, "impute() completes any pattern"));
  return masks[index];
}

function checkCall(call: string, { config, ensemble }: Asked, rows: BinaryRows, observed: BinaryRows, masks: number) {
  mustBeMasked(call, config);
  checkRows("rows", rows, config.inputs);
  checkObserved("observed", observed, rows);
  if (!Number.isSafeInteger(masks) || masks < 1)
    throw new ArgumentError(`masks: got ${masks}, expected an integer ≥ 1`);
  if (masks > 1 && !ensemble.anyOrder)
    throw new ArgumentError(`masks: got ${masks}, expected 1: only a model of several random orderings has others`);
}

const notFirst = (call: string, row: number | undefined, instead: string): string =>
  `observed: got inputs${row === undefined ? "" : ` in row ${row}`} that are not the first of the model's ordering, ` +
  `expected those for ${call}: only a model of several masks with ordering "random" may be asked under any. ${instead}`;

function groupsOf({ ensemble }: Asked, rows: BinaryRows, observed: BinaryRows, masks: number): Group[] {
  const D = rows.inputs;
  const groups = new Map<string, Group>();
  for (let r = 0; r < rows.rows; r++) {
    const o = observed.rows > 1 ? r : 0;
    const key = observed.words.subarray(o * observed.wordsPerRow, (o + 1) * observed.wordsPerRow).join();
    let group = groups.get(key);
    if (!group) {
      const cells = Uint8Array.from({ length: D }, (_, d) => observed.get(o, d));
      group = { observed: cells, numbers: [], masks: ensemble.observedFirst(cells, masks) };
      groups.set(key, group);
    }
    group.numbers.push(r);
  }
  return [...groups.values()];
}

/** The rows of every group that has masks for it: one draw for all of them. */
async function completeExactly(
  asked: Asked,
  task: { rows: BinaryRows; observed: BinaryRows; samples: number; seed: number; signal?: AbortSignal },
  groups: readonly Group[],
  result: Completion,
): Promise<void> {
  const { rows, observed, samples, seed, signal } = task;
  const D = rows.inputs;
  const masks: Mask[] = [];
  const maskOf: number[] = [];
  const of: number[] = [];
  const to: number[] = [];
  const drawnUnder: number[][] = []; // mask → which of the rows that are drawn
  for (const { numbers, masks: first, observed: cells } of groups) {
    if (!first) continue;
    const bits = BinaryRows.from(cells, D);
    // Several masks: each completion is drawn under one of them, by how well they explain what is observed.
    const under = first.length > 1 ? await observedUnder(asked, rows.take(numbers), bits, first, signal) : undefined;
    numbers.forEach((r, i) => {
      if (under) result.logMarginal[r] = logMeanExp(under[i]);
      for (let s = 0; s < samples; s++) {
        const k = masks.length + (under ? chooseMaskBy(seed, r * samples + s, under[i]) : 0);
        drawnUnder[k] ??= [];
        drawnUnder[k].push(to.length);
        maskOf.push(k);
        of.push(r);
        to.push(r * samples + s);
      }
    });
    masks.push(...first);
  }
  if (to.length === 0) return;
  const drawn = await drawRows(asked, {
    masks,
    maskOf: Uint32Array.from(maskOf),
    streams: Uint32Array.from(to),
    seed,
    given: { values: rows, observed, of: Uint32Array.from(of) },
    signal,
  });
  const { wordsPerRow } = rows;
  to.forEach((at, i) => {
    result.rows.words.set(drawn.rows.words.subarray(i * wordsPerRow, (i + 1) * wordsPerRow), at * wordsPerRow);
  });
  // Under its only mask a row's log p of what is observed came with the draw.
  for (const { masks: first } of groups)
    if (first?.length === 1)
      for (const i of drawnUnder[masks.indexOf(first[0])]) result.logMarginal[of[i]] = drawn.observed[i];
  if (result.probability.length > 0) {
    const sums = new Float64Array(rows.rows * D);
    for (const [k, mask] of masks.entries()) {
      const its = drawnUnder[k] ?? [];
      await inParts(asked, drawn.rows.take(its), async (loaded, first) => {
        signal?.throwIfAborted();
        const p = await asked.network.conditionals(loaded, mask, "probabilities");
        for (let j = 0; j < loaded.rows; j++) {
          const r = of[its[first + j]];
          for (let d = 0; d < D; d++)
            sums[r * D + d] += observed.get(observed.rows > 1 ? r : 0, d) ? rows.get(r, d) : p[j * D + d];
        }
      });
    }
    for (let i = 0; i < sums.length; i++) result.probability[i] = sums[i] / samples;
  }
}
