// A test of the GPU as a short story: a name and what happens on a fresh device. The same cases run in a browser
// (../gpu.spec.ts) and in Node on Dawn (../../test/gpu/suite.test.ts); none of them knows which.

import type { GoldenCase } from "../../test/support/golden-case.ts";

export interface Context {
  /** A fresh device, or the one that all cases with `sharesDevice` use. */
  device: GPUDevice;
  /** Another fresh device, for stories of loss and recovery. */
  newDevice: () => Promise<GPUDevice>;
  /** A golden case by name. */
  golden: (name: string) => Promise<GoldenCase>;
}

export interface Case {
  name: string;
  /** Runs on the device of the sharing case before it: compiled kernels are kept by device, and compiling is what takes long. */
  sharesDevice?: boolean;
  /** Throws where something is wrong; returns what is worth printing (worst errors, counts). */
  run: (context: Context) => Promise<string>;
}

/** The worst of several errors, as it is printed. */
export const worst = (errors: Record<string, number>): string =>
  Object.entries(errors)
    .map(([name, error]) => `${name} ${error.toExponential(1)}`)
    .join(", ");

/** @throws Error with `message` unless `condition` */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Runs `call` and returns the error it rejects with. @throws Error where it does not */
export async function rejection(call: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a rejection, got none");
}
