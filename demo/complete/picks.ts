// A strip of test digits to pick from, ten at a time.

import type { BinaryRows } from "../../src/made/rows.ts";
import { make } from "../shell/dom.ts";
import { colors, paintCells } from "./paint.ts";

const AT_A_TIME = 10;

export class Picks {
  readonly #place: HTMLElement;
  readonly #digits: BinaryRows;
  readonly #onPick: (r: number) => void;
  #first = 0;
  #picked: number | undefined;

  /** @param onPick told the number of the digit that was picked */
  constructor(place: HTMLElement, digits: BinaryRows, onPick: (r: number) => void) {
    this.#place = place;
    this.#digits = digits;
    this.#onPick = onPick;
    this.draw();
  }

  pick(r: number): void {
    this.#mark(r);
    this.#onPick(r);
  }

  /** What is on the sheet is none of them. */
  none(): void {
    this.#mark(undefined);
  }

  next(): void {
    this.#first = (this.#first + AT_A_TIME) % this.#digits.rows;
    this.draw();
  }

  draw(): void {
    const count = Math.min(AT_A_TIME, this.#digits.rows - this.#first);
    const buttons = Array.from({ length: count }, (_, i) => {
      const r = this.#first + i;
      const canvas = make("canvas", { className: "pixels" });
      const button = make("button", { type: "button", ariaLabel: `Test digit ${r + 1}` }, canvas);
      button.addEventListener("click", () => this.pick(r));
      return { button, canvas, r };
    });
    this.#place.replaceChildren(...buttons.map(({ button }) => button));
    const { paper, ink } = colors(this.#place, "paper", "ink");
    for (const { canvas, r } of buttons) paintCells(canvas, (d) => (this.#digits.get(r, d) ? ink : paper));
    this.#mark(this.#picked);
  }

  #mark(picked: number | undefined): void {
    this.#picked = picked;
    [...this.#place.children].forEach((button, i) => {
      button.ariaPressed = String(this.#first + i === picked);
    });
  }
}
