// The logic behind the panel "Why masks": what is reached along which paths, sums over all rows with and without masks,
// and the order in which one pass computes a row.

import { afterEach, describe, expect, test } from "vitest";
import { drawSteps } from "../../demo/masks/drawing.ts";
import { Laboratory } from "../../demo/masks/laboratory.ts";
import { dataOf, everyRow, PATTERNS, type PatternName } from "../../demo/masks/patterns.ts";
import { DEFAULTS, masksOf, type Settings, withLayers } from "../../demo/masks/settings.ts";
import { keyOf, placesByDegree, type Unit, Wiring } from "../../demo/masks/wiring.ts";
import { listed, matrixLabel, sentenceFor } from "../../demo/masks/words.ts";

const deep: Settings = { ...DEFAULTS, inputs: 5, hidden: [6, 4, 5], ordering: "random" };
const masked = { masked: true, directConnections: false };

/** Whether `from` reaches `to`, by the rule of the paper on degrees alone, along every chain of units. */
function leads(wiring: Wiring, from: Unit, to: Unit, direct: boolean): boolean {
  if (from.layer >= to.layer) return keyOf(from) === keyOf(to);
  const m = (unit: Unit) => wiring.degrees(unit.layer)[unit.index];
  const isOutput = to.layer === wiring.top;
  if (direct && isOutput && from.layer === 0 && m(to) > m(from)) return true;
  return wiring.degrees(to.layer - 1).some((degree, index) => {
    const open = isOutput ? m(to) > degree : m(to) >= degree;
    return open && leads(wiring, from, { layer: to.layer - 1, index }, direct);
  });
}

describe("wiring", () => {
  test.each([1, 2, 3, 4, 5, 6])("reaches exactly what chains of degrees allow: mask %i", (seed) => {
    const directConnections = seed % 2 === 0;
    const [mask] = masksOf({ ...deep, seed });
    const wiring = new Wiring(mask, { masked: true, directConnections });
    const product = wiring.product();
    for (let layer = 1; layer <= wiring.top; layer++)
      for (let index = 0; index < wiring.widths[layer]; index++) {
        const to = { layer, index };
        const { inputs, edges, units } = wiring.reach(to);
        const expected = wiring
          .degrees(0)
          .flatMap((_, d) => (leads(wiring, { layer: 0, index: d }, to, directConnections) ? [d] : []));
        expect(inputs).toEqual(expected);
        for (const edge of wiring.edges) expect(edges.has(edge)).toBe(leadsOn(wiring, edge.to, to));
        expect(units.has(keyOf(to))).toBe(true);
        if (layer === wiring.top) expect(product.counts[index].flatMap((n, d) => (n > 0 ? [d] : []))).toEqual(expected);
      }
  });

  const leadsOn = (wiring: Wiring, from: Unit, to: Unit) => leads(wiring, from, to, false);

  test("the product is strictly lower triangular once both sides are sorted, and full without masks", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [mask] = masksOf({ ...deep, seed });
      const { rows, counts } = new Wiring(mask, masked).product();
      const places = placesByDegree(rows);
      counts.forEach((row, d) => {
        row.forEach((paths, j) => {
          if (paths > 0) expect(places[d]).toBeGreaterThan(places[j]);
        });
      });
      const open = new Wiring(mask, { ...masked, masked: false });
      expect(open.product().counts.flat()).toEqual(new Array(25).fill(6 * 4 * 5));
    }
  });

  test("sorts every matrix into a staircase", () => {
    for (const { rows, columns, counts } of new Wiring(masksOf(deep)[0], masked).matrices) {
      const [down, across] = [placesByDegree(rows), placesByDegree(columns)];
      const sorted: number[][] = rows.map(() => []);
      counts.forEach((row, k) => {
        row.forEach((one, j) => {
          sorted[down[k]][across[j]] = one;
        });
      });
      let last = 0;
      for (const row of sorted) {
        const seen = row.lastIndexOf(1) + 1;
        expect(row.slice(0, seen).every((one) => one === 1)).toBe(true);
        expect(seen).toBeGreaterThanOrEqual(last);
        last = seen;
      }
    }
    expect(placesByDegree([3, 1, 3, 2])).toEqual([2, 0, 3, 1]);
  });
});

