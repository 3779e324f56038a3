// Orderings and degrees: their range, that they are functions of seed and index, and the checks of masks from outside.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { resolveConfig } from "../src/made/config.ts";
import { checkMask, checkOrdering, type Mask, MaskSupply, maskAt } from "../src/made/masks.ts";
import { build, check, descriptions } from "./support/models.ts";

describe("maskAt", () => {
  test("draws masks that pass the check, with degrees no lower than the lowest of the layer below", () => {
    check(
      fc.property(descriptions(), fc.nat({ max: 1000 }), (description, index) => {
        const { config } = build(description);
        const mask = maskAt(config, index);
        expect(() => checkMask(config, mask, "mask")).not.toThrow();
        let lowest = 1;
        for (const degrees of mask.degrees) {
          expect(Math.min(...degrees)).toBeGreaterThanOrEqual(lowest);
          lowest = Math.min(...degrees);
        }
      }),
      200,
    );
  });

  test("is a function of seed and index", () => {
    const source = { inputs: 30, hidden: [20, 10], ordering: "random", masks: 1 } as const;
    const drawn = [1, 2].flatMap((seed) => [0, 1, 2].map((index) => maskAt({ ...source, seed }, index)));
    expect(new Set(drawn.map((mask) => JSON.stringify(mask.ordering))).size).toBe(6);
    expect(new Set(drawn.map((mask) => JSON.stringify(mask.degrees))).size).toBe(6);
    expect(maskAt({ ...source, seed: 2 }, 2)).toEqual(drawn[5]);
  });

  test("uses every degree from 1 to D − 1 equally often in the first layer", () => {
    const { degrees } = maskAt({ inputs: 6, hidden: [10_000], ordering: "natural", masks: 1, seed: 5 }, 0);
    const counts = new Map<number, number>();
    for (const degree of degrees[0]) counts.set(degree, (counts.get(degree) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(1600));
  });

  test("spreads equal degrees evenly, whatever the width, and the same in every mask", () => {
    const degreesOf = (inputs: number, hidden: number[]) =>
      maskAt({ inputs, hidden, ordering: "random", masks: 1, degrees: "equal", seed: 5 }, 0).degrees;
    expect(degreesOf(4, [6])).toEqual([[1, 1, 2, 2, 3, 3]]);
    expect(degreesOf(4, [7])).toEqual([[1, 1, 2, 2, 2, 3, 3]]);
    expect(degreesOf(11, [5])).toEqual([[2, 4, 6, 8, 10]]);
    expect(degreesOf(11, [1])).toEqual([[6]]);
    // The second layer begins at the lowest degree below it: 2.
    expect(degreesOf(11, [5, 3])).toEqual([
      [2, 4, 6, 8, 10],
      [3, 6, 9],
    ]);
    expect(degreesOf(1, [3])).toEqual([[1, 1, 1]]);
    const source = resolveConfig({ inputs: 9, hidden: [5, 20], ordering: "random", masks: 2, degrees: "equal" });
    const [a, b] = [maskAt(source, 0), maskAt(source, 1)];
    expect(a.degrees).toEqual(b.degrees);
    expect(a.ordering).not.toEqual(b.ordering);
  });

  test("takes the ordering asked for", () => {
    const source = { inputs: 4, hidden: [], masks: 1, seed: 1 };
    expect(maskAt({ ...source, ordering: "natural" }, 3).ordering).toEqual([1, 2, 3, 4]);
    expect(maskAt({ ...source, ordering: [3, 1, 4, 2] }, 3).ordering).toEqual([3, 1, 4, 2]);
  });

  test("with one input every hidden unit gets degree 1", () => {
    expect(maskAt({ inputs: 1, hidden: [3, 2], ordering: "random", masks: 1, seed: 1 }, 0)).toEqual({
      ordering: [1],
      degrees: [
        [1, 1, 1],
        [1, 1],
      ],
    });
  });

  test("cycles through masks that are given", () => {
    const masks: Mask[] = [
      { ordering: [1, 2], degrees: [] },
      { ordering: [2, 1], degrees: [] },
    ];
    const source = { inputs: 2, hidden: [], ordering: "natural", masks, seed: 1 } as const;
    expect([0, 1, 2, 3].map((index) => maskAt(source, index))).toEqual([masks[0], masks[1], masks[0], masks[1]]);
  });
});

describe("MaskSupply", () => {
  const source = resolveConfig({ inputs: 9, hidden: [5], ordering: "random", masks: 3, seed: 2 });

  test("the masks of an evaluation are those of training first, then fresh ones", () => {
    const masks = new MaskSupply(source).first(5);
    expect(masks).toEqual([0, 1, 2, 3, 4].map((index) => maskAt(source, index)));
    expect(new Set(masks.map((mask) => JSON.stringify(mask))).size).toBe(5);
  });

  test("minibatch t of K masks uses mask t mod K, the same object each time", () => {
    const supply = new MaskSupply(source);
    expect(supply.count).toBe(3);
    expect([7, 8, 9].map((t) => supply.at(t))).toEqual([1, 2, 0].map((index) => maskAt(source, index)));
    expect(supply.at(4)).toBe(supply.at(1));
  });

  test("an endless supply gives minibatch t mask t", () => {
    const supply = new MaskSupply({ ...source, masks: Number.POSITIVE_INFINITY });
    expect(supply.count).toBe(Number.POSITIVE_INFINITY);
    expect([4, 1, 1000].map((t) => supply.at(t))).toEqual([4, 1, 1000].map((index) => maskAt(source, index)));
    expect(supply.at(1000)).toBe(supply.at(1000));
  });

  test("given masks are supplied in turn", () => {
    const masks = new MaskSupply(source).first(2);
    const supply = new MaskSupply({ ...source, masks });
    expect(supply.count).toBe(2);
    expect(supply.at(5)).toBe(masks[1]);
  });
});

describe("checks", () => {
  const shape = { inputs: 4, hidden: [2, 1] };
  const legal: Mask = { ordering: [2, 1, 4, 3], degrees: [[1, 3], [3]] };

  test("accept what is legal", () => {
    expect(() => checkMask(shape, legal, "mask")).not.toThrow();
    expect(() => checkMask({ inputs: 1, hidden: [1] }, { ordering: [1], degrees: [[1]] }, "mask")).not.toThrow();
    expect(() => checkOrdering(1, [1], "ordering")).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["m: got null, expected { ordering", null],
    ['m: got {"degrees":[]}, expected { ordering', { degrees: [] }],
    ['m: got {"ordering":[1],"degrees":[3]}, expected { ordering', { ordering: [1], degrees: [3] }],
    ["m.ordering: got 3 positions, expected 4", { ...legal, ordering: [1, 2, 3] }],
    ["m.ordering[3]: got 2, expected every position 1 … 4 exactly once", { ...legal, ordering: [1, 2, 3, 2] }],
    ["m.ordering[0]: got 0, expected every position", { ...legal, ordering: [0, 1, 2, 3] }],
    ["m.ordering[1]: got 5, expected every position", { ...legal, ordering: [1, 5, 2, 3] }],
    ["m.ordering[2]: got 1.5, expected every position", { ...legal, ordering: [1, 2, 1.5, 3] }],
    ["m.degrees: got 1 layers, expected 2", { ...legal, degrees: [[1, 3]] }],
    ["m.degrees[0]: got 3 degrees, expected 2", { ...legal, degrees: [[1, 3, 2], [3]] }],
    ["m.degrees[0][1]: got 4, expected an integer in 1 … 3", { ...legal, degrees: [[1, 4], [3]] }],
    ["m.degrees[1][0]: got 0, expected an integer in 1 … 3", { ...legal, degrees: [[1, 3], [0]] }],
    ["m.degrees[1][0]: got 2.5, expected an integer in 1 … 3", { ...legal, degrees: [[1, 3], [2.5]] }],
  ])("%s", (message, mask) => {
    const act = () => checkMask(shape, mask as Mask, "m");
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
