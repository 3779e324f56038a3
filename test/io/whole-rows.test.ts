// Rows that are drawn until every column has a value: each by itself, no oftener than that, as a model draws them given that.

import { describe, expect, it } from "vitest";
import { makeWhole, TURNS } from "../../src/io/whole-rows.ts";
import type { Column } from "../../src/made/columns.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";

const COLUMNS: readonly Column[] = [
  { column: "a", kind: "binary", values: ["no", "yes"], inputs: ["a"] },
  { column: "b", kind: "categories", values: ["x", "y", "z"], inputs: ["b=x", "b=y", "b=z"] },
];
const D = 4;
/** Rows of independent inputs, 1 with these probabilities. */
function coins(n: number, seed: number, chances: readonly number[] = [0.5, 0.6, 0.3, 0.2]): BinaryRows {
  const random = new Random(seed, "sample");
  return BinaryRows.from(
    Array.from({ length: n * D }, (_, i) => Number(random.uniform() < chances[i % D])),
    D,
  );
}
const indicators = (rows: BinaryRows, r: number) => rows.get(r, 1) + rows.get(r, 2) + rows.get(r, 3);

describe("makeWhole", () => {
  it("leaves whole rows as they are, and draws the others until they are whole", async () => {
    const first = coins(300, 1);
    const before = first.slice();
    let asked = 300;
    const { rows, open, drawn } = await makeWhole(COLUMNS, first, async (numbers, turn) => {
      asked += numbers.length;
      for (const r of numbers) expect(indicators(first, r)).not.toBe(1);
      return coins(numbers.length, 1 + turn);
    });
    expect(open).toEqual([]);
    expect(drawn).toBe(asked);
    for (let r = 0; r < 300; r++) {
      expect(indicators(rows, r)).toBe(1);
      if (indicators(before, r) === 1) expect(rows.get(r, 0)).toBe(before.get(r, 0));
    }
  });

  it("draws from the distribution given that every column has a value", async () => {
    const n = 20_000;
    const { rows } = await makeWhole(COLUMNS, coins(n, 2), async ({ length }, turn) => coins(length, 100 + turn));
    // p(b = x) ∝ 0.6 · 0.7 · 0.8 and so on; a is independent.
    const weights = [0.6 * 0.7 * 0.8, 0.4 * 0.3 * 0.8, 0.4 * 0.7 * 0.2];
    const total = weights.reduce((sum, w) => sum + w, 0);
    const share = (d: number) => Array.from({ length: n }, (_, r) => rows.get(r, d)).reduce((a, b) => a + b, 0) / n;
    for (const [i, weight] of weights.entries()) expect(Math.abs(share(1 + i) - weight / total)).toBeLessThan(0.015);
    expect(Math.abs(share(0) - 0.5)).toBeLessThan(0.015);
  });

  it("asks for the rows of their own numbers, more often where few are whole, and never for more than at first", async () => {
    const turns: number[] = [];
    const { rows, open } = await makeWhole(COLUMNS, coins(200, 3, [0.5, 0.02, 0.02, 0.02]), async (numbers, turn) => {
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(numbers.length).toBeLessThanOrEqual(200);
      turns.push(turn);
      return coins(numbers.length, 10 + turn, [0.5, 0.02, 0.02, 0.02]);
    });
    expect(turns).toEqual(turns.map((_, i) => i + 1));
    for (let r = 0; r < 200; r++) expect(indicators(rows, r) === 1).toBe(!open.includes(r));
  });

  it("gives up on rows that never come out whole", async () => {
    let turns = 1;
    const none = await makeWhole(COLUMNS, BinaryRows.zeros(5, D), async ({ length }) => {
      turns++;
      return BinaryRows.zeros(length, D);
    });
    expect(none.open).toEqual([0, 1, 2, 3, 4]);
    expect(turns).toBe(TURNS);
    expect(none.drawn).toBe(5 * TURNS);
  });
});
