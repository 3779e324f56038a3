// Models for property tests: fast-check draws a small description, and everything else (weights, masks, rows) follows
// from it by seed, so that a counterexample prints in one line and shrinks. No assertions here.

import fc from "fast-check";
import { ACTIVATIONS, type Activation, type ResolvedConfig, resolveConfig } from "../../src/made/config.ts";
import { DEGREES, type Degrees, maskAt } from "../../src/made/masks.ts";
import { type Parameters, parameterShapes, sizeOf } from "../../src/made/parameters.ts";
import { Random } from "../../src/made/random.ts";
import { createModel } from "../../src/made/reference/model.ts";

/** A model in short. */
export interface Description {
  D: number;
  hidden: number[];
  activation: Activation;
  directConnections: boolean;
  ordering: "natural" | "random" | "given";
  masks: number;
  degrees?: Degrees;
  conditionOnMask?: boolean;
  seed: number;
}

/** Descriptions with D in 1 … `maxD`, at most three hidden layers of 1 … `maxWidth` units, and 1 … 3 masks. */
export const descriptions = ({ maxD = 20, maxWidth = 40 } = {}): fc.Arbitrary<Description> =>
  fc.record({
    D: fc.integer({ min: 1, max: maxD }),
    hidden: fc.array(fc.integer({ min: 1, max: maxWidth }), { maxLength: 3, size: "max" }),
    activation: fc.constantFrom(...ACTIVATIONS),
    directConnections: fc.boolean(),
    ordering: fc.constantFrom("natural", "random", "given"),
    masks: fc.integer({ min: 1, max: 3 }),
    degrees: fc.constantFrom(...DEGREES),
    conditionOnMask: fc.boolean(),
    seed: fc.nat(),
  });

/** Asserts `property` with a fixed seed: the same cases on every run and every machine. */
export const check = <T extends unknown[]>(property: fc.IProperty<T>, numRuns: number) =>
  fc.assert(property, { seed: 150203509, numRuns });

/** The model that a description means, with weights up to ±1.5 everywhere, hidden ones included. */
export function build({ D, ordering, seed, ...rest }: Description, masked = true) {
  const given = [...new Random(seed, "shuffle").permutation(D)].map((position) => position + 1);
  const config = resolveConfig({
    ...rest,
    inputs: D,
    seed,
    masked,
    ordering: ordering === "given" ? given : ordering,
  });
  const parameters = randomParameters(config);
  const masks = Array.from({ length: rest.masks }, (_, k) => maskAt(config, k));
  return { config, parameters, masks, model: createModel(config, parameters) };
}

/** Values uniform in ±1.5, exact in float32. */
export function randomParameters(config: ResolvedConfig): Parameters {
  const parameters: Parameters = {};
  const random = new Random(config.seed, "weights");
  for (const [name, shape] of parameterShapes(config))
    parameters[name] = { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 3 * random.uniform() - 1.5) };
  return parameters;
}

/** Fair 0/1 values, (rows, D). */
export function randomRows(seed: number, rows: number, D: number): Float64Array {
  const random = new Random(seed, "binarize");
  return Float64Array.from({ length: rows * D }, () => random.below(2));
}

/** Numbers in [0, 1), (rows, D). */
export function randomUniforms(seed: number, rows: number, D: number): Float32Array {
  const random = new Random(seed, "sample");
  return Float32Array.from({ length: rows * D }, () => random.uniform());
}

/** All 2^D rows, (2^D, D). */
export const everyRow = (D: number): Float64Array =>
  Float64Array.from({ length: 2 ** D * D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1);
