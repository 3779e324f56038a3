// The benchmark's plain code: medians and slopes by hand, turns that are fair, buffers that are counted, options.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { takeTurns } from "../../bench/src/measure.ts";
import { readOptions } from "../../bench/src/options.ts";
import { countBuffers } from "../../bench/src/scaling/memory.ts";
import { exponentOf, median, spreadOf } from "../../bench/src/statistics.ts";
import { binaryRows } from "../../bench/src/workloads.ts";

describe("statistics", () => {
  test("the median is the middle value, whatever the order, or the mean of two", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 9, 1, 4])).toBe(6.5);
    expect(median([100, 20, 3])).toBe(20); // as numbers, not as text
    expect(() => median([])).toThrow("values: got none");
  });

  test("a spread keeps its smallest and largest value and leaves the values as they were", () => {
    const values = [3, 1, 2];
    expect(spreadOf(values)).toEqual({ median: 2, min: 1, max: 3, count: 3 });
    expect(values).toEqual([3, 1, 2]);
  });

  test("the exponent of a power law is found, whatever its factor", () => {
    for (const exponent of [0.5, 1, 2])
      expect(exponentOf([1, 2, 5, 30].map((x) => [x, 7 * x ** exponent] as const))).toBeCloseTo(exponent, 10);
  });
});

describe("takeTurns", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  const sleep = (milliseconds: number) => () => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test("everyone takes part once a round, and the order turns", async () => {
    const calls: string[] = [];
    const timed = new Map(
      ["a", "b", "c"].map((name) => [name, { operations: 1, run: async () => void calls.push(name) }] as const),
    );
    const turns = takeTurns(timed, { repeats: 3, seconds: 60 });
    await vi.runAllTimersAsync();
    for (const samples of (await turns).values()) expect(samples).toHaveLength(3);
    expect(calls.join("")).toBe("abcbcacab");
  });

  test("milliseconds are divided by the operations of a sample, and the rest between samples is not timed", async () => {
    const turns = takeTurns(new Map([["a", { operations: 10, run: sleep(40) }]]), { repeats: 2, seconds: 60 });
    await vi.runAllTimersAsync();
    expect((await turns).get("a")).toEqual([4, 4]);
  });

  test("a slow one takes part in two rounds, a failing one is left with its error, the others go on", async () => {
    const timed = new Map([
      ["slow", { operations: 1, run: sleep(2000) }],
      ["fails", { operations: 1, run: () => Promise.reject(new Error("lost")) }],
      ["fast", { operations: 1, run: sleep(10) }],
    ]);
    const turns = takeTurns(timed, { repeats: 4, seconds: 1 });
    await vi.runAllTimersAsync();
    const times = await turns;
    expect(times.get("slow")).toEqual([2000, 2000]);
    expect(times.get("fails")).toEqual(new Error("lost"));
    expect(times.get("fast")).toEqual([10, 10, 10, 10]);
  });
});

test("buffers count from creation to their first destroy, and the peak stays", () => {
  const device = { createBuffer: ({ size }: { size: number }) => ({ size, destroy: () => {} }) };
  const count = countBuffers(device as unknown as GPUDevice);
  const [a, b] = [100, 30].map((size) => device.createBuffer({ size }));
  a.destroy();
  a.destroy();
  expect([count.live(), count.peak()]).toEqual([30, 130]);
  count.forgetPeak();
  expect(count.peak()).toBe(30);
  b.destroy();
  expect(count.live()).toBe(0);
});

test("the rows are the same for the same seed, and every input has a rate of its own", () => {
  const D = 40;
  const rows = binaryRows(500, D, 3);
  expect(binaryRows(500, D, 3)).toEqual(rows);
  expect(binaryRows(500, D, 4)).not.toEqual(rows);
  const rates = Array.from(
    { length: D },
    (_, d) => rows.filter((_, i) => i % D === d).reduce((a, b) => a + b, 0) / 500,
  );
  expect(Math.min(...rates)).toBeLessThan(0.2);
  expect(Math.max(...rates)).toBeGreaterThan(0.8);
});

describe("readOptions", () => {
  test("without options everything is measured", () => {
    const options = readOptions([]);
    expect(options).toMatchObject({ places: ["browser", "node"], workloads: ["w1", "w2", "w3"], repeats: 5 });
  });

  test("lists are read, and what is not in them is named", () => {
    expect(readOptions(["--place", "node", "--only", "jax-js,tensorflow"])).toMatchObject({
      places: ["node"],
      only: ["jax-js", "tensorflow"],
    });
    expect(() => readOptions(["--workloads", "w1,w9"])).toThrow("--workloads: got w9, expected some of w1,w2,w3");
    expect(() => readOptions(["--repeats", "0"])).toThrow("--repeats: got 0, expected an integer ≥ 1");
  });
});
