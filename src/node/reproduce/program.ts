// `made reproduce` from its arguments to its exit status: reads the data, runs the recipes, prints and keeps the results.

import { join } from "node:path";
import { ArgumentError, FormatError, MadeError } from "../../errors.ts";
import { BEST } from "../../reproduce/best.ts";
import { PAPER_FIXED, PAPER_SAMPLED } from "../../reproduce/paper.ts";
import { type RunContext, runSearch, runSeeds } from "../../reproduce/run.ts";
import { requestDevice } from "../device.ts";
import type { Screen } from "../train/progress.ts";
import { type FoundSet, findSet } from "./data.ts";
import { type RecipeName, type ReproduceOptions, readReproduceOptions, USAGE } from "./options.ts";
import { describeMember, describeRound, describeSet, type SetResults, tableOf } from "./report.ts";
import { FolderStore, writeWhole } from "./store.ts";

/** What the program needs of a process. */
export interface Surroundings {
  out: Screen;
  err: Screen;
  /** Aborts at Ctrl-C; members that are finished stay. */
  signal: AbortSignal;
}

const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 };

/** @returns the exit status: 0, 1 where something failed, 2 for bad input, 130 after Ctrl-C */
export async function reproduceProgram(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = readReproduceOptions(args);
    if (options.help) around.out.write(`${USAGE}\n`);
    else await reproduce(options, around);
    return EXIT.done;
  } catch (error) {
    if (around.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof MadeError)) throw error;
    around.err.write(`${error.message}\n`);
    return error instanceof ArgumentError || error instanceof FormatError ? EXIT.badInput : EXIT.failed;
  }
}

async function reproduce(options: ReproduceOptions, around: Surroundings): Promise<void> {
  // Whatever can be wrong with the input shows before a device is asked for.
  const found: FoundSet[] = [];
  for (const set of options.sets) found.push(await findSet(set, options.data));
  const stores = await Promise.all(
    found.map(({ set, splits }) => FolderStore.open(join(options.out, set.name), splits)),
  );
  const { device: wanted } = options;
  const device = wanted === "cpu" ? wanted : await requestDevice(wanted === "software" ? { adapter: wanted } : {});
  try {
    const all: SetResults[] = [];
    for (const [i, one] of found.entries()) {
      const context = { device, store: stores[i], signal: around.signal };
      const results = await runSet(one, options, context, around.out);
      await writeWhole(join(options.out, one.set.name, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
      if (options.json) around.out.write(`${JSON.stringify(results)}\n`);
      all.push(results);
    }
    if (!options.json) around.out.write(`\n${tableOf(all)}\n`);
  } finally {
    // Or the process would not end by itself.
    if (device !== "cpu") device.destroy();
  }
}

async function runSet(
  { set, splits, from }: FoundSet,
  { recipes, seed, seeds, json, quiet }: ReproduceOptions,
  { device, store, signal }: RunContext,
  out: Screen,
): Promise<SetResults> {
  const say = (text: string) => {
    if (!json && !quiet) out.write(`${text}\n`);
  };
  const context: RunContext = {
    device,
    store,
    signal,
    onMember: (record, found) => say(describeMember(record, found)),
    onRound: (candidate, memberSeed, report) => {
      if (out.isTTY) say(describeRound(candidate, memberSeed, report));
    },
  };
  say(describeSet(set, splits, from));
  const wants = (name: RecipeName) => recipes.includes(name);
  const all = Array.from({ length: seeds }, (_, i) => seed + i);
  return {
    set,
    rows: { train: splits.train.rows, valid: splits.valid.rows, test: splits.test.rows },
    ...(wants("paper-fixed") && { fixed: await runSeeds(PAPER_FIXED, all, splits, context) }),
    ...(wants("paper-sampled") && { sampled: await runSeeds(PAPER_SAMPLED, all, splits, context) }),
    ...(wants("best") && { best: await runSearch(BEST, seed, splits, context) }),
  };
}
