// The options of made train, and what they become: a configuration and options of fit.

import type { Command } from "commander";
import { ArgumentError } from "../../errors.ts";
import {
  ACTIVATIONS,
  type Activation,
  INITIALIZATIONS,
  type Initialization,
  type MadeConfig,
} from "../../made/config.ts";
import { resolveDropout } from "../../made/dropout.ts";
import type { FitOptions } from "../../made/fit.ts";
import { DEGREES, type Degrees } from "../../made/masks.ts";
import { OPTIMIZERS, type OptimizerOptions, resolveOptimizer } from "../../made/optimizer.ts";
import { type LearningRate, SCHEDULES, type Schedule } from "../../made/schedule.ts";
import { asItIs, asLayers, asMasks, asOneOf, asOptimizer, asRate, asSchedule, asShare, asShares } from "../values.ts";
import { asCount, asSeed, type DataOptions, type DeviceOptions, type ReportOptions, valued } from "./options.ts";
import type { Held, TrainingData } from "./training-data.ts";

export interface TrainOptions extends DataOptions, DeviceOptions, ReportOptions {
  output: string;
  hidden: number[];
  activation?: Activation;
  masks?: number;
  ordering?: "natural" | "random";
  degrees?: Degrees;
  direct?: boolean;
  conditionOnMask?: boolean;
  initialization?: Initialization;
  seed: number;
  epochs: number;
  batchSize: number;
  optimizer: OptimizerOptions;
  learningRate?: number;
  schedule?: Omit<Schedule, "learningRate">;
  dropout?: number | number[];
  inputDropout?: number;
  patience: number;
  validation?: Held | "none";
  test?: Held | "none";
  testMasks?: number;
  missing: "error" | "drop";
  maxCategories?: number;
  checkpoint?: string;
  checkpointEvery: number;
  resume?: boolean;
}

export const addTrainOptions = (command: Command): Command =>
  command
    .optionsGroup("Model:")
    .addOption(
      valued("--hidden <units>", "units of each hidden layer: 500,500; none for no hidden layer", asLayers).default(
        [500],
        "500",
      ),
    )
    .addOption(valued("--activation <name>", `${ACTIVATIONS.join(", ")} (default: relu)`, asOneOf(ACTIVATIONS)))
    .addOption(valued("--masks <n>", "masks cycled through; infinity draws a new one every step (default: 1)", asMasks))
    .addOption(
      valued(
        "--ordering <name>",
        "natural or random order of the inputs (default: natural)",
        asOneOf(["natural", "random"]),
      ),
    )
    .addOption(
      valued(
        "--degrees <name>",
        "uniform (drawn) or equal (spread evenly) degrees of hidden units (default: uniform)",
        asOneOf(DEGREES),
      ),
    )
    .option("--direct", "direct connections from inputs to outputs")
    .option("--condition-on-mask", "connectivity weights, which tell a layer its mask")
    .addOption(
      valued("--initialization <name>", `${INITIALIZATIONS.join(", ")} (default: torch)`, asOneOf(INITIALIZATIONS)),
    )
    .addOption(valued("--seed <n>", "seed of masks, weights, batches and rows that are held out", asSeed).default(1))
    .optionsGroup("Training:")
    .addOption(valued("--epochs <n>", "most passes over the training rows", asCount).default(100))
    .addOption(valued("--patience <n>", "stop after n epochs without a better validation", asCount).default(30))
    .addOption(
      valued(
        "--validation <share|file>",
        "rows to choose the weights by: a share, a file, or none (default: valid_data, or 0.1)",
        asHeld,
      ),
    )
    .addOption(
      valued(
        "--test <share|file>",
        "rows to report on in the end: a share, a file, or none (default: test_data, or none)",
        asHeld,
      ),
    )
    .addOption(valued("--test-masks <n>", "masks to average over at test (default: those of training)", asCount))
    .addOption(valued("--batch-size <n>", "rows a minibatch", asCount).default(100))
    .addOption(
      valued("--optimizer <name>", `${OPTIMIZERS.join(", ")}, with options: adadelta,rho=0.95`, asOptimizer).default(
        { name: "adam" },
        "adam",
      ),
    )
    .addOption(valued("--learning-rate <x>", "of the optimiser (default: the optimiser's)", asRate))
    .addOption(
      valued("--schedule <name>", `${SCHEDULES.join(", ")} learning rate, with options: cosine,warmup=500`, asSchedule),
    )
    .addOption(
      valued("--dropout <p>", "share of hidden units that drop out: 0.5 or, layer by layer, 0.5,0.2", asShares),
    )
    .addOption(valued("--input-dropout <p>", "share of inputs that drop out", asShare))
    .addOption(
      valued(
        "--checkpoint <file>",
        "where a run that is not over is saved (default: the output's name and .checkpoint)",
        asItIs,
      ),
    )
    .addOption(valued("--checkpoint-every <seconds>", "how often", asRate).default(60))
    .option("--resume", "goes on from the checkpoint that an interrupted run left, to the same end")
    .optionsGroup("Data:")
    .addOption(
      valued(
        "--missing <what>",
        "error, or drop the rows with missing cells",
        asOneOf<"error" | "drop">(["error", "drop"]),
      ).default("error"),
    )
    .addOption(valued("--max-categories <n>", "most values of a column that becomes indicators (default: 16)", asMost));

function asMost(value: string, option: string): number {
  const n = asCount(value, option);
  if (n < 2) throw new ArgumentError(`${option}: got ${n}, expected an integer ≥ 2`);
  return n;
}

/** A share of the rows, or whatever else is the name of a file. */
function asHeld(value: string, option: string): Held {
  if (!/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(value)) return value;
  const share = Number(value);
  if (!(share > 0 && share < 1))
    throw new ArgumentError(`${option}: got "${value}", expected a share in (0, 1), a file, or none`);
  return share;
}

/** The model that the options and the data ask for. */
export function configOf(options: TrainOptions, { train, columns }: TrainingData): MadeConfig {
  const { hidden, activation, masks, ordering, degrees, direct, conditionOnMask, initialization, seed } = options;
  return {
    inputs: train.inputs,
    hidden,
    activation,
    masks,
    ordering,
    degrees,
    directConnections: direct,
    conditionOnMask,
    initialization,
    seed,
    ...(columns && { columns, inputNames: columns.flatMap(({ inputs }) => inputs) }),
  };
}

/** @throws ArgumentError for dropout that does not fit the layers */
export function fitOptionsOf(options: TrainOptions, { validation }: TrainingData): FitOptions & { epochs: number } {
  const { epochs, batchSize, optimizer, dropout, inputDropout, patience } = options;
  resolveDropout(options.hidden.length, options);
  const learningRate = learningRateOf(options);
  return {
    epochs,
    batchSize,
    optimizer: { ...optimizer, learningRate },
    dropout,
    inputDropout,
    ...(validation && { patience }),
  };
}

function learningRateOf({ optimizer, learningRate, schedule }: TrainOptions): LearningRate | undefined {
  if (!schedule) return learningRate;
  return { ...schedule, learningRate: learningRate ?? resolveOptimizer(optimizer).learningRate } as Schedule;
}
