// The scalar functions at ordinary arguments, at extreme ones, and g′ against differences of g.

import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/made/config.ts";
import { g, gPrime, sigmoid, softplus } from "../../src/made/reference/activation.ts";

const ORDINARY = [-7, -2.5, -1, -0.3, 0.2, 0.9, 3, 8];

test("sigmoid and softplus by their definitions", () => {
  for (const z of ORDINARY) {
    expect(sigmoid(z)).toBeCloseTo(1 / (1 + Math.exp(-z)), 14);
    expect(softplus(z)).toBeCloseTo(Math.log(1 + Math.exp(z)), 14);
  }
  expect(sigmoid(0)).toBe(0.5);
  expect(softplus(0)).toBe(Math.LN2);
});

test("sigmoid and softplus far out: nothing overflows, small values keep their digits", () => {
  expect(sigmoid(800)).toBe(1);
  expect(sigmoid(-800)).toBe(0);
  expect(sigmoid(-40) / Math.exp(-40)).toBeCloseTo(1, 12);
  expect(softplus(800)).toBe(800);
  expect(softplus(-800)).toBe(0);
  expect(softplus(-40) / Math.exp(-40)).toBeCloseTo(1, 12);
});

describe.each(ACTIVATIONS)("%s", (activation) => {
  test("g′ in h agrees with central differences of g", () => {
    const epsilon = 1e-5;
    for (const z of ORDINARY) {
      const slope = (g[activation](z + epsilon) - g[activation](z - epsilon)) / (2 * epsilon);
      expect(gPrime[activation](g[activation](z))).toBeCloseTo(slope, 9);
    }
  });

  test("g and g′ are finite far out", () => {
    for (const z of [-1000, 1000]) {
      const h = g[activation](z);
      expect(Number.isFinite(h)).toBe(true);
      expect(gPrime[activation](h)).toBe(z > 0 && (activation === "relu" || activation === "softplus") ? 1 : 0);
    }
  });
});

test("known values", () => {
  expect(g.relu(-2)).toBe(0);
  expect(g.relu(2)).toBe(2);
  expect(gPrime.relu(0)).toBe(0);
  expect(g.tanh(0.5)).toBe(Math.tanh(0.5));
  expect(g.sigmoid(Math.log(3))).toBeCloseTo(0.75, 15);
});
