// What the page says of a picture with unknown pixels, on small models, against sums over all pictures in plain float64.

import { afterAll, describe, expect, test } from "vitest";
import { answer, entropy, type Oracle, SHOWN } from "../../demo/complete/answer.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import { Made } from "../../src/made/made.ts";
import { BinaryRows } from "../../src/made/rows.ts";

const D = 6;
/** Logits come as float32, from the CPU too: of a few units each, they are good to 1e-7. */
const DIGITS = 6;
const values = Uint8Array.of(1, 0, 1, 1, 0, 1);
const all = BinaryRows.from(
  Array.from({ length: 2 ** D }, (_, x) => Array.from({ length: D }, (_, d) => (x >> d) & 1)),
  D,
);
const digits = all.take([3, 9, 14, 27, 40, 41, 44, 50, 57, 60, 63]);
const opened: Made[] = [];
afterAll(() => opened.forEach((made) => void made.dispose()));

async function open(config: Partial<MadeConfig>) {
  const made = await Made.create({ inputs: D, hidden: [16], seed: 5, ...config }, { device: "cpu" });
  opened.push(made);
  await made.fit(digits, { epochs: 15, batchSize: 3, optimizer: { name: "adam", learningRate: 0.05 } });
  const oracle = {
    ask: async (call: keyof Made, ...args: unknown[]) => (made[call] as (...all: unknown[]) => unknown)(...args),
  } as Oracle;
  return { made, oracle };
}

/** Sums of p over the pictures that agree with `values` where they are known, from log p of all pictures. */
function sums(logps: ArrayLike<number>, observed: Uint8Array) {
  let known = 0;
  const ink = new Float64Array(D);
  for (let x = 0; x < all.rows; x++) {
    if (!observed.every((isKnown, d) => !isKnown || all.get(x, d) === values[d])) continue;
    const p = Math.exp(logps[x]);
    known += p;
    for (let d = 0; d < D; d++) ink[d] += p * all.get(x, d);
  }
  return { known, ink: ink.map((p) => p / known) };
}
const kept = (picture: Uint8Array, observed: Uint8Array) => [...picture].filter((_, d) => observed[d]);
const indexOf = (picture: Uint8Array) => picture.reduce((x, bit, d) => x + (bit << d), 0);

describe("a model made for any order", () => {
  test.each([
    ["first half known", Uint8Array.of(1, 1, 1, 0, 0, 0)],
    ["scattered", Uint8Array.of(0, 1, 0, 0, 1, 1)],
    ["all but one unknown", Uint8Array.of(0, 0, 0, 1, 0, 0)],
  ])("%s: exact completions and likelihoods", async (_, observed) => {
    const { made, oracle } = await open({ ordering: "random", masks: Number.POSITIVE_INFINITY });
    const got = await answer(oracle, made.config, { values, observed, seed: 3 }, digits);
    const logps = await made.logProb(all, { masks: [made.maskFor(observed)] });
    const { known, ink } = sums(logps, observed);

    expect(got.exact).toBe(true);
    expect(got.logp).toBeCloseTo(Math.log(known), DIGITS);
    expect(got.byPixel!.reduce((a, b) => a + b)).toBeCloseTo(got.logp, DIGITS);
    expect(got.completions).toHaveLength(SHOWN);
    for (const { values: picture, logp } of got.completions) {
      expect(kept(picture, observed)).toEqual(kept(values, observed));
      expect(logp).toBeCloseTo(logps[indexOf(picture)] - Math.log(known), DIGITS);
    }
    observed.forEach((isKnown, d) => {
      if (isKnown) expect(got.probability[d]).toBe(values[d]);
      else expect(Math.abs(got.probability[d] - ink[d])).toBeLessThan(0.3); // a mean over few draws
    });
    const { low, median, high } = got.typical!;
    expect(low).toBeLessThanOrEqual(median);
    expect(median).toBeLessThanOrEqual(high);
    const theirs = [...(await made.logMarginal(digits, BinaryRows.from(observed, D)))].sort((a, b) => a - b);
    expect([low, median, high]).toEqual([theirs[1], theirs[5], theirs[9]]);
  });

  test("nothing unknown: log p of the picture, and no completions", async () => {
    const { made, oracle } = await open({ ordering: "random", masks: Number.POSITIVE_INFINITY });
    const observed = new Uint8Array(D).fill(1);
    const got = await answer(oracle, made.config, { values, observed, seed: 3 }, digits);
    const [want] = await made.logProb(BinaryRows.from(values, D), { masks: [made.maskFor(observed)] });
    expect(got.completions).toEqual([]);
    expect(got.logp).toBeCloseTo(want, DIGITS);
    expect([...got.probability]).toEqual([...values]);
  });

  test("values under unknown pixels are of no account", async () => {
    const { made, oracle } = await open({ ordering: "random", masks: Number.POSITIVE_INFINITY });
    const observed = Uint8Array.of(1, 1, 1, 0, 0, 0);
    const other = values.map((value, d) => (observed[d] ? value : 1 - value));
    const [a, b] = [
      await answer(oracle, made.config, { values, observed, seed: 3 }, digits),
      await answer(oracle, made.config, { values: other, observed, seed: 3 }, digits),
    ];
    expect(a).toEqual(b);
  });
});

describe("a model with one mask in natural order", () => {
  test("is exact where the known pixels come first", async () => {
    const { made, oracle } = await open({});
    const observed = Uint8Array.of(1, 1, 1, 0, 0, 0);
    const got = await answer(oracle, made.config, { values, observed, seed: 3 }, digits);
    const logps = await made.logProb(all);
    expect(got.exact).toBe(true);
    expect(got.particles).toBeUndefined();
    expect(got.logp).toBeCloseTo(Math.log(sums(logps, observed).known), DIGITS);
  });

  test("estimates elsewhere, and says how well", async () => {
    const { made, oracle } = await open({});
    const observed = Uint8Array.of(0, 0, 0, 1, 1, 1);
    const got = await answer(oracle, made.config, { values, observed, seed: 3 }, digits);
    const { known } = sums(await made.logProb(all), observed);
    expect(got.exact).toBe(false);
    expect(got.particles!.of).toBeGreaterThan(got.particles!.effective);
    expect(got.particles!.effective).toBeGreaterThan(1);
    expect(Math.abs(got.logp - Math.log(known))).toBeLessThan(0.5); // 200 particles
    expect(got.byPixel).toBeUndefined();
    for (const { values: picture } of got.completions) expect(kept(picture, observed)).toEqual(kept(values, observed));
  });
});

test("stops between two calls", async () => {
  const { made, oracle } = await open({ ordering: "random", masks: Number.POSITIVE_INFINITY });
  const stop = new AbortController();
  const stopping: Oracle = {
    ask: (call, ...args) => {
      stop.abort();
      return oracle.ask(call, ...args);
    },
  };
  const observed = Uint8Array.of(1, 1, 1, 0, 0, 0);
  await expect(answer(stopping, made.config, { values, observed, seed: 3 }, digits, stop.signal)).rejects.toThrow();
});

test("entropy is a bit at one half and nothing where it is sure", () => {
  expect([0, 0.5, 1].map(entropy)).toEqual([0, 1, 0]);
  expect(entropy(0.11)).toBeCloseTo(0.4999, 3);
});
