// What a MADE is made of: the configuration a caller writes, checked once and completed with defaults.

import { ArgumentError } from "../errors.ts";
import { type Column, checkColumns, inputsOf } from "./columns.ts";
import { checkMask, checkOrdering, DEGREES, type Degrees, type Mask } from "./masks.ts";

/** Activation g of the hidden units: max(z, 0), log(1 + eᶻ), tanh z, or 1 / (1 + e⁻ᶻ). */
export type Activation = "relu" | "softplus" | "tanh" | "sigmoid";

export const ACTIVATIONS: readonly Activation[] = ["relu", "softplus", "tanh", "sigmoid"];

/**
 * How weights begin. `"glorot"`: uniform in ±√(6 / (fanIn + fanOut)), zero biases. `"torch"`: weights and biases
 * uniform in ±1/√fanIn, as torch.nn.Linear draws them. `"orthogonal"`: orthonormal rows or columns, whichever are fewer,
 * and zero biases.
 */
export type Initialization = "glorot" | "torch" | "orthogonal";

export const INITIALIZATIONS: readonly Initialization[] = ["glorot", "torch", "orthogonal"];

/** What {@link Made.create} takes. Only `inputs` and `hidden` are required. */
export interface MadeConfig {
  /** D: number of binary inputs, an integer ≥ 1. */
  inputs: number;
  /** Units of each hidden layer, H₁ … H_L, first to last, integers ≥ 1; `[]` is a model without hidden layers. */
  hidden: readonly number[];
  /** Default `"relu"`. */
  activation?: Activation;
  /** Direct input → output connections A (default false). */
  directConnections?: boolean;
  /**
   * Order in which the inputs are modelled, m⁰ of the paper: `"natural"` (default), `"random"` for every mask anew, or the
   * 1-based position of each input, (D).
   */
  ordering?: "natural" | "random" | readonly number[];
  /**
   * Number of masks cycled through, one per minibatch (default 1); `Infinity` draws a new one every step; or the
   * masks themselves.
   */
  masks?: number | readonly Mask[];
  /** How hidden units get their degrees in masks that are not given (default `"uniform"`, as in the paper). */
  degrees?: Degrees;
  /**
   * Connectivity weights: every layer of units also sees U ⊙ M times ones, so that it knows which of its connections the
   * mask leaves it (section 4.2 of the paper; for order- and connectivity-agnostic training). Default false.
   */
  conditionOnMask?: boolean;
  /**
   * `false` is the plain autoencoder: every unit sees everything, and its outputs are no distribution (docs/mathematics.md).
   * It trains and scores for comparison, and can't be sampled. Default true.
   */
  masked?: boolean;
  /** Default `"torch"`: see docs/benchmarks.md for the comparison. */
  initialization?: Initialization;
  /** Seed of the masks, the initial weights and the order of the minibatches: an integer in 0 … 2⁵³−1 (default 1). */
  seed?: number;
  /** Names of the inputs, (D), all different: kept with the model and in its files. */
  inputNames?: readonly string[];
  /** How the columns of a table became the inputs (see made-webgpu/csv): kept likewise. Their inputs are D in number. */
  columns?: readonly Column[];
}

/** A {@link MadeConfig} with every field present and known to be legal. */
export interface ResolvedConfig extends Readonly<Required<Omit<MadeConfig, "inputNames" | "columns">>> {
  /** Names of the inputs, (D), where they were given. */
  readonly inputNames?: readonly string[];
  /** How the columns of a table became the inputs, where that was given. */
  readonly columns?: readonly Column[];
}

/** Checks `config` and completes it with defaults. @throws ArgumentError naming the field, what came and what was expected. */
export function resolveConfig(config: MadeConfig): ResolvedConfig {
  const { inputs, hidden, activation = "relu", directConnections = false, ordering = "natural" } = config;
  const {
    masks = 1,
    degrees = "uniform",
    conditionOnMask = false,
    masked = true,
    initialization = "torch",
    seed = 1,
    inputNames,
    columns,
  } = config;
  if (!isCount(inputs)) throw new ArgumentError(`inputs: got ${inputs}, expected an integer ≥ 1`);
  if (!Array.isArray(hidden)) throw new ArgumentError(`hidden: got ${hidden}, expected an array of layer widths`);
  hidden.forEach((units, l) => {
    if (!isCount(units)) throw new ArgumentError(`hidden[${l}]: got ${units}, expected an integer ≥ 1`);
  });
  oneOf("activation", activation, ACTIVATIONS);
  oneOf("initialization", initialization, INITIALIZATIONS);
  oneOf("degrees", degrees, DEGREES);
  if (typeof directConnections !== "boolean")
    throw new ArgumentError(`directConnections: got ${directConnections}, expected true or false`);
  if (typeof conditionOnMask !== "boolean")
    throw new ArgumentError(`conditionOnMask: got ${conditionOnMask}, expected true or false`);
  if (typeof masked !== "boolean") throw new ArgumentError(`masked: got ${masked}, expected true or false`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`seed: got ${seed}, expected an integer in 0 … 2⁵³−1`);
  if (typeof ordering === "string") oneOf("ordering", ordering, ["natural", "random"]);
  else if (Array.isArray(ordering)) checkOrdering(inputs, ordering, "ordering");
  else throw new ArgumentError(`ordering: got ${ordering}, expected "natural", "random", or an array of positions`);
  if (typeof masks === "number") {
    if (!isCount(masks) && masks !== Number.POSITIVE_INFINITY)
      throw new ArgumentError(`masks: got ${masks}, expected an integer ≥ 1, Infinity, or an array of masks`);
  } else {
    if (!Array.isArray(masks)) throw new ArgumentError(`masks: got ${masks}, expected a number or an array of masks`);
    if (masks.length === 0) throw new ArgumentError("masks: got an empty array, expected at least one mask");
    masks.forEach((mask, k) => {
      checkMask({ inputs, hidden }, mask, `masks[${k}]`);
    });
  }
  if (inputNames !== undefined) checkNames(inputs, inputNames);
  const table = columns && checkColumns(columns);
  const encoded = table && inputsOf(table);
  if (encoded !== undefined && encoded !== inputs)
    throw new ArgumentError(`columns: got columns of ${encoded} inputs, expected inputs = ${inputs}`);
  return {
    inputs,
    hidden: [...hidden],
    activation,
    directConnections,
    ordering,
    masks,
    degrees,
    conditionOnMask,
    masked,
    initialization,
    seed,
    ...(inputNames && { inputNames: [...inputNames] }),
    ...(table && { columns: table }),
  };
}

function checkNames(inputs: number, names: readonly string[]) {
  if (!Array.isArray(names) || names.length !== inputs)
    throw new ArgumentError(
      `inputNames: got ${Array.isArray(names) ? `${names.length} names` : names}, expected ${inputs}`,
    );
  names.forEach((name, d) => {
    if (typeof name !== "string" || names.indexOf(name) !== d)
      throw new ArgumentError(`inputNames[${d}]: got ${JSON.stringify(name)}, expected a string that comes once`);
  });
}

const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1;

function oneOf(name: string, value: unknown, allowed: readonly string[]) {
  if (!allowed.includes(value as string))
    throw new ArgumentError(`${name}: got ${JSON.stringify(value)}, expected one of ${allowed.join(", ")}`);
}
