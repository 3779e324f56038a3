// Toy data: sets of rows of D bits, each row as likely as the others, small enough to write down beside all 2^D rows.

import { BinaryRows } from "../../src/made/rows.ts";

export type PatternName = "mirror" | "bars" | "even";

interface Pattern {
  readonly label: string;
  readonly has: (bits: readonly number[]) => boolean;
}

export const PATTERNS: Readonly<Record<PatternName, Pattern>> = {
  mirror: {
    label: "Mirror images: the same read backwards",
    has: (bits) => bits.every((bit, d) => bit === bits[bits.length - 1 - d]),
  },
  bars: {
    label: "Bars: ones side by side, half the row long",
    has: (bits) => {
      const length = Math.ceil(bits.length / 2);
      return ones(bits) === length && bits.lastIndexOf(1) - bits.indexOf(1) === length - 1;
    },
  },
  even: { label: "Even: an even number of ones", has: (bits) => ones(bits) % 2 === 0 },
};

/** All 2^D rows in the order of the numbers they spell, first input first, (2^D, D). */
export const everyRow = (D: number): number[][] =>
  Array.from({ length: 2 ** D }, (_, r) => Array.from({ length: D }, (_, d) => (r >> (D - 1 - d)) & 1));

/** The rows of a pattern, (rows, D), and how often each of all 2^D rows comes in it, (2^D). */
export function dataOf(name: PatternName, D: number): { rows: BinaryRows; frequencies: number[] } {
  const all = everyRow(D);
  const chosen = all.filter(PATTERNS[name].has);
  return {
    rows: BinaryRows.from(chosen),
    frequencies: all.map((bits) => (PATTERNS[name].has(bits) ? 1 / chosen.length : 0)),
  };
}

const ones = (bits: readonly number[]) => bits.reduce((a, b) => a + b, 0);
