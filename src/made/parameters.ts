// The parameters of a MADE by their names in the paper: W1 b1 … WL bL, V c, and A with direct connections.

import { ArgumentError } from "../errors.ts";
import type { ResolvedConfig } from "./config.ts";

/** One parameter: row-major values; weights are `[out, in]`, biases `[out]`. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Every parameter under its name in the paper: `W1 b1 … WL bL V c` and, with direct connections, `A`. */
export type Parameters = Record<string, Parameter>;

type Shape = Pick<ResolvedConfig, "inputs" | "hidden" | "directConnections">;

/** Names and shapes of the parameters, in the order W1 b1 … WL bL V c A. */
export function parameterShapes({ inputs, hidden, directConnections }: Shape): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let below = inputs;
  hidden.forEach((units, l) => {
    shapes.set(`W${l + 1}`, [units, below]);
    shapes.set(`b${l + 1}`, [units]);
    below = units;
  });
  shapes.set("V", [inputs, below]);
  shapes.set("c", [inputs]);
  if (directConnections) shapes.set("A", [inputs, inputs]);
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
