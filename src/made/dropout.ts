// Dropout while training: which values of a layer drop out of a minibatch is a pure function of (seed, step, layer, unit,
// row), the same on every engine, so nothing is stored and a backward pass finds it again.

import { ArgumentError } from "../errors.ts";
import { philox, STREAMS } from "./random.ts";

/** Probabilities of dropping out, in [0, 1). */
export interface Dropout {
  /** Of the inputs as the network sees them; what it has to predict is never dropped. */
  readonly inputs: number;
  /** Of the units of each hidden layer, (L). */
  readonly hidden: readonly number[];
}

/** What `fit` takes of it. */
export interface DropoutOptions {
  /**
   * Probability that a hidden unit drops out of a row while training, for all hidden layers or each of them (default 0).
   * What stays is divided by 1 − p; scoring knows nothing of it. The training NLLs that are reported are those with it.
   */
  dropout?: number | readonly number[];
  /** The same for the inputs that the network sees, those of direct connections included (default 0). */
  inputDropout?: number;
}

/**
 * Checks what was given for a model of `layers` hidden layers; undefined where nothing ever drops out.
 * @throws ArgumentError
 */
export function resolveDropout(layers: number, { dropout = 0, inputDropout = 0 }: DropoutOptions): Dropout | undefined {
  checkRate("inputDropout", inputDropout);
  if (typeof dropout === "number") checkRate("dropout", dropout);
  else if (!Array.isArray(dropout) || dropout.length !== layers)
    throw new ArgumentError(
      `dropout: got ${Array.isArray(dropout) ? `${dropout.length} rates` : dropout}, expected a number or one for each of ${layers} hidden layers`,
    );
  else
    dropout.forEach((rate, l) => {
      checkRate(`dropout[${l}]`, rate);
    });
  const hidden = Array.from({ length: layers }, (_, l) => (typeof dropout === "number" ? dropout : dropout[l]));
  return inputDropout > 0 || hidden.some((rate) => rate > 0) ? { inputs: inputDropout, hidden } : undefined;
}

function checkRate(name: string, rate: unknown): void {
  if (!Number.isFinite(rate) || (rate as number) < 0 || (rate as number) >= 1)
    throw new ArgumentError(`${name}: got ${rate}, expected a number in [0, 1)`);
}

/** A value drops out where its word is below this. */
export const thresholdOf = (rate: number): number => Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32));

/** The third word of the counters of a layer's draws: 0 is the inputs, 1 … L are hidden. */
export const streamOf = (layer: number): number => STREAMS.dropout + 256 * layer;

/** One layer in one minibatch. */
export interface DropoutPoint {
  seed: number;
  /** Number of the minibatch in its run, from 0. */
  t: number;
  layer: number;
  rate: number;
}

/**
 * What each value of a layer is multiplied by, 0 or 1 / (1 − rate), (B, units): row b of unit k is word b mod 4 of
 * Philox's block for the counter (⌊b / 4⌋, k, stream, t).
 */
export function dropoutFactors({ seed, t, layer, rate }: DropoutPoint, units: number, B: number): Float64Array {
  const factors = new Float64Array(B * units);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  const threshold = thresholdOf(rate);
  for (let k = 0; k < units; k++)
    for (let b = 0; b < B; b += 4) {
      const words = philox([b / 4, k, streamOf(layer), t], key);
      for (let i = 0; i < 4 && b + i < B; i++) factors[(b + i) * units + k] = words[i] < threshold ? 0 : 1 / (1 - rate);
    }
  return factors;
}
