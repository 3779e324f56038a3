// Where a run takes place, seen from outside: something that is handed parts and gives their results.

import type { PlaceName } from "../options.ts";
import type { Part, PartResult } from "../part.ts";

export interface Place {
  readonly name: PlaceName;
  /** What runs there, with versions. */
  readonly runtime: string;
  /** Runs one part in a page or process of its own. @throws Error when it fails or takes too long */
  run(part: Part): Promise<PartResult>;
  close(): Promise<void>;
}

export type Say = (text: string) => void;

/** Longer than any part should take: what hangs must not hang the run. */
export const PART_MINUTES = 45;
