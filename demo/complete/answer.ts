// What the model makes of a picture with unknown pixels: completions, how sure it is of each pixel, and how likely the
// known ones are. Exact where the model can be asked with the known pixels first, else an estimate by particles.

import { ArgumentError, MadeError } from "../../src/errors.ts";
import type { ResolvedConfig } from "../../src/made/config.ts";
import type { Made } from "../../src/made/made.ts";
import type { Mask } from "../../src/made/masks.ts";
import { BinaryRows } from "../../src/made/rows.ts";

type Call = "complete" | "logMarginal" | "logProb" | "logProbByInput" | "maskFor" | "masks";

/** A model, here or in a worker. */
export interface Oracle {
  ask<C extends Call>(call: C, ...args: Parameters<Made[C]>): Promise<Awaited<ReturnType<Made[C]>>>;
}

/** A picture and how it is to be completed. */
export interface Question {
  /** 1 where there is ink; of no account where the pixel is unknown, (D). */
  values: Uint8Array;
  /** 1 where the pixel is known, (D). */
  observed: Uint8Array;
  seed: number;
}

export interface Completed {
  /** The picture, (D). */
  values: Uint8Array;
  /** log p of the drawn pixels given the known ones, in nats. */
  logp: number;
}

export interface Answer {
  /** Whether all below is exact; else particles estimate it. */
  exact: boolean;
  /** Empty where every pixel is known. */
  completions: Completed[];
  /** Probability of ink given the known pixels, (D); 0 or 1 where a pixel is known. */
  probability: Float32Array;
  /** log p of the known pixels in nats. */
  logp: number;
  /** What test digits have for the same pixels, where that is exact. */
  typical?: Typical;
  /** What each known pixel adds to {@link logp}, in nats, (D), 0 where it is unknown; undefined where that is not known. */
  byPixel?: Float64Array;
  /** As many independent draws would tell as much, of how many particles; undefined where it is exact. */
  particles?: { effective: number; of: number };
}

/** log p of the same pixels of test digits, in nats: a tenth of them have less than `low`, a tenth more than `high`. */
export interface Typical {
  low: number;
  median: number;
  high: number;
}

/** Completions that are shown. */
export const SHOWN = 8;
/** Completions that the probability of ink is a mean over. */
const DRAWN = 32;
const PARTICLES = 200;

/**
 * Asks `oracle`, whose configuration is `config`, about a picture; test digits are what it is compared with.
 * @throws the signal's reason where it aborts between two calls
 */
export async function answer(
  oracle: Oracle,
  config: Pick<ResolvedConfig, "ordering" | "masks">,
  { values, observed, seed }: Question,
  test: BinaryRows,
  signal?: AbortSignal,
): Promise<Answer> {
  const ask: Oracle["ask"] = (call, ...args) => {
    signal?.throwIfAborted();
    return oracle.ask(call, ...args);
  };
  const D = values.length;
  const rows = BinaryRows.from(
    values.map((value, d) => value & observed[d]),
    D,
  );
  const known = BinaryRows.from(observed, D);
  const missing = observed.some((isKnown) => !isKnown);
  const masks = await knownFirst(ask, config, observed);

  const { completions, probability, logMarginal, effectiveSampleSize } = missing
    ? await complete(ask, rows, known, seed, masks)
    : { completions: [], probability: Float32Array.from(values), logMarginal: undefined, effectiveSampleSize: 0 };
  const result: Answer = { exact: masks !== undefined, completions, probability, logp: logMarginal ?? 0 };
  if (!masks) return { ...result, particles: { effective: effectiveSampleSize, of: PARTICLES } };

  const [own, ...others] = await ask("logMarginal", join(rows, test), known);
  // Of a mixture, what single pixels add is known of whole pictures alone.
  const byPixel =
    masks.length === 1 || !missing
      ? (await ask("logProbByInput", rows, { masks })).map((logp, d) => logp * observed[d])
      : undefined;
  return { ...result, logp: own, typical: typicalOf(others), byPixel };
}

/** The masks under which the known pixels come first, or undefined where the model has none. */
async function knownFirst(
  ask: Oracle["ask"],
  { ordering, masks }: Pick<ResolvedConfig, "ordering" | "masks">,
  observed: Uint8Array,
): Promise<readonly Mask[] | undefined> {
  try {
    const first = await ask("maskFor", observed);
    const anyOrder = ordering === "random" && typeof masks === "number" && masks > 1;
    return anyOrder ? [first] : await ask("masks");
  } catch (error) {
    if (error instanceof MadeError && error.code === new ArgumentError("").code) return undefined;
    throw error;
  }
}

async function complete(
  ask: Oracle["ask"],
  rows: BinaryRows,
  known: BinaryRows,
  seed: number,
  masks: readonly Mask[] | undefined,
) {
  const completion = await ask("complete", rows, known, { samples: DRAWN, particles: PARTICLES, seed });
  const shown = completion.rows.slice(0, SHOWN);
  const whole = await ask("logProb", shown, { masks });
  const logMarginal = completion.logMarginal[0];
  const completions = Array.from(whole, (logp, s) => ({
    values: shown.slice(s, s + 1).toUint8Array(),
    logp: logp - logMarginal, // p(drawn | known) = p(all) / p(known)
  }));
  const [effectiveSampleSize] = completion.effectiveSampleSize;
  return { completions, probability: completion.probability, logMarginal, effectiveSampleSize };
}

/** −p log₂ p − (1 − p) log₂ (1 − p): how unsure a pixel of ink is, in bits, 0 … 1. */
export function entropy(p: number): number {
  const part = (q: number) => (q > 0 ? -q * Math.log2(q) : 0);
  return part(p) + part(1 - p);
}

function typicalOf(logps: readonly number[]): Typical | undefined {
  if (logps.length === 0) return undefined;
  const sorted = logps.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
  return { low: at(0.1), median: at(0.5), high: at(0.9) };
}

function join(a: BinaryRows, b: BinaryRows): BinaryRows {
  const joined = BinaryRows.zeros(a.rows + b.rows, a.inputs);
  joined.words.set(a.words);
  joined.words.set(b.words, a.words.length);
  return joined;
}
