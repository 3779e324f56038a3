// What the stories about a model share. A story is told on either engine, by ../../asking.test.ts on the CPU and by
// ../../../test-e2e/suite/asking.ts on the GPU, and checked against enumeration of all 2^D rows. No test runner in here.

import type { MadeConfig } from "../../../src/made/config.ts";
import { Made } from "../../../src/made/made.ts";
import type { Mask } from "../../../src/made/masks.ts";
import { BinaryRows } from "../../../src/made/rows.ts";
import { randomParameters } from "../../../test-e2e/suite/models.ts";

export interface Story {
  name: string;
  /** Throws where something is wrong; returns what is worth printing. */
  run: (on: GPUDevice | "cpu") => Promise<string>;
}

export const DRAWS = 100_000;

/** All 2^D rows, row i having the bits of i. */
export const everyRow = (D: number): BinaryRows =>
  BinaryRows.from(
    Uint8Array.from({ length: 2 ** D * D }, (_, i) => (Math.floor(i / D) >> (i % D)) & 1),
    D,
  );

export const numberOf = (rows: BinaryRows, r: number): number => rows.words[r];

/** How often each of the 2^D rows comes. */
export function counts(rows: BinaryRows): Float64Array {
  const times = new Float64Array(2 ** rows.inputs);
  for (let r = 0; r < rows.rows; r++) times[numberOf(rows, r)]++;
  return times;
}

/**
 * Pearson's χ² of counts against probabilities; cells that expect fewer than five are taken together.
 * @throws Error where it is so large that chance has it once in a thousand times (Wilson and Hilferty's approximation)
 */
export function chiSquared(times: Float64Array, p: Float64Array, what: string): number {
  const n = times.reduce((a, b) => a + b);
  let chi = 0;
  let cells = -1;
  const rest = { times: 0, expected: 0 };
  const add = (got: number, expected: number) => {
    chi += (got - expected) ** 2 / expected;
    cells++;
  };
  times.forEach((got, i) => {
    const expected = n * p[i];
    if (expected === 0 && got > 0) throw new Error(`${what}: ${got} draws of what is impossible`);
    if (expected >= 5) add(got, expected);
    else {
      rest.times += got;
      rest.expected += expected;
    }
  });
  if (rest.expected >= 1) add(rest.times, rest.expected);
  const spread = 2 / (9 * cells);
  const most = cells * (1 - spread + 3.09 * Math.sqrt(spread)) ** 3;
  if (!(chi <= most)) throw new Error(`${what}: χ² is ${chi} with ${cells} degrees of freedom, allowed ${most}`);
  return chi / cells;
}

/** A model with weights large enough to make some rows much likelier than others. */
export async function model(on: GPUDevice | "cpu", config: MadeConfig, scale = 4): Promise<Made> {
  const made = await Made.create(config, { device: on });
  made.setParameters(randomParameters(made.config, scale));
  return made;
}

/** p(x) of all 2^D rows under the mixture of `masks`. */
export async function probabilities(made: Made, masks: readonly Mask[] | undefined): Promise<Float64Array> {
  const all = everyRow(made.config.inputs);
  return (await made.logProb(all, { masks })).map(Math.exp);
}

/** `p` given that the bits in `observed` are those of `value`. */
export function given(p: Float64Array, observed: number, value: number): Float64Array {
  const some = p.map((v, i) => ((i ^ value) & observed ? 0 : v));
  const sum = some.reduce((a, b) => a + b);
  return some.map((v) => v / sum);
}

/** One row with the lowest bits of `word`. */
export const rowOf = (word: number, D: number): BinaryRows =>
  BinaryRows.from(
    Uint8Array.from({ length: D }, (_, d) => (word >> d) & 1),
    D,
  );

export const six = { inputs: 6, hidden: [20, 14], activation: "tanh", seed: 5 } as const;
