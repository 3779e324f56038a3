// The address's query: a smaller or larger plan than the adapter's own, for tests and for the curious. For example
// ?hidden=32&train-rows=500&round-rows=250&seconds=5&seed=3&device=cpu; the names are those below.

import { ArgumentError } from "../../src/errors.ts";
import type { MnistPlan } from "../../src/mnist-job.ts";

export interface Query {
  /** Replaces fields of the plan. */
  plan: Partial<MnistPlan>;
  /** `"cpu"`: the engine without WebGPU, wanted or not. */
  device: "gpu" | "cpu";
  seed: number;
}

const COUNTS = {
  "train-rows": "trainRows",
  "validation-rows": "validationRows",
  "test-rows": "testRows",
  "round-rows": "roundRows",
  batch: "batchSize",
  epochs: "epochs",
  masks: "masks",
  seconds: "trainSeconds",
  "test-seconds": "testSeconds",
} as const satisfies Record<string, keyof MnistPlan>;

/** @throws ArgumentError naming the parameter, what came and what was expected */
export function readQuery(search: string): Query {
  const query: Query = { plan: {}, device: "gpu", seed: 1 };
  for (const [name, value] of new URLSearchParams(search)) {
    if (name === "seed") query.seed = readSeed(value);
    else if (name === "hidden") query.plan.hidden = value.split(",").map((units) => count(name, units, 1));
    else if (name in COUNTS) query.plan[COUNTS[name as keyof typeof COUNTS]] = count(name, value, 1);
    else if (name === "device" && (value === "cpu" || value === "gpu")) query.device = value;
    else if (name === "device") throw new ArgumentError(`device: got "${value}", expected gpu or cpu`);
  }
  return query;
}

/** @throws ArgumentError unless it is an integer ≥ 0 */
export const readSeed = (value: string): number => count("seed", value, 0);

function count(name: string, value: string, least: number): number {
  const n = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(n) || n < least)
    throw new ArgumentError(`${name}: got "${value}", expected an integer ≥ ${least}`);
  return n;
}
