// Binary rows as a picture: a grid of black and white images in one PNG. Encodes only.

import { encode } from "fast-png";
import { ArgumentError } from "../errors.ts";
import type { BinaryRows } from "../made/rows.ts";

export interface GridOptions {
  /** Pixels a row of one image. */
  width: number;
  /** Rows of one image; `width` × `height` values make an image. */
  height: number;
  /** Images side by side (default: as many as make the grid about square). */
  columns?: number;
  /** Pixels of the PNG, in both directions, for one value (default 1). */
  scale?: number;
  /** Grey pixels between images (default 1). */
  gap?: number;
}

const GREY = 96;

/**
 * The images in `rows`, left to right and top to bottom, 0 black and 1 white, as the bytes of a PNG file.
 * @throws ArgumentError if a row is not an image of `width` × `height`, or there is no row.
 */
export function encodeGrid(rows: BinaryRows, options: GridOptions): Uint8Array {
  const { width, height, columns = Math.ceil(Math.sqrt(rows.rows)), scale = 1, gap = 1 } = options;
  for (const [name, value, least] of [
    ["rows", rows.rows, 1],
    ["width", width, 1],
    ["height", height, 1],
    ["columns", columns, 1],
    ["scale", scale, 1],
    ["gap", gap, 0],
  ] as const)
    if (!Number.isSafeInteger(value) || value < least)
      throw new ArgumentError(`${name}: got ${value}, expected an integer ≥ ${least}`);
  if (rows.inputs !== width * height)
    throw new ArgumentError(`rows: got ${rows.inputs} values a row, expected width × height = ${width * height}`);

  const across = Math.min(columns, rows.rows);
  const down = Math.ceil(rows.rows / across);
  const picture = {
    width: across * (width * scale + gap) - gap,
    height: down * (height * scale + gap) - gap,
  };
  const data = new Uint8Array(picture.width * picture.height).fill(GREY); // (picture.height, picture.width)
  for (let r = 0; r < rows.rows; r++) {
    const left = (r % across) * (width * scale + gap);
    const top = Math.floor(r / across) * (height * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      const start = (top + y) * picture.width + left;
      const line = Math.floor(y / scale) * width;
      for (let x = 0; x < width * scale; x++) data[start + x] = 255 * rows.get(r, line + Math.floor(x / scale));
    }
  }
  return encode({ ...picture, data, channels: 1, depth: 8 });
}
