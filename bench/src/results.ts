// What a run leaves: the shape of its JSON file, and of what the places hand over. Types only.

import type { Agreement } from "./agreement.ts";
import type { PlaceName } from "./options.ts";
import type { Growth, MemoryPoint } from "./scaling/growth.ts";
import type { Spread } from "./statistics.ts";
import type { Operation } from "./workloads.ts";

/** One contender at one operation of one workload. */
export interface Cell {
  readonly workload: string;
  readonly operation: Operation;
  /** `ours`, `jax-js webgpu`. */
  readonly contender: string;
  readonly label: string;
  readonly backend: string;
  /** Milliseconds; absent where it was not timed. */
  readonly milliseconds?: Spread;
  /** Operations timed together in a sample. */
  readonly operations?: number;
  /** Only this many of the positions of a sample were drawn; the time is scaled to all of them. */
  readonly extrapolatedFrom?: { readonly positions: number; readonly of: number };
  readonly agreement?: Agreement;
  /** Why there is no time. */
  readonly failed?: string;
}

export interface Ceilings {
  /** Fused multiply-adds without loads, 2 operations each. */
  readonly gflops: Spread;
  /** Bytes read plus bytes written by a copy, 10⁹ a second. */
  readonly copyGBps: Spread;
  /** Microseconds a dispatch that does nothing. */
  readonly dispatchMicroseconds: Spread;
}

/** The same model in two ways, and how many times as long the first takes. */
export interface Comparison {
  readonly name: string;
  readonly what: readonly [string, string];
  readonly milliseconds: readonly [Spread, Spread];
  readonly ratio: number;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
}

/** Everything measured in one place. */
export interface PlaceResult {
  readonly place: PlaceName;
  readonly machine: Machine;
  adapter: string;
  /** Chromium or Node with Dawn, and their versions. */
  runtime: string;
  readonly cells: Cell[];
  /** Contenders that are not installed here, in words. */
  readonly absent: string[];
  ceilings?: Ceilings;
  readonly comparisons: Comparison[];
  readonly growth: Growth[];
  readonly memory: MemoryPoint[];
  /** Parts that failed as a whole. */
  readonly failures: string[];
}

export interface Results {
  readonly date: string;
  readonly commit: string;
  /** Of the contenders. */
  readonly versions: Record<string, string>;
  readonly places: PlaceResult[];
}
