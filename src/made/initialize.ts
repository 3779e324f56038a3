// The parameters a model begins with, a pure function of its configuration and seed.

import type { ResolvedConfig } from "./config.ts";
import { orthogonal } from "./orthogonal.ts";
import { type Parameters, parameterShapes, sizeOf } from "./parameters.ts";
import { Random } from "./random.ts";

/**
 * Draws every parameter. `"glorot"`: weights uniform in ±√(6 / (fanIn + fanOut)), biases 0 (Glorot and Bengio 2010);
 * `"torch"`: weights and biases uniform in ±1/√fanIn, as torch.nn.Linear does; `"orthogonal"`: see {@link orthogonal},
 * biases 0. Fan-ins are those of the whole matrix, as if nothing were masked.
 */
export function initialParameters(config: ResolvedConfig): Parameters {
  const parameters: Parameters = {};
  let index = 0;
  let fanIn = 1;
  for (const [name, shape] of parameterShapes(config)) {
    const isBias = shape.length === 1;
    if (!isBias) fanIn = shape[1]; // a bias follows its weights and shares their fan-in
    const random = new Random(config.seed, "weights", index++);
    parameters[name] = { shape, data: draw(config.initialization, { shape, isBias, fanIn }, random) };
  }
  return parameters;
}

/** One parameter's values, in its shape. */
function draw(
  initialization: ResolvedConfig["initialization"],
  { shape, isBias, fanIn }: { shape: readonly number[]; isBias: boolean; fanIn: number },
  random: Random,
): Float32Array {
  const uniform = (bound: number) =>
    Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * random.uniform() - 1));
  if (initialization === "torch") return uniform(1 / Math.sqrt(fanIn));
  if (isBias) return new Float32Array(sizeOf(shape));
  if (initialization === "glorot") return uniform(Math.sqrt(6 / (shape[0] + fanIn)));
  return Float32Array.from(orthogonal(shape[0], shape[1], random));
}
