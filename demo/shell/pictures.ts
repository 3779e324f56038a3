// Paints pictures of inputs on a canvas, one canvas pixel an input; CSS makes it as large as it should be, with
// `image-rendering: pixelated`. Colours are the page's --ink on --paper, light or dark.

/** Value of input d, 0 (paper) … 1 (ink); undefined is neither, and painted in --unknown. */
export type Shade = (d: number) => number | undefined;

/** Paints a picture of `width` × `height` inputs, row by row. */
export function paintPicture(canvas: HTMLCanvasElement, width: number, height: number, shade: Shade): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const [paper, ink, unknown] = ["--paper", "--ink", "--unknown"].map((name) => rgbOf(canvas, name));
  const image = context.createImageData(width, height);
  for (let d = 0; d < width * height; d++) {
    const value = shade(d);
    for (let c = 0; c < 3; c++)
      image.data[4 * d + c] = value === undefined ? unknown[c] : paper[c] + value * (ink[c] - paper[c]);
    image.data[4 * d + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** Calls `repaint` whenever the system goes from light to dark or back. */
export function onColorScheme(repaint: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

/** A colour of the style sheet, written #rrggbb there. */
function rgbOf(element: Element, name: string): number[] {
  const hex = getComputedStyle(element).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
}
