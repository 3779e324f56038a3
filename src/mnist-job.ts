// MNIST as a newcomer meets it: how much of it to learn on the engine at hand, and what to say of the outcome. The
// terminal program and the page share this; training-job.ts does the work.

import { isSoftware } from "./gpu/gpu.ts";
import type { MnistSplits } from "./io/mnist.ts";
import type { ResolvedConfig } from "./made/config.ts";
import type { Made } from "./made/made.ts";
import type { BinaryRows } from "./made/rows.ts";
import type { TestResult } from "./test-result.ts";
import type { JobData, Stopped, TrainingJob } from "./training-job.ts";

/** A GPU, a software adapter that runs shaders on the processor, or the float64 engine without WebGPU. */
export type EngineKind = "hardware" | "software" | "cpu";

export interface MnistPlan {
  hidden: readonly number[];
  masks: number;
  batchSize: number;
  learningRate: number;
  /** Most passes over the training digits. */
  epochs: number;
  /** How many of the 50,000, 10,000 and 10,000 digits to use, the first ones. */
  trainRows: number;
  validationRows: number;
  testRows: number;
  /** Digits in a round, after which there are a validation and new samples; `trainRows` makes it an epoch. */
  roundRows: number;
  /** Most seconds of training and of testing; left out: no limit. */
  trainSeconds?: number;
  testSeconds?: number;
}

/** Seed of the one draw that makes MNIST's grey pixels black or white: the same bits in every run, whatever its seed. */
export const MNIST_SEED = 1;

/** Side of a digit, in pixels. */
export const MNIST_SIDE = 28;

/** The figure of the paper that comes nearest to what is trained here. */
export const PAPER = {
  nll: 94.5,
  label: "paper, 500 units, one mask",
  text:
    "For comparison, the paper has about 94.5 for 500 units and one mask (its figure 2), trained to the end on the " +
    "binarised MNIST of the literature. Here each pixel was drawn once with its grey level as probability: " +
    "not the same bits.",
};

const PLANS: Record<EngineKind, MnistPlan> = {
  hardware: {
    hidden: [500],
    masks: 1,
    batchSize: 100,
    learningRate: 1e-3,
    epochs: 20,
    trainRows: 50_000,
    validationRows: 10_000,
    testRows: 10_000,
    roundRows: 50_000,
  },
  // Three hundred to three thousand steps fit: a large learning rate makes the most of them.
  software: {
    hidden: [500],
    masks: 1,
    batchSize: 100,
    learningRate: 5e-3,
    epochs: Number.POSITIVE_INFINITY,
    trainRows: 50_000,
    validationRows: 500,
    testRows: 10_000,
    roundRows: 2000,
    trainSeconds: 75,
    testSeconds: 15,
  },
  cpu: {
    hidden: [100],
    masks: 1,
    batchSize: 50,
    learningRate: 1e-2,
    epochs: Number.POSITIVE_INFINITY,
    trainRows: 50_000,
    validationRows: 500,
    testRows: 10_000,
    roundRows: 1000,
    trainSeconds: 60,
    testSeconds: 10,
  },
};

/** All of MNIST on a GPU; on anything slower what can be learned and tested in less than two minutes. */
export const planFor = (kind: EngineKind): MnistPlan => PLANS[kind];

/** What kind of engine an adapter is; `"cpu"` stands for the engine without one. */
export const kindOf = (adapter: GPUAdapterInfo | "cpu"): EngineKind =>
  adapter === "cpu" ? "cpu" : isSoftware(adapter) ? "software" : "hardware";

/** The rows that a plan uses. */
export function takeRows({ train, validation, test }: MnistSplits<BinaryRows>, plan: MnistPlan): Required<JobData> {
  const first = (rows: BinaryRows, count: number) => (count < rows.rows ? rows.slice(0, count) : rows);
  return {
    train: first(train, plan.trainRows),
    validation: first(validation, plan.validationRows),
    test: first(test, plan.testRows),
  };
}

/** Rows that are enough to know how often a pixel is inked. */
const MARGINAL_ROWS = 5000;

/**
 * Where the time is limited, begins the output biases c at the log-odds of the training pixels: a new model would spend
 * its first few hundred steps on learning them, which is all that a slow adapter has time for. Without a limit a run
 * begins as the literature's do, so that its figures can be compared.
 */
export async function startAtMarginals(
  made: Made,
  train: BinaryRows,
  { trainSeconds }: { trainSeconds?: number },
): Promise<void> {
  if (trainSeconds === undefined) return;
  const parameters = await made.parameters();
  const n = Math.min(train.rows, MARGINAL_ROWS);
  for (let d = 0; d < train.inputs; d++) {
    let ones = 0;
    for (let r = 0; r < n; r++) ones += train.get(r, d);
    parameters.c.data[d] = Math.log((ones + 0.5) / (n - ones + 0.5));
  }
  made.setParameters(parameters);
}

/** An integer as people write it: 50,000. */
export const thousands = (n: number): string => n.toLocaleString("en-US", { maximumFractionDigits: 0 });

/** The model in words: "500 ReLU units, 1 mask". */
export function describeModel({ hidden, activation, masks, directConnections }: ResolvedConfig): string {
  const g = { relu: "ReLU", softplus: "softplus", tanh: "tanh", sigmoid: "sigmoid" }[activation];
  const units = hidden.length === 0 ? "no hidden layer" : `${hidden.map(thousands).join(" + ")} ${g} units`;
  const K = typeof masks === "number" ? masks : masks.length;
  const ensemble =
    K === Number.POSITIVE_INFINITY ? "a new mask every step" : K === 1 ? "1 mask" : `${thousands(K)} masks`;
  return [units, ensemble, directConnections ? "direct connections" : []].flat().join(", ");
}

/** What was trained on what and for how long, in one sentence; `rowName` is what one row is called. */
export function describeTraining(
  job: Pick<TrainingJob, "rowsSeen" | "seconds">,
  { data, model, stopped, rowName }: { data: JobData; model: string; stopped: Stopped; rowName: string },
): string {
  const { rowsSeen, seconds } = job;
  const all = data.train.rows;
  const passes = Math.round((10 * rowsSeen) / all) / 10;
  const seen =
    rowsSeen < all
      ? `${thousands(rowsSeen)} of ${thousands(all)} training ${rowName}s once`
      : `${thousands(all)} training ${rowName}s ${passes === 1 ? "once" : `${passes} times`}`;
  const why = {
    epochs: "",
    time: ", when its time was up",
    patience: ", when validation had stopped improving",
    aborted: ", when it was stopped",
  }[stopped];
  return `${model}: saw ${seen} in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s${why}.`;
}

/** The outcome in one sentence, with how much it is worth. */
export function describeTest({ nll, standardError, rows }: TestResult, { test }: JobData, rowName: string): string {
  const of = rows < test.rows ? `the first ${thousands(rows)} of ${thousands(test.rows)}` : `all ${thousands(rows)}`;
  const error = standardError.toFixed(2);
  return `Test NLL ${nll.toFixed(2)} ± ${error} nats a ${rowName} (± standard error) on ${of} test ${rowName}s.`;
}
