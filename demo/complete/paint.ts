// Paints pictures with unknown pixels on canvases: the sheet, completions that tell drawn ink from given ink, and maps of a
// quantity by pixel. Colours are the style sheet's, light or dark; nothing here decides what is shown.

import { MNIST_SIDE as SIDE } from "../../src/mnist-job.ts";
import { cellOf } from "./picture.ts";

export type Rgb = readonly [red: number, green: number, blue: number];

/** Canvas pixels a cell on the sheet, which shows more than a colour in each. */
const CELL = 12;

/** Stops of the colour scale of maps, from none to all of the quantity; as light goes, it ascends evenly (viridis). */
const SCALE: readonly Rgb[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** The colour of `share`, 0 … 1. */
export function scale(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (SCALE.length - 1);
  const i = Math.min(SCALE.length - 2, Math.floor(at));
  return mix(SCALE[i], SCALE[i + 1], at - i);
}

export const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Colours of the style sheet by their names there, each written #rrggbb. */
export function colors<Name extends string>(element: Element, ...names: Name[]): Record<Name, Rgb> {
  const style = getComputedStyle(element);
  const rgb = (name: string) => {
    const hex = style.getPropertyValue(`--${name}`).trim();
    return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb;
  };
  return Object.fromEntries(names.map((name) => [name, rgb(name)])) as Record<Name, Rgb>;
}

/** One canvas pixel a cell; the style sheet makes it larger. */
export function paintCells(canvas: HTMLCanvasElement, colorOf: (d: number) => Rgb): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  if (canvas.width !== SIDE || canvas.height !== SIDE) Object.assign(canvas, { width: SIDE, height: SIDE });
  const image = context.createImageData(SIDE, SIDE);
  for (let d = 0; d < SIDE * SIDE; d++) image.data.set([...colorOf(d), 255], 4 * d);
  context.putImageData(image, 0, 0);
}

/** A bar with the colours of a map, from none at its left to all at its right. */
export function paintScale(canvas: HTMLCanvasElement, colorOf: (share: number) => Rgb): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  Object.assign(canvas, { width: 128, height: 1 });
  const image = context.createImageData(canvas.width, 1);
  for (let x = 0; x < canvas.width; x++) image.data.set([...colorOf(x / (canvas.width - 1)), 255], 4 * x);
  context.putImageData(image, 0, 0);
}

export interface Sheet {
  values: Uint8Array;
  observed: Uint8Array;
  /** The cell that keys act on, while they do. */
  cursor?: number;
}

/** The sheet that is worked on: unknown cells are hatched, so that they are not told by colour alone. */
export function paintSheet(canvas: HTMLCanvasElement, { values, observed, cursor }: Sheet): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const side = SIDE * CELL;
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  const palette = colors(canvas, "paper", "ink", "unknown", "hatch", "accent");
  const css = (name: keyof typeof palette) => `rgb(${palette[name].join(" ")})`;
  context.fillStyle = css("paper");
  context.fillRect(0, 0, side, side);
  const hatch = new Path2D();
  for (let d = 0; d < values.length; d++) {
    const { column, row } = cellOf(d);
    const [x, y] = [column * CELL, row * CELL];
    if (observed[d] && !values[d]) continue;
    context.fillStyle = css(observed[d] ? "ink" : "unknown");
    context.fillRect(x, y, CELL, CELL);
    if (observed[d]) continue;
    hatch.moveTo(x, y + CELL);
    hatch.lineTo(x + CELL, y);
  }
  context.strokeStyle = css("hatch");
  context.lineWidth = 2;
  context.stroke(hatch);
  if (cursor === undefined) return;
  const { column, row } = cellOf(cursor);
  context.lineWidth = 3;
  for (const [color, inset] of [
    ["paper", -3],
    ["accent", 0],
  ] as const) {
    context.strokeStyle = css(color);
    context.strokeRect(column * CELL + inset, row * CELL + inset, CELL - 2 * inset, CELL - 2 * inset);
  }
}
