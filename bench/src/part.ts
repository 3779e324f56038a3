// A run is made of parts; each gets a page or a process of its own, so that none inherits memory or heat of a library
// from another, and none takes another along when it fails.

import { describe } from "made-webgpu";
import { compareContenders } from "./compare.ts";
import type { Contender } from "./peer.ts";
import { ourProblem } from "./peers/ours.ts";
import type { Ceilings, Cell, Comparison } from "./results.ts";
import { measureCeilings } from "./scaling/ceilings.ts";
import { compareMasks, compareStaircase } from "./scaling/comparisons.ts";
import { type Growth, type MemoryPoint, measureGrowth } from "./scaling/growth.ts";
import { type Operation, WORKLOADS } from "./workloads.ts";

export type Part =
  | { kind: "about" }
  | { kind: "ceilings"; repeats: number }
  | {
      kind: "workload";
      workload: string;
      /** Names of contenders, or all of them. */
      only: readonly string[] | undefined;
      operations: readonly Operation[];
      repeats: number;
      seconds: number;
      seed: number;
    }
  | { kind: "staircase"; repeats: number }
  | { kind: "masks"; repeats: number }
  | { kind: "growth"; repeats: number; full: boolean };

export interface PartResult {
  adapter?: string;
  ceilings?: Ceilings;
  cells?: Cell[];
  absent?: string[];
  comparisons?: Comparison[];
  growth?: Growth[];
  memory?: MemoryPoint[];
}

/** What a part needs to know of the place it runs in. */
export interface Inside {
  /** A device on the place's adapter, with all its limits; the caller destroys it. */
  readonly openDevice: () => Promise<GPUDevice>;
  /** Everyone who can take part here, ours first. */
  readonly contenders: readonly Contender[];
  readonly say: (text: string) => void;
}

export async function runPart(part: Part, inside: Inside): Promise<PartResult> {
  const { openDevice, contenders, say } = inside;
  if (part.kind === "workload") {
    const workload = WORKLOADS.find(({ name }) => name === part.workload)!;
    const device = await openDevice();
    const problem = await ourProblem(workload, device, part.seed);
    device.destroy();
    const { only } = part;
    const entrants = contenders.filter(({ name }) => name === "ours" || !only || only.includes(name));
    return compareContenders(problem, entrants, { ...part, say });
  }
  const device = await openDevice();
  try {
    switch (part.kind) {
      case "about":
        return { adapter: describe(device.adapterInfo) };
      case "ceilings":
        return { ceilings: await measureCeilings(device, part.repeats) };
      case "staircase":
        return { comparisons: [await compareStaircase(device, part.repeats)] };
      case "masks":
        return { comparisons: [await compareMasks(device, part.repeats)] };
      case "growth":
        return await measureGrowth(device, { ...part, say });
    }
  } finally {
    device.destroy();
  }
}
