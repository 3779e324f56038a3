// A grid of binary pictures on a canvas, every pixel of theirs a whole number of the screen's.

import type { BinaryRows } from "../../src/made/rows.ts";
import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";

/** How many may stand side by side; the choice that fills the width best is taken. */
const COLUMNS = [6, 7, 8, 9, 10];
/** Empty pixels between pictures, of their size. */
const GAP = 1;
const CELL = SIDE + GAP;

export class DigitGrid {
  readonly #canvas: HTMLCanvasElement;
  #rows: BinaryRows | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  show(rows: BinaryRows): void {
    this.#rows = rows;
    this.draw();
  }

  draw(): void {
    const canvas = this.#canvas;
    const rows = this.#rows;
    const context = canvas.getContext("2d");
    if (!rows || !context) return;
    const available = (canvas.parentElement?.clientWidth ?? 0) * devicePixelRatio;
    const { columns, scale } = bestFit(available);
    const lines = Math.max(1, Math.floor(rows.rows / columns)); // full ones: a picture or two may stay out
    canvas.width = scale * (columns * CELL - GAP);
    canvas.height = scale * (lines * CELL - GAP);
    canvas.style.width = `${canvas.width / devicePixelRatio}px`;
    context.scale(scale, scale);
    const style = getComputedStyle(canvas);
    for (let r = 0; r < Math.min(rows.rows, columns * lines); r++) {
      const left = CELL * (r % columns);
      const top = CELL * Math.floor(r / columns);
      context.fillStyle = style.getPropertyValue("--paper");
      context.fillRect(left, top, SIDE, SIDE);
      context.fillStyle = style.getPropertyValue("--ink");
      for (let i = 0; i < SIDE * SIDE; i++)
        if (rows.get(r, i)) context.fillRect(left + (i % SIDE), top + Math.floor(i / SIDE), 1, 1);
    }
  }
}

/** Columns and pixels a pixel that fill `available` pixels best. */
function bestFit(available: number): { columns: number; scale: number } {
  const choices = COLUMNS.map((columns) => {
    const width = columns * CELL - GAP;
    const scale = Math.max(1, Math.floor(available / width));
    return { columns, scale, unused: Math.abs(available - scale * width) };
  });
  return choices.reduce((best, choice) => (choice.unused < best.unused ? choice : best));
}
