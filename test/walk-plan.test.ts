// The plan of a walk: what it pushes after each block and what it keeps for inside the blocks is together every connection
// of the mask, each once, and nothing is used before it is finished.

import fc from "fast-check";
import { expect, test } from "vitest";
import { planWalk, planWords, valuesLayout } from "../src/made/gpu/walk-plan.ts";
import { connections } from "../src/made/reference/model.ts";
import { build, check, descriptions } from "./support/models.ts";

test("pushes and triangle together visit every connection once, in the order in which units are finished", () => {
  check(
    fc.property(descriptions({ maxD: 50 }), fc.integer({ min: 1, max: 32 }), (description, size) => {
      const { config, model, masks } = build(description);
      const { inputs: D, hidden } = config;
      for (const mask of masks) {
        const { blocks, words, triangle } = planWalk(config, mask, size);
        expect(words.length).toBe(planWords(config));
        const matrices = connections(model, mask);
        const degrees = [mask.ordering, ...mask.degrees, mask.ordering];
        const slots = degrees.map((layer) => layer.map((_, k) => k).sort((a, b) => layer[a] - layer[b] || a - b));
        let packed = 0;
        hidden.concat(D).forEach((units, m) => {
          const below = m === 0 ? D : hidden[m - 1];
          const isOutput = m === hidden.length;
          const visits = new Uint8Array(units * below);
          const visit = (unit: number, k: number) => visits[slots[m + 1][unit] * below + slots[m][k]]++;
          for (const { end, first, last } of blocks)
            for (let unit = isOutput ? end : last[m + 1]; unit < units; unit++)
              for (let k = first[m]; k < last[m]; k++) visit(unit, k);
          for (let unit = 0; unit < units; unit++) {
            const [at, first, last] = words.subarray(words[4 * m] + 3 * unit);
            expect(at).toBe(packed);
            packed += last - first;
            for (let k = first; k < last; k++) visit(unit, k);
          }
          expect([...visits]).toEqual([...matrices[isOutput ? "V" : `W${m + 1}`]]);
          expect([...words.subarray(4 * m + 1, 4 * m + 3)]).toEqual(valuesLayout(config).slice(m, m + 2));
          if (isOutput) return;
          for (let s = 0; s <= D; s++)
            expect(words[words[4 * m + 3] + s]).toBe(mask.degrees[m].filter((degree) => degree <= s).length);
        });
        expect(packed).toBe(triangle);
      }
    }),
    150,
  );
});
