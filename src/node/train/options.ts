// The options of the terminal program, checked one by one. Decides only; train.ts does it.

import { parseArgs } from "node:util";
import { ArgumentError } from "../../errors.ts";
import { ACTIVATIONS, type Activation, INITIALIZATIONS, type Initialization } from "../../made/config.ts";
import { DEGREES, type Degrees } from "../../made/masks.ts";
import { OPTIMIZERS, type OptimizerOptions } from "../../made/optimizer.ts";
import { SCHEDULES, type Schedule } from "../../made/schedule.ts";
import {
  asInteger,
  asItIs,
  asLayers,
  asMasks,
  asOneOf,
  asOptimizer,
  asPng,
  asRate,
  asSchedule,
  asShare,
  asShares,
} from "../values.ts";

/** What was asked for; what was not is undefined, and left to the plan or to the library's defaults. */
export interface TrainOptions {
  /** An NPZ file; MNIST without it. */
  data?: string;
  hidden?: number[];
  activation?: Activation;
  masks?: number;
  testMasks?: number;
  ordering?: "natural" | "random";
  degrees?: Degrees;
  direct: boolean;
  conditionOnMask: boolean;
  initialization?: Initialization;
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  optimizer: OptimizerOptions;
  /** Its learning rate is `learningRate`, or else the optimiser's. */
  schedule?: Omit<Schedule, "learningRate">;
  dropout?: number | number[];
  inputDropout?: number;
  patience?: number;
  seed: number;
  rows?: number;
  full: boolean;
  device: "gpu" | "software" | "cpu";
  json: boolean;
  quiet: boolean;
  out: string;
  help: boolean;
}

export const USAGE = `npm run train [-- options]

Trains a MADE with WebGPU, reports its test NLL, and draws samples of it.

data
  --data FILE.npz            arrays train_data, valid_data and test_data of 0 and 1, rows × inputs
                             (default: MNIST, binarised; where the time is limited, output
                             biases begin at its pixels' log-odds)
  --rows N                   only the first N training rows
  --full                     all of MNIST for 20 epochs, however slow the adapter

model
  --hidden 500,500           units of each hidden layer; none for no hidden layer (default: 500)
  --activation NAME          ${ACTIVATIONS.join(", ")} (default: relu)
  --masks N                  masks cycled through; infinity draws a new one every step (default: 1)
  --ordering NAME            natural or random order of the inputs (default: natural)
  --degrees NAME             uniform (drawn) or equal (spread evenly) degrees of the hidden units (default: uniform)
  --direct                   direct connections from inputs to outputs
  --condition-on-mask        connectivity weights, which tell a layer its mask
  --initialization NAME      ${INITIALIZATIONS.join(", ")} (default: torch)
  --seed N                   seed of masks, weights and batches (default: 1)

training
  --epochs N                 most passes over the training rows
  --batch-size N             rows a minibatch
  --learning-rate X          of the optimiser
  --optimizer NAME           ${OPTIMIZERS.join(", ")} (default: adam),
                             with options: adadelta,rho=0.95,epsilon=1e-5
  --schedule NAME            ${SCHEDULES.join(", ")} learning rate, with options: cosine,warmup=500,minimum=1e-5
  --dropout P                share of hidden units that drop out, such as 0.5 or, layer by layer, 0.5,0.2
  --input-dropout P          share of inputs that drop out
  --patience N               stop after N validations without a better one
  --test-masks N             masks to average over at test (default: those of training; 32 of infinitely many)

engine
  --device NAME              gpu, software (a GPU driver that runs on the processor) or cpu (no WebGPU at all)
                             (default: gpu, the best there is)

output
  --out FILE.png             where the samples go (default: samples.png)
  --json                     one line of JSON for each validation and for the outcome
  --quiet                    the outcome alone
  --help                     this text

Ctrl-C stops the training and reports on the best weights so far.`;

const FLAGS = ["direct", "condition-on-mask", "full", "json", "quiet", "help"] as const;
const VALUES = [
  ...["data", "rows", "hidden", "activation", "masks", "test-masks", "ordering", "degrees"],
  ...["initialization", "seed", "epochs", "batch-size", "learning-rate", "optimizer", "schedule", "patience"],
  ...["dropout", "input-dropout", "device", "out"],
];

/** @throws ArgumentError naming the option, what came and what was expected */
export function readOptions(args: string[]): TrainOptions {
  const { flags, values } = readTokens(args);
  const has = (flag: (typeof FLAGS)[number]) => flags.has(flag);
  const read = <T>(option: string, as: (value: string, option: string) => T): T | undefined => {
    const value = values.get(option);
    return value === undefined ? undefined : as(value, `--${option}`);
  };
  const options: TrainOptions = {
    data: read("data", asItIs),
    rows: read("rows", asInteger(1)),
    full: has("full"),
    hidden: read("hidden", asLayers),
    activation: read("activation", asOneOf(ACTIVATIONS)),
    masks: read("masks", asMasks),
    testMasks: read("test-masks", asInteger(1)),
    ordering: read("ordering", asOneOf(["natural", "random"])),
    degrees: read("degrees", asOneOf(DEGREES)),
    direct: has("direct"),
    conditionOnMask: has("condition-on-mask"),
    initialization: read("initialization", asOneOf(INITIALIZATIONS)),
    seed: read("seed", asInteger(0)) ?? 1,
    epochs: read("epochs", asInteger(1)),
    batchSize: read("batch-size", asInteger(1)),
    learningRate: read("learning-rate", asRate),
    optimizer: read("optimizer", asOptimizer) ?? { name: "adam" },
    schedule: read("schedule", asSchedule),
    dropout: read("dropout", asShares),
    inputDropout: read("input-dropout", asShare),
    patience: read("patience", asInteger(1)),
    device: read("device", asOneOf(["gpu", "software", "cpu"])) ?? "gpu",
    json: has("json"),
    quiet: has("quiet"),
    out: read("out", asPng) ?? "samples.png",
    help: has("help"),
  };
  if (options.full && options.data) throw new ArgumentError("--full: got --data too, expected it for MNIST alone");
  if (options.full && options.rows) throw new ArgumentError("--full: got --rows too, expected one of them");
  if (options.data && values.has("out"))
    throw new ArgumentError("--out: got --data too, expected it for MNIST alone, whose rows are pictures");
  return options;
}

/** Splits the arguments into flags and options with a value. */
function readTokens(args: string[]) {
  const options = Object.fromEntries([
    ...FLAGS.map((name) => [name, { type: "boolean" as const }]),
    ...VALUES.map((name) => [name, { type: "string" as const }]),
  ]);
  const flags = new Set<string>();
  const values = new Map<string, string>();
  // Not strict: what parseArgs says of a wrong argument takes three sentences.
  for (const token of parseArgs({ args, options, strict: false, tokens: true }).tokens) {
    if (token.kind === "positional")
      throw new ArgumentError(`${token.value}: expected an option, such as --epochs 5; --help lists them`);
    if (token.kind === "option-terminator") continue;
    const { name, rawName, value } = token;
    if (!(name in options)) throw new ArgumentError(`${rawName}: there is no such option; --help lists them`);
    if (options[name].type === "string") {
      if (value === undefined || value === "") throw new ArgumentError(`${rawName}: got no value, expected one`);
      values.set(name, value);
    } else {
      if (value !== undefined) throw new ArgumentError(`${rawName}: got "${value}", expected no value`);
      flags.add(name);
    }
  }
  return { flags, values };
}
