// A run: which parts, in which places, one after the other, and what they gave put together.

import { execFileSync } from "node:child_process";
import os from "node:os";
import ours from "../../package.json";
import peers from "../package.json";
import type { Options, PlaceName } from "./options.ts";
import type { Part, PartResult } from "./part.ts";
import type { Place, Say } from "./places/place.ts";
import type { PlaceResult, Results } from "./results.ts";

/** Seconds after which a slow contender takes part in no further round, once it has been in two. */
const SECONDS = 30;

/** Opens each place when its turn comes; one that does not open is told, and the others go on. */
export async function run(options: Options, open: Record<PlaceName, () => Promise<Place>>, say: Say): Promise<Results> {
  const results: Results = {
    date: new Date().toISOString(),
    commit: commit(),
    machine: {
      processor: os.cpus()[0]?.model.trim() ?? "unknown",
      cores: os.cpus().length,
      memoryGB: Math.round(os.totalmem() / 2 ** 30),
      system: `${os.type()} ${os.release()} ${os.arch()}`,
    },
    versions: versions(),
    places: [],
  };
  for (const name of options.places) {
    const place = await open[name]();
    try {
      say(`\n── ${place.runtime}`);
      results.places.push(await runIn(place, options, say));
    } finally {
      await place.close();
    }
  }
  return results;
}

async function runIn(place: Place, options: Options, say: Say): Promise<PlaceResult> {
  const about = await place.run({ kind: "about" });
  const result: PlaceResult = {
    place: place.name,
    adapter: about.adapter!,
    runtime: place.runtime,
    cells: [],
    absent: [],
    comparisons: [],
    growth: [],
    memory: [],
    failures: [],
  };
  say(`   ${result.adapter}`);
  for (const part of partsOf(options)) {
    const title = part.kind === "workload" ? part.workload : part.kind;
    say(`\n   ${title}`);
    try {
      add(result, await place.run(part));
    } catch (error) {
      result.failures.push(`${title}: ${(error as Error).message}`);
      say(`   failed: ${(error as Error).message}`);
    }
  }
  return result;
}

function partsOf({ sections, workloads, operations, repeats, only, full, seed }: Options): Part[] {
  const seconds = full ? Number.MAX_SAFE_INTEGER : SECONDS;
  return sections.flatMap((section): Part[] => {
    if (section === "growth") return [{ kind: section, repeats, full }];
    if (section !== "compare") return [{ kind: section, repeats }];
    return workloads.map((workload) => ({ kind: "workload", workload, only, operations, repeats, seconds, seed }));
  });
}

function add(result: PlaceResult, part: PartResult): void {
  result.ceilings ??= part.ceilings;
  result.cells.push(...(part.cells ?? []));
  result.comparisons.push(...(part.comparisons ?? []));
  result.growth.push(...(part.growth ?? []));
  result.memory.push(...(part.memory ?? []));
  for (const text of part.absent ?? []) if (!result.absent.includes(text)) result.absent.push(text);
}

/** Of what is compared; the parts of TensorFlow.js have one version. */
function versions(): Record<string, string> {
  const parts = Object.entries(peers.dependencies).filter(([name]) => !name.startsWith("@tensorflow/tfjs-backend"));
  return { [ours.name]: ours.version, ...Object.fromEntries(parts) };
}

/** Of the working tree that this was built in; a bare machine has none. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return git("describe", "--always", "--dirty").trim();
  } catch {
    return "unknown";
  }
}
