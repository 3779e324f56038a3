// The PNG grid, decoded again and looked at pixel by pixel.

import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { encodeGrid } from "../../src/node/png.ts";

const rows = BinaryRows.from([1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0], 6); // three images of 3 × 2

/** The picture, one string a line: black, white, grey. */
function lines(png: Uint8Array) {
  const { width, height, channels, data } = decode(png, { checkCrc: true });
  expect(channels).toBe(1);
  return Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => ({ 0: ".", 255: "#" })[value] ?? "-").join(""),
  );
}

describe("encodeGrid", () => {
  it("lays images out left to right and top to bottom, with grey between and where none is left", () => {
    expect(lines(encodeGrid(rows, { width: 3, height: 2, columns: 2 }))).toEqual([
      "#..-..#",
      "###-##.",
      "-------",
      ".##----",
      "##.----",
    ]);
  });

  it("scales, leaves gaps, and takes defaults", () => {
    const two = lines(encodeGrid(rows.slice(0, 2), { width: 3, height: 2, columns: 5, scale: 2, gap: 3 }));
    expect(two).toHaveLength(4);
    expect(two[0]).toBe("##....---....##");
    expect(lines(encodeGrid(rows, { width: 2, height: 3, gap: 0 }))).toHaveLength(6);
  });

  it.each([
    [{ width: 4, height: 2 }, "got 6 values a row, expected width × height = 8"],
    [{ width: 3, height: 2, scale: 0 }, "scale: got 0, expected an integer ≥ 1"],
    [{ width: 3, height: 2, gap: -1 }, "gap: got -1, expected an integer ≥ 0"],
    [{ width: 3, height: 2, columns: 1.5 }, "columns: got 1.5"],
  ])("refuses %j", (options, message) => {
    expect(() => encodeGrid(rows, options)).toThrow(ArgumentError);
    expect(() => encodeGrid(rows, options)).toThrow(message);
  });

  it("refuses a grid of no images", () => {
    expect(() => encodeGrid(rows.slice(0, 0), { width: 3, height: 2 })).toThrow("rows: got 0, expected");
  });
});
