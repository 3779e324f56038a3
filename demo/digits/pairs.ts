// Pairs of pictures: what the model drew, which appears pixel by pixel in the model's own order, beside the training
// digit nearest to it.

import type { DrawResult } from "../../src/made/draw.ts";
import type { Neighbours } from "../../src/made/nearest.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";
import { make } from "../shell/dom.ts";
import { onColorScheme, paintPicture } from "../shell/pictures.ts";

const REVEAL_MS = 1500;

export type Nearest = Neighbours & { rows: BinaryRows };

export class Pairs {
  readonly #place: HTMLElement;
  #paint: () => void = () => {};
  #frame = 0;

  constructor(place: HTMLElement) {
    this.#place = place;
    onColorScheme(() => this.#paint());
  }

  clear(): void {
    cancelAnimationFrame(this.#frame);
    this.#place.replaceChildren();
    this.#paint = () => {};
  }

  /** Shows rows that were drawn, in the order of the masks that they were drawn under. */
  show({ rows, masks, maskOf }: DrawResult, nearest: Nearest): void {
    this.clear();
    const pairs = Array.from({ length: rows.rows }, (_, r) => {
      const away = nearest.distances[r];
      const drawn = picture(`Drawn picture ${r + 1}`);
      const digit = picture(`Nearest training digit to picture ${r + 1}: ${away} of 784 pixels differ`);
      this.#place.append(make("div", { className: "pair" }, drawn, digit));
      return { drawn, digit, ordering: masks[maskOf[r]].ordering };
    });
    let known = 0; // positions that appeared so far
    this.#paint = () =>
      pairs.forEach(({ drawn, digit, ordering }, r) => {
        paintPicture(drawn, SIDE, SIDE, (d) => (ordering[d] <= known ? rows.get(r, d) : undefined));
        paintPicture(digit, SIDE, SIDE, (d) => (known < SIDE * SIDE ? undefined : nearest.rows.get(r, d)));
      });
    const started = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (now: number) => {
      const share = still ? 1 : Math.max(0, Math.min(1, (now - started) / REVEAL_MS));
      known = Math.round(share * SIDE * SIDE);
      this.#paint();
      if (share < 1) this.#frame = requestAnimationFrame(step);
    };
    step(started);
  }

  /** Shows pictures that stand still: in groups, each with words and a painter. */
  showStill(groups: readonly (readonly Still[])[]): void {
    this.clear();
    const painters: (() => void)[] = [];
    for (const group of groups) {
      const pictures = group.map(({ label, width, height, shade }) => {
        const canvas = picture(label);
        painters.push(() => paintPicture(canvas, width, height, shade));
        return canvas;
      });
      this.#place.append(make("div", { className: "pair" }, ...pictures));
    }
    this.#paint = () => {
      for (const paint of painters) paint();
    };
    this.#paint();
  }
}

export interface Still {
  label: string;
  width: number;
  height: number;
  shade: (d: number) => number;
}

function picture(label: string): HTMLCanvasElement {
  const canvas = make("canvas", { className: "pixels" });
  canvas.role = "img";
  canvas.ariaLabel = label;
  return canvas;
}
