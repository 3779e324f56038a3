// What the reference computes with: float64 parameters under the paper's names, and the mask matrices that follow from
// an ordering and degrees. No arithmetic on data is done here.

import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";
import { parameterShapes, sizeOf } from "../parameters.ts";

/** Values of every parameter under its name, `W1 b1 … WL bL V c` and `A`: weights row-major (out, in), biases (out). */
export type Values = Record<string, Float64Array>;

/** A MADE as the reference sees it. */
export interface Model {
  /** Number of inputs. */
  readonly D: number;
  /** H_1 … H_L. */
  readonly hidden: readonly number[];
  readonly activation: ResolvedConfig["activation"];
  readonly directConnections: boolean;
  /** `false`: every unit sees every unit below it, whatever the mask says. */
  readonly masked: boolean;
  readonly parameters: Values;
}

/** A model of `config` that owns copies of `parameters`; without them every parameter is 0. */
export function createModel(config: ResolvedConfig, parameters?: Record<string, { data: ArrayLike<number> }>): Model {
  const { inputs: D, hidden, activation, directConnections, masked } = config;
  const values: Values = {};
  for (const [name, shape] of parameterShapes(config))
    values[name] = parameters ? Float64Array.from(parameters[name].data) : new Float64Array(sizeOf(shape));
  return { D, hidden, activation, directConnections, masked, parameters: values };
}

/** Zeros in the shapes of `values`. */
export const zerosLike = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, new Float64Array(data.length)]));

/** A copy of `values` that shares nothing with it. */
export const copyOf = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, data.slice()]));

/**
 * The mask matrices M¹ … Mᴸ, Mⱽ and Mᴬ under the names of the weights they multiply, `W1 … WL V A`, 0/1, (out, in):
 *
 *     Mˡ[k,j] = 1[mˡ(k) ≥ mˡ⁻¹(j)]     Mⱽ[d,k] = 1[m⁰(d) > mᴸ(k)]     Mᴬ[d,j] = 1[m⁰(d) > m⁰(j)]
 *
 * (equations 12 and 13 of the paper, and its section 4.2 for A). Without hidden layers mᴸ is m⁰.
 */
export function connections(
  model: Pick<Model, "masked" | "directConnections">,
  mask: Mask,
): Record<string, Uint8Array> {
  const atLeast = (above: number, below: number) => !model.masked || above >= below;
  const beyond = (above: number, below: number) => !model.masked || above > below;
  const m0 = mask.ordering;
  const matrices: Record<string, Uint8Array> = {};
  let below = m0;
  mask.degrees.forEach((degrees, l) => {
    matrices[`W${l + 1}`] = compare(degrees, below, atLeast);
    below = degrees;
  });
  matrices.V = compare(m0, below, beyond);
  if (model.directConnections) matrices.A = compare(m0, m0, beyond);
  return matrices;
}

type Test = (above: number, below: number) => boolean;

/** The 0/1 matrix of `test` over every pair of a unit above and a unit below, (out, in). */
function compare(above: readonly number[], below: readonly number[], test: Test): Uint8Array {
  const matrix = new Uint8Array(above.length * below.length);
  for (let k = 0; k < above.length; k++)
    for (let j = 0; j < below.length; j++) matrix[k * below.length + j] = test(above[k], below[j]) ? 1 : 0;
  return matrix;
}

/** `sees.W1[k]` lists, ascending, the units below that unit k of layer 1 sees; so for every weight matrix. */
export type Sees = Record<string, readonly Uint32Array[]>;

/** The mask matrices as lists of their ones: loops that run over these do the masked half of the work only. */
export function seesUnder(model: Model, mask: Mask): Sees {
  const { D: inputs, hidden, directConnections } = model;
  const shapes = parameterShapes({ inputs, hidden, directConnections });
  const lists: Record<string, Uint32Array[]> = {};
  for (const [name, matrix] of Object.entries(connections(model, mask))) {
    const [out, width] = shapes.get(name)!;
    lists[name] = Array.from({ length: out }, (_, k) => onesOf(matrix.subarray(k * width, (k + 1) * width)));
  }
  return lists;
}

/** Where `row` is 1, ascending. */
function onesOf(row: Uint8Array): Uint32Array {
  const ones = new Uint32Array(row.length);
  let count = 0;
  for (let j = 0; j < row.length; j++) if (row[j] === 1) ones[count++] = j;
  return ones.slice(0, count);
}
