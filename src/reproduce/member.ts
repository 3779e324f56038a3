// Trains one member of a recipe: in rounds of epochs with a validation after each, at one learning rate after another, each
// with early stopping, the best weights kept. Knows neither files nor terminal, and never gets to see test rows.

import { Made } from "../made/made.ts";
import type { Parameters } from "../made/parameters.ts";
import type { BinaryRows } from "../made/rows.ts";
import { type Candidate, configOf, epochsPerRound } from "./recipe.ts";
import { scoreOf } from "./statistics.ts";

/** What a member learns from. */
export interface LearningRows {
  readonly train: BinaryRows;
  readonly valid: BinaryRows;
}

/** What is known of a trained member; plain data. */
export interface MemberRecord {
  readonly candidate: Candidate;
  readonly seed: number;
  readonly engine: string;
  /** Epoch whose weights it has, and how many there were. */
  readonly bestEpoch: number;
  readonly epochs: number;
  /** Mean NLL in nats of its last round's training rows, each under its minibatch's mask and with dropout. */
  readonly trainNll: number;
  /** Mean NLL in nats of the validation rows under `masks.final` masks. */
  readonly validationNll: number;
  /** log p of every validation row under them. */
  readonly validationLogProb: readonly number[];
  /** Seconds of training, validations included. */
  readonly seconds: number;
}

export interface RoundReport {
  readonly epoch: number;
  readonly trainNll: number;
  readonly validationNll: number;
  readonly best: boolean;
}

export interface TrainMemberOptions {
  readonly device: GPUDevice | "cpu";
  /** Rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onRound?: (report: RoundReport) => void;
}

/** @returns the model with its best weights, which the caller disposes of, and its record */
export async function trainMember(
  candidate: Candidate,
  seed: number,
  { train, valid }: LearningRows,
  { device, signal, onRound }: TrainMemberOptions,
): Promise<{ made: Made; record: MemberRecord }> {
  const { optimizer, batchSize, dropout, inputDropout, patience, minibatches, masks } = candidate;
  const started = performance.now();
  const made = await Made.create(configOf(candidate, train.inputs, seed), { device });
  try {
    const round = epochsPerRound(candidate, train.rows);
    const stepsPerEpoch = Math.ceil(train.rows / Math.min(batchSize, train.rows));
    let best: { nll: number; epoch: number; parameters: Parameters } | undefined;
    let epoch = 0;
    let trainNll = Number.NaN;
    for (const stage of candidate.stages) {
      if (best) made.setParameters(best.parameters);
      const rate = { ...optimizer, learningRate: stage * optimizer.learningRate };
      const from = epoch;
      const idle = () => epoch - Math.max(from, best?.epoch ?? 0);
      while ((epoch - from) * stepsPerEpoch < minibatches && idle() < patience * round) {
        const resume = epoch > from;
        const options = { optimizer: rate, batchSize, dropout, inputDropout, epochs: round, signal, resume };
        const { epochs } = await made.fit(train, options);
        signal?.throwIfAborted();
        epoch += round;
        trainNll = epochs[epochs.length - 1].trainNll;
        const { nll } = scoreOf(await made.logProb(valid, { masks: masks.validation, signal }));
        const better = !best || nll < best.nll;
        if (better) best = { nll, epoch, parameters: await made.parameters() };
        onRound?.({ epoch, trainNll, validationNll: nll, best: better });
      }
    }
    made.setParameters(best!.parameters);
    const validationLogProb = [...(await made.logProb(valid, { masks: masks.final, signal }))];
    const record: MemberRecord = {
      candidate,
      seed,
      engine: made.engine,
      bestEpoch: best!.epoch,
      epochs: epoch,
      trainNll,
      validationNll: scoreOf(validationLogProb).nll,
      validationLogProb,
      seconds: (performance.now() - started) / 1000,
    };
    return { made, record };
  } catch (error) {
    made.dispose();
    throw error;
  }
}
