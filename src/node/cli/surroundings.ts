// What the command line needs of a process, and how it ends: tests bring their own.

import { ArgumentError, FormatError, MadeError, NoDeviceError } from "../../errors.ts";
import type { Screen } from "../progress.ts";
import type { Sink } from "./output.ts";
import type { TextStream } from "./source.ts";

export interface Surroundings {
  out: Screen & Sink;
  err: Screen;
  stdin: TextStream;
  /** Aborts at the first Ctrl-C. */
  stop: AbortSignal;
}

/** Exit statuses; docs/command-line.md has them. */
export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 };

/** What to say of an error, unless it is a bug of this program's. */
export function told(error: unknown): string | undefined {
  if (error instanceof NoDeviceError) return `${error.message}. Without WebGPU: --device cpu`;
  if (error instanceof MadeError) return error.message;
  if (error instanceof RangeError && /array/i.test(error.message))
    return `out of memory: ${error.message}; expected a smaller model or fewer rows`;
  return undefined;
}

export const statusOf = (error: unknown): number =>
  error instanceof ArgumentError || error instanceof FormatError ? EXIT.badInput : EXIT.failed;
