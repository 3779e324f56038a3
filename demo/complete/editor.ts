// The sheet under pointer and keys: turns both into strokes on a Picture and shows them at once. Knows nothing of models.

import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";
import { paintSheet } from "./paint.ts";
import { type Cell, cellOf, type Picture, type Tool } from "./picture.ts";

export interface EditorOptions {
  canvas: HTMLCanvasElement;
  /** Where what keys do is said aloud. */
  says: HTMLElement;
  picture: Picture;
  tool: () => Tool;
  /** Cells from the middle of the brush to its edge. */
  radius: () => number;
  /** Told after every change. */
  onChange: () => void;
}

const STEPS: Record<string, Cell> = {
  ArrowLeft: { column: -1, row: 0 },
  ArrowRight: { column: 1, row: 0 },
  ArrowUp: { column: 0, row: -1 },
  ArrowDown: { column: 0, row: 1 },
};

export class Editor {
  readonly #options: EditorOptions;
  #cursor: Cell = { column: SIDE / 2, row: SIDE / 2 };
  #last: Cell | undefined;
  #frame = 0;

  constructor(options: EditorOptions) {
    this.#options = options;
    const { canvas } = options;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"] as const)
      canvas.addEventListener(end, () => {
        this.#last = undefined;
      });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => this.draw());
  }

  /** Draws with the next frame, once however often it is asked. */
  draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const { canvas, picture } = this.#options;
      const { values, observed } = picture;
      const { column, row } = this.#cursor;
      paintSheet(canvas, {
        values,
        observed,
        cursor: canvas.matches(":focus-visible") ? row * SIDE + column : undefined,
      });
    });
  }

  #down(event: PointerEvent): void {
    if (!event.isPrimary || event.button !== 0) return;
    this.#options.canvas.setPointerCapture(event.pointerId);
    this.#last = this.#cellAt(event);
    this.#stroke(this.#last, this.#last);
  }

  #move(event: PointerEvent): void {
    if (!this.#last || !event.isPrimary) return;
    const passed = event.getCoalescedEvents();
    for (const point of passed.length > 0 ? passed : [event]) {
      const cell = this.#cellAt(point);
      this.#stroke(this.#last, cell);
      this.#last = cell;
    }
  }

  #key(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    const apply = event.key === " " || event.key === "Enter";
    if ((!step && !apply) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = this.#cursor;
    if (step) this.#cursor = { column: onSheet(from.column + step.column), row: onSheet(from.row + step.row) };
    if (apply || event.shiftKey) this.#stroke(from, this.#cursor);
    this.#say();
    this.draw();
  }

  #stroke(from: Cell, to: Cell): void {
    const { picture, tool, radius, onChange } = this.#options;
    if (!picture.stroke(tool(), from, to, radius())) return;
    this.draw();
    onChange();
  }

  #say(): void {
    const { column, row } = this.#cursor;
    const { values, observed } = this.#options.picture;
    const d = row * SIDE + column;
    const is = observed[d] ? (values[d] ? "ink" : "paper") : "unknown";
    this.#options.says.textContent = `Column ${column + 1}, row ${row + 1}: ${is}`;
  }

  #cellAt({ clientX, clientY }: PointerEvent): Cell {
    const { left, top, width, height } = this.#options.canvas.getBoundingClientRect();
    return {
      column: ((clientX - left) / width) * SIDE - 0.5,
      row: ((clientY - top) / height) * SIDE - 0.5,
    };
  }
}

const onSheet = (at: number) => Math.min(SIDE - 1, Math.max(0, at));

/** A cell in words, as people count. */
export function nameOf(d: number): string {
  const { column, row } = cellOf(d);
  return `column ${column + 1}, row ${row + 1}`;
}
