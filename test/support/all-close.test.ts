// The comparison that most tests stand on: it must fail where it should.

import { expect, test } from "vitest";
import { allClose } from "./all-close.ts";

test("returns the worst error when everything is close", () => {
  expect(allClose([1, 2.5, -4], [1, 2.25, -4.125], { atol: 0.25 })).toBe(0.25);
  expect(allClose([99], [100], { rtol: 0.01 })).toBe(1);
  expect(allClose([], [], {})).toBe(0);
});

test("names the first bad index with both values", () => {
  expect(() => allClose([0, 1, 3], [0, 2, 4], { atol: 0.5 }, "logits")).toThrow("logits[1]: got 1, want 2");
  expect(() => allClose([98], [100], { rtol: 0.01 })).toThrow("values[0]: got 98, want 100");
});

test("takes neither NaN nor another length for close", () => {
  expect(() => allClose([Number.NaN], [0], { atol: 1 })).toThrow("[0]: got NaN, want 0");
  expect(() => allClose([0], [Number.NaN], { atol: 1 })).toThrow("[0]: got 0, want NaN");
  expect(() => allClose([0], [0, 0], { atol: 1 })).toThrow("got 1 values, want 2");
});
