// Binary pictures in a terminal: half blocks, two rows of pixels a line. Makes lines of text; prints nothing.

import type { BinaryRows } from "../../made/rows.ts";

export interface DrawOptions {
  /** Pixels a row of one picture. */
  width: number;
  /** Rows of one picture. */
  height: number;
  /** Columns of the terminal. */
  columns: number;
  /** Most lines of pictures (default 2). */
  lines?: number;
}

const BLOCKS = [" ", "▄", "▀", "█"];
/** Columns between pictures. */
const GAP = 2;
/** Share of the ink that may be lost at each edge, so that a stray pixel does not widen every picture. */
const STRAY = 0.005;

/** As many of the pictures as fit side by side, without the margin where there is next to nothing in any of them. */
export function drawBlocks(rows: BinaryRows, { width, height, columns, lines = 2 }: DrawOptions): string[] {
  const { left, right, top, bottom } = inked(rows, width, height);
  const across = Math.floor((columns + GAP) / (right - left + GAP));
  const text: string[] = [];
  for (let line = 0; line < lines && line * across < rows.rows && across > 0; line++) {
    if (line > 0) text.push("");
    const pictures = Array.from({ length: Math.min(across, rows.rows - line * across) }, (_, i) => line * across + i);
    for (let y = top; y < bottom; y += 2) {
      const ink = (r: number, x: number, y: number) => (y < bottom ? rows.get(r, y * width + x) : 0);
      const strips = pictures.map((r) =>
        Array.from({ length: right - left }, (_, i) => BLOCKS[2 * ink(r, left + i, y) + ink(r, left + i, y + 1)]),
      );
      text.push(
        strips
          .map((strip) => strip.join(""))
          .join(" ".repeat(GAP))
          .trimEnd(),
      );
    }
  }
  return text;
}

/** The box that holds the ink of all pictures, but for a little: left and top inside, right and bottom outside. */
function inked(rows: BinaryRows, width: number, height: number) {
  const across = new Array<number>(width).fill(0);
  const down = new Array<number>(height).fill(0);
  for (let r = 0; r < rows.rows; r++)
    for (let i = 0; i < width * height; i++) {
      across[i % width] += rows.get(r, i);
      down[Math.floor(i / width)] += rows.get(r, i);
    }
  const [left, right] = span(across);
  const [top, bottom] = span(down);
  return { left, right, top, bottom };
}

/** Where the numbers begin and end that are left when a little of their sum is cut off on either side. */
function span(ink: readonly number[]): [from: number, to: number] {
  const spare = STRAY * ink.reduce((a, b) => a + b, 0);
  const margin = (numbers: readonly number[]) => {
    let sum = 0;
    return numbers.findIndex((n) => {
      sum += n;
      return sum > spare;
    });
  };
  const from = margin(ink);
  return from < 0 ? [0, ink.length] : [from, ink.length - margin(ink.toReversed())];
}
