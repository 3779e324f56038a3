// A run: which parts, in which places, one after the other, and what they gave put together.

import os from "node:os";
import ours from "../../package.json";
import peers from "../package.json";
import type { Options, PlaceName } from "./options.ts";
import type { Part, PartResult } from "./part.ts";
import type { Place, Say } from "./places/place.ts";
import type { PlaceResult, Results } from "./results.ts";

/** What was built, as git describes it: vite.config.ts. */
declare const __COMMIT__: string;

/** Seconds after which a slow contender takes part in no further round, once it has been in two. */
const SECONDS = 30;

/** Runs in one place after the other; what fails is told in the results, and the rest goes on. */
export async function run(options: Options, open: Record<PlaceName, () => Promise<Place>>, say: Say): Promise<Results> {
  const places: PlaceResult[] = [];
  for (const name of options.places) {
    const result = emptyResult(name);
    places.push(result);
    let place: Place | undefined;
    try {
      place = await open[name]();
      result.runtime = place.runtime;
      say(`\n── ${place.runtime}`);
      result.adapter = (await place.run({ kind: "about" })).adapter!;
      say(`   ${result.adapter}`);
      for (const part of partsOf(options)) await runOne(place, part, result, say);
    } catch (error) {
      result.failures.push((error as Error).message);
      say(`   failed: ${(error as Error).message}`);
    } finally {
      await place?.close();
    }
  }
  return { date: new Date().toISOString(), commit: __COMMIT__, versions: versions(), places };
}

function emptyResult(place: PlaceName): PlaceResult {
  const machine = {
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
  const lists = { cells: [], absent: [], comparisons: [], growth: [], memory: [], failures: [] };
  return { place, machine, runtime: place, adapter: "no adapter", ...lists };
}

async function runOne(place: Place, part: Part, result: PlaceResult, say: Say): Promise<void> {
  const title = part.kind === "workload" ? part.workload : part.kind;
  say(`\n   ${title}`);
  try {
    add(result, await place.run(part));
  } catch (error) {
    result.failures.push(`${title}: ${(error as Error).message}`);
    say(`   failed: ${(error as Error).message}`);
  }
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
