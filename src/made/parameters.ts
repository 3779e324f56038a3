// The parameters of a MADE by their names in the paper: W1 b1 … WL bL, V c, A with direct connections, and U1 … UL, UV
// with connectivity weights.

import { ArgumentError } from "../errors.ts";
import type { ResolvedConfig } from "./config.ts";

/** One parameter: row-major values; weights are `[out, in]`, biases `[out]`. */
export interface Parameter {
  /** `[out, in]` or `[out]`. */
  readonly shape: readonly number[];
  /** The values, rounded to float32 where the engine has float64. */
  readonly data: Float32Array;
}

/**
 * Every parameter under its name in the paper: `W1 b1 … WL bL V c`, with direct connections `A`, and with `conditionOnMask`
 * `U1 … UL UV`, the connectivity weights beside `W1 … WL V`.
 */
export type Parameters = Record<string, Parameter>;

type Shape = Pick<ResolvedConfig, "inputs" | "hidden" | "directConnections"> &
  Partial<Pick<ResolvedConfig, "conditionOnMask">>;

/** The bias that goes with a weight matrix: b1 with W1, c with V. */
export const biasOf = (weights: string): string => (weights === "V" ? "c" : weights.replace("W", "b"));

/** The connectivity weights that go with a weight matrix: U1 with W1, UV with V. */
export const connectivityOf = (weights: string): string => (weights === "V" ? "UV" : weights.replace("W", "U"));

/** Names and shapes of the parameters, in the order W1 b1 … WL bL V c A U1 … UL UV. */
export function parameterShapes(shape: Shape): Map<string, readonly number[]> {
  const { inputs, hidden, directConnections, conditionOnMask = false } = shape;
  const shapes = new Map<string, readonly number[]>();
  let below = inputs;
  hidden.forEach((units, l) => {
    shapes.set(`W${l + 1}`, [units, below]);
    shapes.set(`b${l + 1}`, [units]);
    below = units;
  });
  shapes.set("V", [inputs, below]);
  shapes.set("c", [inputs]);
  const conditioned = conditionOnMask ? [...shapes].filter(([, { length }]) => length === 2) : [];
  if (directConnections) shapes.set("A", [inputs, inputs]);
  for (const [name, matrix] of conditioned) shapes.set(connectivityOf(name), matrix);
  return shapes;
}

/** Number of values in a parameter of this shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Checks a record of parameters (or bare Float32Arrays) against the shapes of `config` and returns copies.
 * @throws ArgumentError on a missing or unknown name, a wrong length, or a value that is not finite.
 */
export function checkParameters(config: Shape, given: Record<string, Parameter | Float32Array>): Parameters {
  const shapes = parameterShapes(config);
  const names = [...shapes.keys()].join(" ");
  for (const name of Object.keys(given))
    if (!shapes.has(name))
      throw new ArgumentError(`parameters: there is no "${name}" in this model, which has ${names}`);
  const checked: Parameters = {};
  for (const [name, shape] of shapes) {
    const value = given[name];
    if (value === undefined) throw new ArgumentError(`parameters: "${name}" is missing; this model has ${names}`);
    const data = value instanceof Float32Array ? value : value.data;
    if (!(data instanceof Float32Array))
      throw new ArgumentError(
        `parameters.${name}: got ${Object.prototype.toString.call(data)}, expected a Float32Array`,
      );
    if (data.length !== sizeOf(shape))
      throw new ArgumentError(`parameters.${name}: got ${data.length} values, expected [${shape}] = ${sizeOf(shape)}`);
    if (!(value instanceof Float32Array) && String(value.shape) !== String(shape))
      throw new ArgumentError(`parameters.${name}.shape: got [${value.shape}], expected [${shape}]`);
    const bad = data.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0) throw new ArgumentError(`parameters.${name}: value ${bad} is ${data[bad]}, expected a finite number`);
    checked[name] = { shape, data: data.slice() };
  }
  return checked;
}
