// Runs recipes on the splits of one data set: members are trained or found where they are kept, validation rows choose, and
// what was chosen is asked for the test rows once.

import type { Splits } from "../io/npz.ts";
import { Made } from "../made/made.ts";
import { mixtureLogProb } from "../made/mixture.ts";
import { type LearningRows, type MemberRecord, type RoundReport, trainMember } from "./member.ts";
import type { Candidate } from "./recipe.ts";
import { mixtureWeights } from "./selection.ts";
import { type Score, scoreOf } from "./statistics.ts";

/** Where trained members stay, so that a run that was ended goes on where it was. */
export interface MemberStore {
  /** The record of a member that was trained with exactly this candidate, seed and rows; undefined where there is none. */
  find(candidate: Candidate, seed: number): Promise<MemberRecord | undefined>;
  /** The model file of a member that is there. */
  read(candidate: Candidate, seed: number): Promise<Uint8Array>;
  keep(record: MemberRecord, model: Uint8Array): Promise<void>;
}

export interface RunEvents {
  /** A member was trained, or found among those that are kept. */
  onMember?: (record: MemberRecord, found: boolean) => void;
  onRound?: (candidate: Candidate, seed: number, report: RoundReport) => void;
}

export interface RunContext extends RunEvents {
  readonly device: GPUDevice | "cpu";
  readonly store: MemberStore;
  /** Rejects with the signal's reason; members that are finished stay. */
  readonly signal?: AbortSignal;
}

/** One member and its figure. */
export interface MemberResult extends Score {
  readonly candidate: string;
  readonly seed: number;
  readonly validationNll: number;
  readonly bestEpoch: number;
  /** Of training, and of the test. */
  readonly seconds: number;
  readonly testSeconds: number;
}

/** The mixture and its figure. */
export interface MixtureResult extends Score {
  readonly validationNll: number;
  /** Every member that was trained, with its weight; those of weight 0 are not part of it. */
  readonly members: readonly {
    readonly candidate: string;
    readonly seed: number;
    readonly validationNll: number;
    readonly weight: number;
    readonly seconds: number;
  }[];
  /** Of training all of them, and of the test. */
  readonly seconds: number;
  readonly testSeconds: number;
}

/** What a grid search gave. */
export interface GridResult {
  /** Every candidate with the first seed, as validation saw it. */
  readonly tried: readonly { readonly candidate: string; readonly validationNll: number; readonly seconds: number }[];
  /** The best of them with every seed, tested. */
  readonly runs: readonly MemberResult[];
}

/** A search among candidates: each is trained once, the best of them again with other seeds; all may enter the mixture. */
export interface SearchRecipe {
  readonly candidates: readonly Candidate[];
  /**
   * Members of the best are added until `patience` of them in a row have not lowered the validation NLL of the mixture by a
   * share `gain` of it, and no more than `most`.
   */
  readonly again: { readonly most: number; readonly gain: number; readonly patience: number };
}

/** A grid search: trains every candidate with the first seed, the best on validation with all seeds, and tests these. */
export async function runGrid(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  splits: Splits,
  context: RunContext,
): Promise<GridResult> {
  const tried: MemberRecord[] = [];
  for (const candidate of candidates) tried.push(await member(candidate, seeds[0], splits, context));
  const [best] = ranked(tried);
  const runs: MemberResult[] = [];
  for (const seed of seeds) {
    const record = seed === best.seed ? best : await member(best.candidate, seed, splits, context);
    runs.push(await resultOf(record, splits, context));
  }
  return {
    tried: tried.map(({ candidate: { name }, validationNll, seconds }) => ({
      candidate: name,
      validationNll,
      seconds,
    })),
    runs,
  };
}

/** Searches, mixes by validation, and tests the mixture. */
export async function runSearch(
  { candidates, again: { most, gain, patience } }: SearchRecipe,
  firstSeed: number,
  splits: Splits,
  context: RunContext,
): Promise<MixtureResult> {
  const records: MemberRecord[] = [];
  // Every member has a seed of its own, so that no two of them share an ordering: a mixture lives on differences.
  const train = async (candidate: Candidate) =>
    records.push(await member(candidate, firstSeed + records.length, splits, context));
  for (const candidate of candidates) await train(candidate);
  const [best] = ranked(records);
  let reached = mixed(records).nll;
  let idle = 0;
  for (let added = 0; added < most && idle < patience; added++) {
    await train(best.candidate);
    const { nll } = mixed(records);
    const gained = nll <= reached * (1 - gain);
    if (gained) reached = nll;
    idle = gained ? 0 : idle + 1;
  }
  const { weights, nll: validationNll } = mixed(records);
  // All is decided: only now test rows are looked at.
  const started = performance.now();
  const chosen = records.map((record, i) => ({ ...record, weight: weights[i] })).filter(({ weight }) => weight > 0);
  const logProbs: Float64Array[] = [];
  for (const { candidate, seed } of chosen) logProbs.push(await testOf(candidate, seed, splits, context));
  const score = scoreOf(
    mixtureLogProb(
      logProbs,
      chosen.map(({ weight }) => weight),
    ),
  );
  return {
    ...score,
    validationNll,
    members: records.map(({ candidate, seed, validationNll, seconds }, i) => {
      return { candidate: candidate.name, seed, validationNll, weight: weights[i], seconds };
    }),
    seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
    testSeconds: (performance.now() - started) / 1000,
  };
}

const ranked = (records: readonly MemberRecord[]) => [...records].sort((a, b) => a.validationNll - b.validationNll);

/** The weights that validation gives, and the validation NLL of the mixture. */
function mixed(records: readonly MemberRecord[]): { weights: Float64Array; nll: number } {
  const logProbs = records.map(({ validationLogProb }) => validationLogProb);
  const weights = mixtureWeights(logProbs);
  return { weights, nll: scoreOf(mixtureLogProb(logProbs, weights)).nll };
}

async function resultOf(record: MemberRecord, splits: Splits, context: RunContext): Promise<MemberResult> {
  const { candidate, seed, validationNll, bestEpoch, seconds } = record;
  const started = performance.now();
  const score = scoreOf(await testOf(candidate, seed, splits, context));
  const testSeconds = (performance.now() - started) / 1000;
  return { candidate: candidate.name, seed, ...score, validationNll, bestEpoch, seconds, testSeconds };
}

async function member(
  candidate: Candidate,
  seed: number,
  rows: LearningRows,
  { device, store, signal, onMember, onRound }: RunContext,
): Promise<MemberRecord> {
  signal?.throwIfAborted();
  const found = await store.find(candidate, seed);
  if (found) {
    onMember?.(found, true);
    return found;
  }
  const learning = { train: rows.train, valid: rows.valid };
  const { made, record } = await trainMember(candidate, seed, learning, {
    device,
    signal,
    onRound: (report) => onRound?.(candidate, seed, report),
  });
  try {
    await store.keep(record, await made.save());
  } finally {
    made.dispose();
  }
  onMember?.(record, false);
  return record;
}

async function testOf(
  candidate: Candidate,
  seed: number,
  { test }: Splits,
  { device, store, signal }: RunContext,
): Promise<Float64Array> {
  const made = await Made.load(await store.read(candidate, seed), { device });
  try {
    return await made.logProb(test, { masks: candidate.masks.final, signal });
  } finally {
    made.dispose();
  }
}
