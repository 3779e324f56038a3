// What a recipe is: how a member is trained, how often it is validated, and under how many masks it is asked. Plain data,
// so that it can lie beside the members that were made with it.

import type { MadeConfig } from "../made/config.ts";
import type { AtOneRate, OptimizerOptions } from "../made/optimizer.ts";

/** An optimiser whose learning rate is one number, which stages multiply. */
type Optimizer = AtOneRate<OptimizerOptions> & { readonly learningRate: number };

/** One way to train a model. It says nothing of the data: the same for all sets. */
export interface Candidate {
  readonly name: string;
  /** `masks: "endless"` is `Infinity`, which JSON has not. */
  readonly model: Omit<MadeConfig, "inputs" | "seed" | "masks" | "inputNames"> & { readonly masks: number | "endless" };
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly dropout?: number;
  readonly inputDropout?: number;
  /** Validates after so many epochs, or after the epochs that hold about so many minibatches. */
  readonly every: { readonly epochs: number } | { readonly minibatches: number };
  /**
   * Multiples of the learning rate, one stage of training after another. Each goes on from the best weights so far, with
   * fresh moments.
   */
  readonly stages: readonly number[];
  /** A stage ends after this many validations without a better one … */
  readonly patience: number;
  /** … and after the validation that follows so many minibatches of it in any case. */
  readonly minibatches: number;
  /** Masks averaged over while training, to stop early; and at the end, on validation and test alike. */
  readonly masks: { readonly validation: number; readonly final: number };
}

/** The configuration of a member for rows of `inputs` values. */
export function configOf({ model }: Candidate, inputs: number, seed: number): MadeConfig {
  const { masks, ...rest } = model;
  return { ...rest, masks: masks === "endless" ? Number.POSITIVE_INFINITY : masks, inputs, seed };
}

/** Epochs from one validation to the next. */
export function epochsPerRound({ every, batchSize }: Candidate, rows: number): number {
  if ("epochs" in every) return every.epochs;
  return Math.max(1, Math.round(every.minibatches / Math.ceil(rows / batchSize)));
}
