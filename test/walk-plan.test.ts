// The plan of a walk: what it pushes after each block and what it keeps for inside the blocks is together every connection
// of the mask, each once, and nothing is used before it is finished.

import fc from "fast-check";
import { expect, test } from "vitest";
import { linksOf, planWalk, planWords, valuesLayout } from "../src/made/gpu/walk-plan.ts";
import { connections } from "../src/made/reference/model.ts";
import { build, check, descriptions } from "./support/models.ts";

test("pushes and triangle together visit every connection once, in the order in which units are finished", () => {
  check(
    fc.property(descriptions({ maxD: 50 }), fc.integer({ min: 1, max: 64 }), (description, size) => {
      const { config, model, masks } = build(description);
      const { inputs: D, hidden } = config;
      for (const mask of masks) {
        const { blocks, words, entries, triangle } = planWalk(config, mask, size);
        expect(words.length).toBe(planWords(config));
        const matrices = connections(model, mask);
        const starts = valuesLayout(config);
        const degrees = [mask.ordering, ...mask.degrees, mask.ordering, mask.ordering];
        const slots = degrees.map((layer) => layer.map((_, k) => k).sort((a, b) => layer[a] - layer[b] || a - b));
        let packed = 0;
        for (const [m, { below, above }] of linksOf(config).entries()) {
          const [inputs, units] = [slots[below].length, slots[above].length];
          // finished[l][u]: the block that finishes unit u of a layer. What a push takes is finished, what it gives to is not.
          const finishedBy = (l: number, u: number) => Math.floor((degrees[l][slots[l][u]] - 1) / size);
          const visits = new Uint8Array(units * inputs);
          const last = new Int32Array(units).fill(-1);
          const visit = (unit: number, k: number) => {
            visits[slots[above][unit] * inputs + slots[below][k]]++;
            if (k <= last[unit]) throw new Error(`unit ${unit} takes ${k} after ${last[unit]}`);
            last[unit] = k;
          };
          for (const [b, block] of blocks.entries())
            for (const push of block.pushes.filter(({ link }) => link === m))
              for (let unit = push.onto; unit < push.until; unit++)
                for (let k = push.first; k < push.last; k++) {
                  if (finishedBy(below, k) > b || finishedBy(above, unit) <= b)
                    throw new Error(`block ${b} passes unit ${k} on to ${unit}`);
                  visit(unit, k);
                }
          for (let unit = 0; unit < units; unit++) {
            const [at, first, seen, own] = words.subarray(4 * (entries[m] + unit));
            if (at !== packed || own !== starts[above] + unit) throw new Error(`entry of unit ${unit}: ${at}, ${own}`);
            packed += Math.ceil(seen / 4);
            for (let k = 0; k < seen; k++) {
              if (finishedBy(below, first - starts[below] + k) !== finishedBy(above, unit))
                throw new Error(`unit ${unit} sees another block's ${first + k} inside its own`);
              visit(unit, first - starts[below] + k);
            }
          }
          const name = above > hidden.length + 1 ? "A" : above > hidden.length ? "V" : `W${above}`;
          expect([...visits]).toEqual([...matrices[name]]);
          // What a position finishes: hidden units of its degree, or the output that stands there.
          for (let position = 0; position < D; position++) {
            const row = words.subarray(4 * (position * (hidden.length + 1) + Math.min(m, hidden.length)));
            const here = degrees[above].filter((degree) => degree === position + 1).length;
            if (above <= hidden.length) expect(row[1] - row[0]).toBe(here);
            const entry = row[m > hidden.length ? 1 : 0];
            expect(entry).toBe(entries[m] + degrees[above].filter((degree) => degree <= position).length);
          }
        }
        expect(packed).toBe(triangle);
      }
    }),
    150,
  );
});
