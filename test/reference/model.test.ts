// Mask matrices and what they imply: through any number of layers an output is connected to earlier inputs only.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/made/config.ts";
import type { Mask } from "../../src/made/masks.ts";
import { parameterShapes } from "../../src/made/parameters.ts";
import { connections, copyOf, createModel, type Model, seesUnder, zerosLike } from "../../src/made/reference/model.ts";
import { goldenCases } from "../golden.ts";
import { build, check, descriptions } from "../support/models.ts";

/** Number of paths from every input to every output, (D, D): Mⱽ Mᴸ … M¹ [+ Mᴬ]. */
function pathCounts(model: Model, mask: Mask): Float64Array {
  const { D } = model;
  const matrices = connections(model, mask);
  let below = D;
  let paths = Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0)); // (units, D)
  for (const name of [...model.hidden.map((_, l) => `W${l + 1}`), "V"]) {
    const out = matrices[name].length / below;
    const next = new Float64Array(out * D);
    for (let k = 0; k < out; k++)
      for (let j = 0; j < below; j++)
        for (let d = 0; d < D; d++) next[k * D + d] += matrices[name][k * below + j] * paths[j * D + d];
    paths = next;
    below = out;
  }
  return model.directConnections ? paths.map((n, i) => n + matrices.A[i]) : paths;
}

test("the product of the mask matrices is strictly lower triangular in the ordering", () => {
  check(
    fc.property(descriptions(), (description) => {
      const { model, masks } = build(description);
      for (const mask of masks)
        pathCounts(model, mask).forEach((paths, i) => {
          const [above, below] = [mask.ordering[Math.floor(i / model.D)], mask.ordering[i % model.D]];
          if (above <= below) expect(paths).toBe(0);
        });
    }),
    100,
  );
});

test("without masks every output is connected to every input", () => {
  const { model, masks } = build(
    { D: 5, hidden: [3, 2], activation: "relu", directConnections: true, ordering: "random", masks: 1, seed: 4 },
    false,
  );
  expect([...pathCounts(model, masks[0])]).toEqual(new Array(25).fill(3 * 2 + 1));
});

test.each(goldenCases.map((golden) => [golden.name, golden] as const))("connectivity of %s", (_, golden) => {
  const model = createModel(resolveConfig(golden.config));
  golden.config.masks.forEach((mask, k) => {
    expect([...pathCounts(model, mask)].map((paths) => Math.min(paths, 1))).toEqual(golden.connectivity[k]);
  });
});

describe("seesUnder", () => {
  test("lists the ones of every mask matrix, in ascending order", () => {
    check(
      fc.property(descriptions(), fc.boolean(), (description, masked) => {
        const { config, model, masks } = build(description, masked);
        const shapes = parameterShapes(config);
        const sees = seesUnder(model, masks[0]);
        for (const [name, matrix] of Object.entries(connections(model, masks[0]))) {
          const [out, width] = shapes.get(name)!;
          expect(sees[name]).toHaveLength(out);
          const rebuilt = new Uint8Array(out * width);
          for (let k = 0; k < out; k++) for (const j of sees[name][k]) rebuilt[k * width + j]++;
          expect(rebuilt).toEqual(matrix);
          for (const list of sees[name]) expect(list).toEqual(list.slice().sort());
        }
      }),
      50,
    );
  });

  test("a hidden unit of a model with one input sees it, and no output sees the unit", () => {
    const { model, masks } = build({
      D: 1,
      hidden: [2],
      activation: "tanh",
      directConnections: true,
      ordering: "natural",
      masks: 1,
      seed: 1,
    });
    const sees = seesUnder(model, masks[0]);
    expect(sees.W1.map((list) => [...list])).toEqual([[0], [0]]);
    expect(sees.V.map((list) => [...list])).toEqual([[]]);
    expect(sees.A.map((list) => [...list])).toEqual([[]]);
  });
});

describe("createModel", () => {
  const config = resolveConfig({ inputs: 3, hidden: [2], directConnections: true });

  test("holds the parameters by name, all 0 until given", () => {
    const { parameters } = createModel(config);
    expect(Object.entries(parameters).map(([name, data]) => [name, data.length])).toEqual([
      ["W1", 6],
      ["b1", 2],
      ["V", 6],
      ["c", 3],
      ["A", 9],
    ]);
    expect(Object.values(parameters).every((data) => data.every((value) => value === 0))).toBe(true);
  });

  test("owns its values, and so do copies", () => {
    const given = build({
      D: 3,
      hidden: [2],
      activation: "relu",
      directConnections: true,
      ordering: "natural",
      masks: 1,
      seed: 9,
    }).parameters;
    const { parameters } = createModel(config, given);
    const copy = copyOf(parameters);
    parameters.c[0] = 77;
    expect(given.c.data[0]).not.toBe(77);
    expect(copy.c[0]).toBe(given.c.data[0]);
    expect(zerosLike(parameters).c).toEqual(new Float64Array(3));
  });
});
