// What the panel can be set to, within limits that keep the network readable, and the masks that follow from it.

import { type Mask, maskAt } from "../../src/made/masks.ts";
import type { PatternName } from "./patterns.ts";

export interface Settings {
  /** D. */
  inputs: number;
  /** H_1 … H_L. */
  hidden: readonly number[];
  ordering: "natural" | "random";
  directConnections: boolean;
  /** K. */
  masks: number;
  /** Seed of the masks; weights have one of their own that never changes. */
  seed: number;
  pattern: PatternName;
}

export const LIMITS = { inputs: [3, 8], layers: [1, 3], units: [2, 10] } as const;

/** The numbers of masks to choose from. */
export const MASK_COUNTS = [1, 2, 4, 8] as const;

export const DEFAULTS: Settings = {
  inputs: 4,
  hidden: [6],
  ordering: "natural",
  directConnections: false,
  masks: 1,
  seed: 1,
  pattern: "mirror",
};

/** The K masks of these settings, as the library draws them. */
export const masksOf = (settings: Settings): Mask[] =>
  Array.from({ length: settings.masks }, (_, k) => maskAt(settings, k));

/** `hidden` with L layers: those there are, and as many more like the last. */
export const withLayers = (hidden: readonly number[], layers: number): number[] =>
  Array.from({ length: layers }, (_, l) => hidden[l] ?? hidden[hidden.length - 1]);
