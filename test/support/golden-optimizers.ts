// The golden steps of the optimisers (test/golden/optimizers) as this project's own types, in Node and in a browser.

import { type MadeConfig, type ResolvedConfig, resolveConfig } from "../../src/made/config.ts";
import type { Mask } from "../../src/made/masks.ts";
import { type Hyperparameters, resolveOptimizer } from "../../src/made/optimizer.ts";
import { type Parameters, parameterShapes } from "../../src/made/parameters.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import golden from "../golden/optimizers/golden.json" with { type: "json" };

interface Json {
  config: MadeConfig;
  masks: Mask[];
  parameters: Record<string, number[]>;
  rows: number[][];
  cases: {
    masks: number;
    conditionOnMask: boolean;
    /** Of every optimiser, at one learning rate. */
    optimizer: Hyperparameters;
    nllBeforeStep: number[];
    parametersAfter: Record<string, number[]>;
  }[];
}

/** One run: step t takes all rows under mask t mod K. */
export interface OptimizerRun {
  name: string;
  config: ResolvedConfig & { masks: readonly Mask[] };
  parameters: Parameters;
  rows: BinaryRows;
  optimizer: Hyperparameters;
  /** Mean −log p in nats before each step. */
  nllBeforeStep: number[];
  parametersAfter: Record<string, number[]>;
}

const { config, masks, parameters, rows, cases } = golden as unknown as Json;

export const optimizerRuns: readonly OptimizerRun[] = cases.map((run) => {
  const under = masks.slice(0, run.masks);
  const resolved = {
    ...resolveConfig({ ...config, masks: under, conditionOnMask: run.conditionOnMask }),
    masks: under,
  };
  const shapes = [...parameterShapes(resolved)];
  const { name, ...options } = run.optimizer;
  const said = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return {
    name: [
      `${name} under ${run.masks} mask${run.masks > 1 ? "s" : ""}`,
      ...said,
      ...(run.conditionOnMask ? ["conditioned on the mask"] : []),
    ].join(", "),
    config: resolved,
    parameters: Object.fromEntries(
      shapes.map(([key, shape]) => [key, { shape, data: Float32Array.from(parameters[key]) }]),
    ),
    rows: BinaryRows.from(rows),
    optimizer: resolveOptimizer(run.optimizer),
    nllBeforeStep: run.nllBeforeStep,
    parametersAfter: run.parametersAfter,
  };
});
