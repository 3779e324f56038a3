// Drawing one row before one's eyes: a picture of the network, buttons to go on step by step or by itself, and a sentence
// for every step.

import type { Step } from "./drawing.ts";
import { type Mark, NetworkView } from "./network-view.ts";
import { keyOf, type Wiring } from "./wiring.ts";
import { capital, nameOf } from "./words.ts";

const STEP_MS = 1100;

export interface DrawingElements {
  picture: SVGSVGElement;
  next: HTMLButtonElement;
  play: HTMLButtonElement;
  again: HTMLButtonElement;
  text: HTMLElement;
  count: HTMLElement;
}

export class DrawingView {
  readonly #elements: DrawingElements;
  readonly #network: NetworkView;
  #wiring: Wiring | undefined;
  #steps: readonly Step[] = [];
  #done = 0;
  #timer = 0;

  constructor(elements: DrawingElements) {
    this.#elements = elements;
    this.#network = new NetworkView(elements.picture);
    elements.next.addEventListener("click", () => {
      this.pause();
      this.#go();
    });
    elements.play.addEventListener("click", () => (this.#timer ? this.pause() : this.#play()));
  }

  /** A row to draw, from its first step. */
  begin(wiring: Wiring, steps: readonly Step[]): void {
    this.pause();
    this.#wiring = wiring;
    this.#steps = steps;
    this.#done = 0;
    this.#network.draw(wiring);
    this.#show();
  }

  /** Without masks nothing can be drawn in one pass. */
  refuse(wiring: Wiring): void {
    this.begin(wiring, []);
    this.#elements.text.textContent =
      "Without masks there is no first bit: every output waits for all inputs, its own too. Switch the masks on.";
    this.#elements.count.textContent = "";
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#elements.play.textContent = "Play";
  }

  #play(): void {
    if (this.#done === this.#steps.length) this.#done = 0;
    this.#elements.play.textContent = "Pause";
    this.#timer = window.setInterval(() => this.#go(), STEP_MS);
    this.#go();
  }

  #go(): void {
    this.#done = Math.min(this.#done + 1, this.#steps.length);
    if (this.#done === this.#steps.length) this.pause();
    this.#show();
  }

  #show(): void {
    const { next, play, again, text, count } = this.#elements;
    const wiring = this.#wiring!;
    const marks = new Map<string, Mark>();
    const notes = new Map<string, string>();
    let computed = 0;
    this.#steps.slice(0, this.#done).forEach((step, i) => {
      const mark = i === this.#done - 1 ? "now" : "done";
      const units = step.kind === "draw" ? [step.unit] : step.units;
      computed += units.length;
      for (const unit of units) marks.set(keyOf(unit), mark);
      if (step.kind === "finish") return;
      const input = keyOf({ layer: 0, index: step.unit.index });
      marks.set(input, mark);
      notes.set(input, `x = ${step.value}`);
      notes.set(keyOf(step.unit), step.p.toFixed(2));
    });
    this.#network.mark(marks, notes);
    text.textContent = this.#sentence();
    const widths = wiring.widths.slice(1);
    const units = widths.reduce((a, b) => a + b);
    const passes = wiring.widths[0];
    count.textContent = `Computed ${computed} of ${units} units, each of them once. ${passes} whole passes would compute ${passes * units}.`;
    const over = this.#done === this.#steps.length;
    next.disabled = over;
    play.disabled = this.#steps.length === 0;
    again.disabled = this.#steps.length === 0;
  }

  #sentence(): string {
    const wiring = this.#wiring!;
    if (this.#done === 0) return "No bit is known yet. Only the output that is first in the ordering can be computed.";
    const step = this.#steps[this.#done - 1];
    const end = this.#done === this.#steps.length ? ` The row is complete: ${this.#row()}.` : "";
    if (step.kind === "finish") {
      const names = step.units.map((unit) => nameOf(unit, wiring.top)).join(", ");
      return `${capital(names)}: degree ${step.position}. All they may use is known now, so they are computed, and never change again.${end}`;
    }
    const { unit, position, p, u, value } = step;
    return `Position ${position}: output ${unit.index + 1} says that its bit is 1 with probability ${p.toFixed(2)}. The random number is ${u.toFixed(2)}, so the bit is ${value}.${end}`;
  }

  #row(): string {
    const bits = this.#steps.flatMap((step) => (step.kind === "draw" ? [step] : []));
    return bits
      .sort((a, b) => a.unit.index - b.unit.index)
      .map(({ value }) => value)
      .join("");
  }
}
