// Filling, ranking and making up rows: against a model whose probabilities are known, by adding up all rows.

import { expect, test } from "vitest";
import { fill, WAYS } from "../../../demo/data/fill.ts";
import { rowsToLearn } from "../../../demo/data/learn.ts";
import { rank, reasons } from "../../../demo/data/surprise.ts";
import { makeUp } from "../../../demo/data/synthetic.ts";
import type { Column } from "../../../src/made/columns.ts";
import { Made } from "../../../src/made/made.ts";
import { BinaryRows } from "../../../src/made/rows.ts";

const categories = (column: string, n: number): Column => ({
  column,
  kind: "categories",
  values: Array.from({ length: n }, (_, i) => `v${i}`),
  inputs: Array.from({ length: n }, (_, i) => `${column}=v${i}`),
});
const COLUMNS: Column[] = [
  { column: "a", kind: "binary", values: ["no", "yes"], inputs: ["a"] },
  categories("b", 3),
  { column: "c", kind: "binary", values: ["no", "yes"], inputs: ["c"] },
  categories("d", 4),
];
const D = 9;
const open = (inputs: number, masks = 3) =>
  Made.create({ inputs, hidden: [12], directConnections: true, ordering: "random", masks, seed: 4 }, { device: "cpu" });
const bits = (text: string) =>
  BinaryRows.from([...text.replaceAll(" ", "")].map(Number), text.replaceAll(" ", "").length);

test("a missing column gets the probability that adding up all legal rows gives", async () => {
  const made = await open(D);
  const rows = bits("1 000 0 0100");
  const observed = bits("1 000 0 1111");
  const { rows: filled, cells } = await fill(made, COLUMNS, { rows, observed, missing: 2 }, 1);

  const found = new Map<string, number>();
  let sum = 0;
  for (const b of ["100", "010", "001"])
    for (const c of ["0", "1"]) {
      const p = Math.exp((await made.logProb(bits(`1${b}${c}0100`)))[0]);
      sum += p;
      found.set(b, (found.get(b) ?? 0) + p);
      found.set(c, (found.get(c) ?? 0) + p);
    }
  const best = (keys: string[]) => keys.reduce((x, y) => (found.get(y)! > found.get(x)! ? y : x));
  const [b, c] = [best(["100", "010", "001"]), best(["0", "1"])];
  expect([...filled.toUint8Array()].join("")).toBe(`1${b}${c}0100`);
  expect(cells.map(({ row, column }) => [row, column])).toEqual([
    [0, 1],
    [0, 2],
  ]);
  expect(cells[0].probability).toBeCloseTo(found.get(b)! / sum, 9);
  expect(cells[1].probability).toBeCloseTo(found.get(c)! / sum, 9);
  made.dispose();
});

test("with too many ways to try, draws come close to the same, always with one value a column", async () => {
  const many = [categories("b", 3), ...Array.from({ length: 3 }, (_, i) => categories(`e${i}`, 5))]; // 375 ways
  const made = await open(18);
  const observed = BinaryRows.zeros(1, 18);
  const rows = BinaryRows.zeros(1, 18);
  expect(3 * 5 ** 3).toBeGreaterThan(WAYS);
  // The indicators get biases that make one of a group likely, as training would.
  const parameters = await made.parameters();
  parameters.c.data.fill(-2.5);
  parameters.c.data.set([3, -4, -4, 3], 0);
  made.setParameters(parameters);
  const { rows: filled, cells } = await fill(made, many, { rows, observed, missing: 4 }, 1);
  const values = [...filled.toUint8Array()];
  expect(values.slice(0, 3).reduce((x, y) => x + y)).toBe(1);
  for (let e = 0; e < 3; e++) expect(values.slice(3 + 5 * e, 8 + 5 * e).reduce((x, y) => x + y)).toBe(1);

  const all: BinaryRows[] = [];
  const indicator = (n: number, i: number) => Array.from({ length: n }, (_, j) => Number(i === j));
  const legal: number[][] = [];
  for (let way = 0; way < 375; way++)
    legal.push([...indicator(3, way % 3), ...[3, 15, 75].flatMap((step) => indicator(5, Math.floor(way / step) % 5))]);
  all.push(BinaryRows.from(legal));
  const p = (await made.logProb(all[0])).map(Math.exp);
  const sum = p.reduce((x, y) => x + y);
  for (const { column, value, probability } of cells) {
    const step = [1, 3, 15, 75][column];
    const n = column === 0 ? 3 : 5;
    const exact = p.reduce((total, its, way) => total + (Math.floor(way / step) % n === value ? its : 0), 0) / sum;
    expect(Math.abs(probability - exact)).toBeLessThan(0.12); // 256 draws, some of them not legal
  }
  made.dispose();
});

