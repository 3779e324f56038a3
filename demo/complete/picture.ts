// The picture that is worked on: which pixels have ink, and which are known at all. Tools change it cell by cell. Knows
// nothing of canvases, pointers or models.

import type { BinaryRows } from "../../src/made/rows.ts";
import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";

/** What a tool makes of a pixel: unknown, ink, or paper. */
export type Tool = "erase" | "ink" | "paper";

export const TOOLS: readonly Tool[] = ["erase", "ink", "paper"];

/** A part that one button erases: a half, or the middle third of the rows. */
export type Part = "top" | "bottom" | "left" | "right" | "middle";

export const PARTS: readonly Part[] = ["top", "bottom", "left", "right", "middle"];

export interface Cell {
  column: number;
  row: number;
}

const IN_PART: Record<Part, (cell: Cell) => boolean> = {
  top: ({ row }) => row < SIDE / 2,
  bottom: ({ row }) => row >= SIDE / 2,
  left: ({ column }) => column < SIDE / 2,
  right: ({ column }) => column >= SIDE / 2,
  middle: ({ row }) => row >= SIDE / 3 && row < (2 * SIDE) / 3,
};

export class Picture {
  /** 1 where there is ink, (D). Erased pixels keep theirs, so that erasing can be taken back. */
  readonly values = new Uint8Array(SIDE * SIDE);
  /** 1 where the pixel is known, (D). */
  readonly observed = new Uint8Array(SIDE * SIDE).fill(1);

  /** Row `r` of `rows`, all of it known. */
  show(rows: BinaryRows, r: number): void {
    for (let d = 0; d < this.values.length; d++) this.values[d] = rows.get(r, d);
    this.restore();
  }

  /** An empty sheet to draw on, all of it known. */
  clear(): void {
    this.values.fill(0);
    this.restore();
  }

  /** Takes all erasing back. */
  restore(): void {
    this.observed.fill(1);
  }

  /** Erases a part and leaves the rest as it is. */
  erase(part: Part): void {
    for (let d = 0; d < this.observed.length; d++) if (IN_PART[part](cellOf(d))) this.observed[d] = 0;
  }

  /** Applies a tool to all cells within `radius` cells of the line from `from` to `to`. @returns whether that changed anything */
  stroke(tool: Tool, from: Cell, to: Cell, radius: number): boolean {
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to.column - from.column, to.row - from.row)));
    let changed = false;
    for (let i = 0; i <= steps; i++) {
      const column = from.column + ((to.column - from.column) * i) / steps;
      const row = from.row + ((to.row - from.row) * i) / steps;
      changed = this.#dab(tool, { column, row }, radius) || changed;
    }
    return changed;
  }

  /** Pixels that are unknown. */
  get missing(): number {
    return this.observed.reduce((sum, known) => sum + 1 - known, 0);
  }

  #dab(tool: Tool, { column, row }: Cell, radius: number): boolean {
    let changed = false;
    for (let r = Math.max(0, Math.ceil(row - radius)); r <= Math.min(SIDE - 1, row + radius); r++)
      for (let c = Math.max(0, Math.ceil(column - radius)); c <= Math.min(SIDE - 1, column + radius); c++)
        if (Math.hypot(c - column, r - row) <= radius) changed = this.#set(tool, r * SIDE + c) || changed;
    return changed;
  }

  #set(tool: Tool, d: number): boolean {
    const observed = tool === "erase" ? 0 : 1;
    const value = tool === "erase" ? this.values[d] : tool === "ink" ? 1 : 0;
    if (this.observed[d] === observed && this.values[d] === value) return false;
    this.observed[d] = observed;
    this.values[d] = value;
    return true;
  }
}

export const cellOf = (d: number): Cell => ({ column: d % SIDE, row: Math.floor(d / SIDE) });
