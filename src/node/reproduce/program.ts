// `made reproduce` from its options to its results: reads the data, runs the recipes, prints and keeps what came out.

import { join } from "node:path";
import { BEST } from "../../reproduce/best.ts";
import type { DataSet } from "../../reproduce/data-sets.ts";
import { PAPER_FIXED, PAPER_SAMPLED } from "../../reproduce/paper.ts";
import { type RunContext, runGrid, runSearch } from "../../reproduce/run.ts";
import { requestDevice } from "../device.ts";
import type { Screen } from "../progress.ts";
import { type FoundSet, findSet } from "./data.ts";
import { describeMember, describeRound, describeSet, type SetResults, tableOf } from "./report.ts";
import { FolderStore, writeWhole } from "./store.ts";

/** Recipes by name: the paper's with one mask and with sampled masks, and our search. */
export const RECIPES = ["paper-fixed", "paper-sampled", "best"] as const;
export type RecipeName = (typeof RECIPES)[number];

export interface ReproduceOptions {
  sets: readonly DataSet[];
  /** Folders and files to look for them in. */
  data: readonly string[];
  recipe: readonly RecipeName[];
  /** Folder for trained members and results. */
  out: string;
  seed: number;
  /** Runs of what validation chose of each of the paper's grids. */
  seeds: number;
  device: "gpu" | "software" | "cpu";
  json?: boolean;
  quiet?: boolean;
}

/** What it needs of a process. */
export interface Surroundings {
  out: Screen;
  /** Aborts at Ctrl-C; members that are finished stay. */
  stop: AbortSignal;
}

/** @throws ArgumentError and FormatError on bad input, before a device is asked for; the signal's reason */
export async function reproduce(options: ReproduceOptions, around: Surroundings): Promise<void> {
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
      const context = { device, store: stores[i], signal: around.stop };
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
  { recipe, seed, seeds, json, quiet }: ReproduceOptions,
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
  const wants = (name: RecipeName) => recipe.includes(name);
  const all = Array.from({ length: seeds }, (_, i) => seed + i);
  return {
    set,
    rows: { train: splits.train.rows, valid: splits.valid.rows, test: splits.test.rows },
    ...(wants("paper-fixed") && { fixed: await runGrid(PAPER_FIXED, all, splits, context) }),
    ...(wants("paper-sampled") && { sampled: await runGrid(PAPER_SAMPLED, all, splits, context) }),
    ...(wants("best") && { best: await runSearch(BEST, seed, splits, context) }),
  };
}