describe("words", () => {
  const mask = { ordering: [2, 3, 1], degrees: [[2, 2]] };
  const say = (layer: number, index: number, open = false) =>
    sentenceFor(new Wiring(mask, { ...masked, masked: !open }), { layer, index });

  test("say what a unit may use, and what no path leads to", () => {
    expect(say(2, 1)).toBe("Output 2 may use inputs 1 and 3.");
    expect(say(2, 2)).toBe("Output 3 may use no input: it is the first in the ordering.");
    expect(say(2, 0)).toBe(
      "Output 1 may use no input. The ordering would allow input 3 too, but no path leads there under this mask.",
    );
    expect(say(1, 0)).toBe("Unit 1 of hidden layer 1 may use inputs 1 and 3; its degree is 2.");
    expect(say(0, 0)).toBe("Input 1 is number 2 in the ordering.");
    expect(say(2, 0, true)).toBe("Output 1 may use inputs 1, 2 and 3: its own input is among them.");
    expect(listed([])).toBe("no input");
    expect([matrixLabel("W2", 2), matrixLabel("V", 2), matrixLabel("A", 2), matrixLabel("product", 2)]).toEqual([
      "M²",
      "Mⱽ",
      "Mᴬ",
      "Mⱽ M² M¹",
    ]);
  });
});

describe("settings and data", () => {
  test("layers are added like the last, and taken from the top", () => {
    expect(withLayers([6, 4], 3)).toEqual([6, 4, 4]);
    expect(withLayers([6, 4], 1)).toEqual([6]);
  });

  test.each([
    ["mirror", [2 ** 2, 2 ** 2, 2 ** 3]],
    ["bars", [2, 3, 3]],
    ["even", [4, 8, 16]],
  ] as [PatternName, number[]][])("%s has as many rows as it should, all as frequent", (name, counts) => {
    [3, 4, 5].forEach((D, i) => {
      const { rows, frequencies } = dataOf(name, D);
      expect(rows.rows).toBe(counts[i]);
      expect(frequencies.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      everyRow(D).forEach((bits, r) => {
        expect(frequencies[r] > 0).toBe(PATTERNS[name].has(bits));
      });
    });
  });
});

describe("laboratory", () => {
  const open: Laboratory[] = [];
  const laboratory = async (settings: Settings) => {
    open.push(await Laboratory.open(settings));
    return open[open.length - 1];
  };
  afterEach(() => {
    for (const it of open.splice(0)) it.dispose();
  });

  test.each([1, 4])("with %i masks the sum is 1 before training and after, of every mask too", async (masks) => {
    const it = await laboratory({ ...deep, hidden: [6, 6], masks });
    const before = await it.measure(true);
    expect(before.sums).toHaveLength(masks);
    await it.train(true, 200);
    const after = await it.measure(true);
    for (const sum of [before.sum, after.sum, ...before.sums, ...after.sums])
      expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
    expect(after.steps).toBe(200);
    expect(divergence(it.frequencies, after.q)).toBeLessThan(0.6 * divergence(it.frequencies, before.q));
  });

  test("without masks it copies, and the sum is far from 1", async () => {
    const it = await laboratory(DEFAULTS);
    await it.train(false, 100);
    await it.train(false, 500);
    const { q, sum, steps } = await it.measure(false);
    expect(steps).toBe(600);
    expect(sum).toBeGreaterThan(3);
    it.frequencies.forEach((frequency, r) => {
      if (frequency > 0) expect(q[r]).toBeGreaterThan(0.9);
    });
  });

  test("a row is drawn in steps that compute each unit once, when all it may see is known", async () => {
    const it = await laboratory({ ...deep, seed: 5 });
    const [mask] = it.masks;
    const wiring = new Wiring(mask, masked);
    const steps = await drawSteps(it.model, mask, 3);
    const known = new Set<string>();
    for (const step of steps) {
      for (const unit of step.kind === "draw" ? [step.unit] : step.units) {
        expect(known.has(keyOf(unit))).toBe(false);
        for (const { from } of wiring.into(unit)) expect(known.has(keyOf(from))).toBe(true);
        known.add(keyOf(unit));
      }
      if (step.kind === "draw") {
        expect(step.value).toBe(step.u < step.p ? 1 : 0);
        known.add(keyOf({ layer: 0, index: step.unit.index }));
      }
    }
    expect(known.size).toBe(wiring.widths.reduce((a, b) => a + b));
  });
});

/** KL(data ‖ q) in nats. */
const divergence = (data: readonly number[], q: Float64Array) =>
  data.reduce((sum, p, r) => (p > 0 ? sum + p * Math.log(p / q[r]) : sum), 0);
