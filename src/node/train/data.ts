// What the terminal job trains on: MNIST, as much of it as a plan says.

import { ArgumentError } from "../../errors.ts";
import { resolveOptimizer } from "../../made/optimizer.ts";
import type { LearningRate, Schedule } from "../../made/schedule.ts";
import { MNIST_SEED, type MnistPlan, takeRows } from "../../mnist-job.ts";
import type { JobData, JobSettings } from "../../training-job.ts";
import { readMnist } from "../mnist.ts";
import type { TrainOptions } from "./options.ts";

/** How much of the splits to use, and how to train on it. */
export type Plan = MnistPlan & { patience?: number };

/** What a plan becomes by the options. */
export function applyOptions(plan: Plan, { rows, hidden, masks, ...options }: TrainOptions): Plan {
  const trainRows = rows ?? plan.trainRows;
  return {
    ...plan,
    trainRows,
    roundRows: Math.min(plan.roundRows, trainRows),
    hidden: hidden ?? plan.hidden,
    masks: masks ?? plan.masks,
    batchSize: options.batchSize ?? plan.batchSize,
    learningRate: options.learningRate ?? plan.learningRate,
    patience: options.patience ?? plan.patience,
    // Who says how many epochs wants them all, in their time, and to see each of them.
    ...(options.epochs && {
      epochs: options.epochs,
      roundRows: trainRows,
      trainSeconds: undefined,
      testSeconds: undefined,
    }),
  };
}

/** What a plan says of the training loop. @throws ArgumentError where a schedule has no end that can be known */
export function settingsOf(plan: Plan, options: TrainOptions): JobSettings {
  const { optimizer, testMasks, dropout, inputDropout } = options;
  const { batchSize, epochs, roundRows, patience, trainSeconds, testSeconds } = plan;
  const learningRate = learningRateOf(plan, options);
  return {
    batchSize,
    epochs,
    roundRows,
    patience,
    trainSeconds,
    testSeconds,
    testMasks,
    dropout,
    inputDropout,
    optimizer: { ...optimizer, learningRate },
  };
}

function learningRateOf(plan: Plan, { optimizer, learningRate, schedule }: TrainOptions): LearningRate | undefined {
  // The plan's learning rate is meant for Adam; the others have defaults of their own.
  const rate = learningRate ?? (optimizer.name.startsWith("adam") ? plan.learningRate : undefined);
  if (!schedule) return rate;
  const scheduled = { ...schedule, learningRate: rate ?? resolveOptimizer(optimizer).learningRate } as Schedule;
  if (scheduled.name !== "cosine" || scheduled.length !== undefined) return scheduled;
  if (!Number.isFinite(plan.epochs))
    throw new ArgumentError(
      "--schedule: got a cosine without length, expected one, as in cosine,length=2000, or --epochs",
    );
  const perEpoch = scheduled.unit === "epoch" ? 1 : Math.ceil(plan.trainRows / plan.batchSize);
  return { ...scheduled, length: plan.epochs * perEpoch };
}

/** MNIST, as much of it as the plan uses. */
export async function readDigits(plan: Plan): Promise<JobData> {
  if (plan.trainRows > 50_000)
    throw new ArgumentError(`--rows: got ${plan.trainRows}, expected at most the 50,000 training digits of MNIST`);
  return takeRows(await readMnist({ seed: MNIST_SEED, trainRows: plan.trainRows }), plan);
}
