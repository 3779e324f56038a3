// Philox against the known answers of its authors' library, and what the streams built on it promise.

import { describe, expect, test } from "vitest";
import { philox, Random, STREAMS } from "../src/made/random.ts";

describe("philox", () => {
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [new Array(4).fill(0xffffffff), new Array(2).fill(0xffffffff), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("philox4x32-10 of counter %j under key %j", (counter, key, want) => {
    expect(philox(counter, key)).toEqual(want);
  });
});

const words = (random: Random, n: number) => Array.from({ length: n }, () => random.word());

describe("Random", () => {
  test("word i of a stream is lane i mod 4 of the block ⌊i/4⌋, index, purpose, 0 under the seed's two halves", () => {
    const seed = 5 * 2 ** 32 + 7;
    const want = [0, 1, 2].flatMap((block) => philox([block, 11, STREAMS.degrees, 0], [7, 5]));
    expect(words(new Random(seed, "degrees", 11), 12)).toEqual(want);
  });

  test("seed, purpose and index each give numbers of their own, and the same ones every time", () => {
    const seen = new Set<string>();
    const purposes = Object.keys(STREAMS) as (keyof typeof STREAMS)[];
    for (const seed of [0, 1, 2 ** 32, 2 ** 53 - 1])
      for (const purpose of purposes)
        for (const index of [0, 1]) {
          const first = words(new Random(seed, purpose, index), 4);
          expect(words(new Random(seed, purpose, index), 4)).toEqual(first);
          seen.add(String(first));
        }
    expect(seen.size).toBe(4 * purposes.length * 2);
  });

  test("uniform is a multiple of 2⁻²⁴ in [0, 1), spread evenly", () => {
    const random = new Random(1, "sample");
    const n = 20_000;
    const tenths = new Uint32Array(10);
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      expect(u * 2 ** 24).toBe(Math.floor(u * 2 ** 24));
      expect(Math.fround(u)).toBe(u);
      tenths[Math.floor(u * 10)]++;
    }
    for (const count of tenths) expect(Math.abs(count - n / 10)).toBeLessThan(4 * Math.sqrt(n * 0.09));
  });

  test("below(n) gives each of 0 … n−1 about equally often", () => {
    const random = new Random(2, "degrees");
    const counts = new Uint32Array(7);
    for (let i = 0; i < 14_000; i++) counts[random.below(7)]++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(2000));
    expect(random.below(1)).toBe(0);
  });

  test("below(n) has no bias where n doesn't divide 2³²: words past the last whole range are drawn again", () => {
    // With n = 3·2³⁰ a remainder alone would give numbers below 2³⁰ half of the time; a third is right.
    const random = new Random(3, "degrees");
    let low = 0;
    for (let i = 0; i < 6000; i++) if (random.below(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low - 2000)).toBeLessThan(4 * Math.sqrt(6000 * (2 / 9)));
  });

  test("permutation holds every number once, and every order of three comes equally often", () => {
    const random = new Random(4, "shuffle");
    for (const n of [0, 1, 2, 100])
      expect([...random.permutation(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = String(random.permutation(3));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(1000));
  });
});

test("normal draws have the moments of the standard normal distribution", () => {
  const random = new Random(8, "weights");
  const n = 100_000;
  const moments = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = random.normal();
    for (let p = 0; p < 4; p++) moments[p] += x ** (p + 1) / n;
  }
  // E x, x², x³, x⁴ = 0, 1, 0, 3, with variances 1, 2, 15, 96: within four standard errors.
  [0, 1, 0, 3].forEach((want, p) => {
    expect(Math.abs(moments[p] - want)).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][p] / n));
  });
});
