// Numbers as people read them. Shared by the terminal's tables, the Markdown and the chart.

import type { Cell, PlaceResult } from "../results.ts";
import type { Spread } from "../statistics.ts";
import { type Operation, SAMPLES, WORKLOADS } from "../workloads.ts";

export const machineOf = ({ machine: { processor, cores, memoryGB, system } }: PlaceResult): string =>
  `${processor}, ${cores} cores, ${memoryGB} GB, ${system}`;

/** Three figures, without an exponent: 0.123, 12.3, 1,230. */
export function threeFigures(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const range = ({ min, max }: Spread): string => `${threeFigures(min)} … ${threeFigures(max)}`;

/** Milliseconds, in seconds from one on: 12.3 ms, 4.56 s. */
export const duration = (milliseconds: number): string =>
  milliseconds < 999.5 ? `${threeFigures(milliseconds)} ms` : `${threeFigures(milliseconds / 1000)} s`;

/** How many times as long as ours: 1.8×. */
export const times = (ratio: number): string => `${ratio < 10 ? ratio.toPrecision(2) : threeFigures(ratio)}×`;

export const shapeOf = (workload: string): string => {
  const { inputs, hidden } = WORKLOADS.find(({ name }) => name === workload)!;
  return `D = ${inputs}, H = ${hidden.join(", ")}`;
};

/** Our time in the same place, workload and operation. */
export function oursFor({ cells }: PlaceResult, { workload, operation }: Cell): number | undefined {
  const cell = cells.find(
    (other) => other.contender === "ours" && other.workload === workload && other.operation === operation,
  );
  return cell?.milliseconds?.median;
}

/** How far a peer was from us in what it is timed at, in words. */
export function agreementOf({ agreement, operation }: Cell): string {
  if (!agreement) return "";
  const { before, after, flipped } = agreement;
  if (operation === "sample") return flipped === undefined ? "" : `${SAMPLES - flipped} of ${SAMPLES} samples equal`;
  const difference = operation === "train" ? after : before;
  return difference === undefined ? "" : `agrees to ${difference.toExponential(0)}`;
}

/** Workload and operation of every cell, in the order they were measured. */
export function groupsOf({ cells }: PlaceResult): { workload: string; operation: Operation; cells: Cell[] }[] {
  const groups = new Map<string, { workload: string; operation: Operation; cells: Cell[] }>();
  for (const cell of cells) {
    const { workload, operation } = cell;
    const key = `${workload} ${operation}`;
    if (!groups.has(key)) groups.set(key, { workload, operation, cells: [] });
    groups.get(key)!.cells.push(cell);
  }
  return [...groups.values()];
}

export const nameOf = ({ label, backend, contender }: Cell): string =>
  contender === "ours" ? label : `${label} ${backend}`;