test("a ranking is in the order of log p, and its reasons are the columns that add least", async () => {
  const made = await open(D);
  const rows = BinaryRows.from(
    [...Array(64).keys()].map((i) => Array.from({ length: D }, (_, d) => ((i * (d + 3)) >> (d % 4)) & 1)),
  );
  const ranking = await rank(made, COLUMNS, rows);
  const logp = await made.logProb(rows);
  const sorted = [...logp].sort((x, y) => x - y);
  expect([...ranking.order].map((r) => logp[r])).toEqual(sorted);
  const inputs = await made.logProbByInput(rows);
  for (let r = 0; r < 64; r++) {
    const its = [...ranking.byColumn.subarray(4 * r, 4 * r + 4)];
    expect(its.reduce((x, y) => x + y)).toBeCloseTo(logp[r], 4);
    expect(its[1]).toBeCloseTo(inputs[9 * r + 1] + inputs[9 * r + 2] + inputs[9 * r + 3], 4);
    const [worst] = reasons(ranking, r);
    const excess = its.map((nats, c) => ranking.usual[c] - nats);
    if (worst) expect(excess[worst.column]).toBe(Math.max(...excess));
    else expect(Math.max(...excess)).toBeLessThan(1);
  }
  made.dispose();
});

test("made-up rows have one value in every column, however seldom the model draws such", async () => {
  const made = await open(D);
  const { rows, drawn } = await makeUp(made, COLUMNS, 40, 3);
  expect(rows.rows).toBe(40);
  expect(drawn).toBeGreaterThan(40);
  for (let r = 0; r < 40; r++) {
    expect([1, 2, 3].reduce((sum, d) => sum + rows.get(r, d), 0)).toBe(1);
    expect([5, 6, 7, 8].reduce((sum, d) => sum + rows.get(r, d), 0)).toBe(1);
  }
  made.dispose();
});

test("rows with missing cells stand aside where enough others are there, and are filled by chance where not", () => {
  const rows = BinaryRows.zeros(100, D);
  for (let r = 0; r < 100; r++) rows.words[r] = 1 | (1 << (1 + (r % 3))) | (1 << (5 + (r % 4)));
  const observed = BinaryRows.zeros(100, D);
  const missingIn = (n: number) => {
    observed.words.fill(2 ** D - 1);
    for (let r = 0; r < n; r++) observed.words[r] &= ~(0b111 << 1);
    return rowsToLearn({ rows, observed, missing: n }, COLUMNS, 1);
  };
  const few = missingIn(30);
  expect([few.train.rows, few.validation.rows]).toEqual([59, 11]);
  expect(few.words).toContain("30 rows with missing cells stand aside");
  for (let r = 0; r < 60; r++) rows.words[r] &= ~(0b111 << 1);
  const many = missingIn(60);
  expect(many.train.rows + many.validation.rows).toBe(100);
  for (const part of [many.train, many.validation])
    for (let r = 0; r < part.rows; r++) expect([1, 2, 3].reduce((sum, d) => sum + part.get(r, d), 0)).toBe(1);
});
