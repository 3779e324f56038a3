// The picture of the panel that completes: what tools and buttons do to it.

import { expect, test } from "vitest";
import { cellOf, PARTS, Picture } from "../../demo/complete/picture.ts";
import { BinaryRows } from "../../src/made/rows.ts";

const D = 784;
const unknown = ({ observed }: Picture) => [...observed.keys()].filter((d) => !observed[d]).map(cellOf);

test("shows a row, and gets it back after erasing", () => {
  const digit = Uint8Array.from({ length: 2 * D }, (_, i) => Number(i % 3 === 0));
  const picture = new Picture();
  picture.show(BinaryRows.from(digit, D), 1);
  expect([...picture.values]).toEqual([...digit.subarray(D)]);
  picture.erase("left");
  expect(picture.missing).toBe(D / 2);
  picture.restore();
  expect(picture.missing).toBe(0);
  expect([...picture.values]).toEqual([...digit.subarray(D)]);
});

test.each(PARTS)("erases the part %s and no more", (part) => {
  const picture = new Picture();
  picture.erase(part);
  const cells = unknown(picture);
  const inside = {
    top: cells.every(({ row }) => row <= 13),
    bottom: cells.every(({ row }) => row >= 14),
    left: cells.every(({ column }) => column <= 13),
    right: cells.every(({ column }) => column >= 14),
    middle: cells.every(({ row }) => row >= 10 && row <= 18),
  };
  expect(inside[part]).toBe(true);
  expect(cells).toHaveLength(part === "middle" ? 9 * 28 : 14 * 28);
});

test("a stroke has no gaps, has the brush's width, and stays on the sheet", () => {
  const picture = new Picture();
  expect(picture.stroke("erase", { column: 0, row: 5 }, { column: 27, row: 5 }, 1)).toBe(true);
  expect(picture.missing).toBe(3 * 28);
  expect(new Set(unknown(picture).map(({ row }) => row))).toEqual(new Set([4, 5, 6]));
  expect(picture.stroke("erase", { column: 3, row: 5 }, { column: 9, row: 5 }, 1)).toBe(false);
});

test("ink and paper make a pixel known again", () => {
  const picture = new Picture();
  picture.erase("top");
  picture.stroke("ink", { column: 2, row: 2 }, { column: 2, row: 2 }, 0);
  picture.stroke("paper", { column: 4, row: 2 }, { column: 4, row: 2 }, 0);
  expect(picture.missing).toBe(D / 2 - 2);
  expect([picture.values[2 * 28 + 2], picture.values[2 * 28 + 4]]).toEqual([1, 0]);
});
