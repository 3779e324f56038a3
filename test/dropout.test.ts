// Dropout: which values drop out, that gradients are right with it, and that scoring knows nothing of it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DropoutOptions, dropoutFactors, resolveDropout } from "../src/made/dropout.ts";
import type { FitOptions } from "../src/made/fit.ts";
import { Made } from "../src/made/made.ts";
import { philox } from "../src/made/random.ts";
import { type Factors, forward, negativeLogLikelihood } from "../src/made/reference/forward.ts";
import { gradients } from "../src/made/reference/gradients.ts";
import { seesUnder } from "../src/made/reference/model.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { allClose } from "./support/all-close.ts";
import { build, check, descriptions, randomRows } from "./support/models.ts";

describe("dropoutFactors", () => {
  const point = { seed: 7, t: 3, layer: 1, rate: 0.25 };

  test("drop the share asked for, and keep the mean", () => {
    const factors = dropoutFactors(point, 500, 200);
    expect(new Set(factors)).toEqual(new Set([0, 1 / 0.75]));
    const dropped = factors.reduce((n, factor) => n + (factor === 0 ? 1 : 0), 0) / factors.length;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / factors.length));
  });

  test("are a function of seed, step, layer, unit and row: more rows or units change nothing", () => {
    const factors = dropoutFactors(point, 9, 10);
    expect(dropoutFactors(point, 9, 6)).toEqual(factors.slice(0, 54));
    const wider = dropoutFactors(point, 20, 10);
    factors.forEach((factor, i) => {
      expect(wider[Math.floor(i / 9) * 20 + (i % 9)]).toBe(factor);
    });
    for (const other of [{ seed: 8 }, { seed: 7 + 2 ** 32 }, { t: 4 }, { layer: 2 }])
      expect(dropoutFactors({ ...point, ...other }, 9, 10)).not.toEqual(factors);
  });

  test("row b of unit k goes by word b mod 4 of Philox's block", () => {
    const words = philox([1, 5, 9 + 256, 3], [7, 0]);
    const factors = dropoutFactors(point, 6, 8);
    expect([4, 5, 6, 7].map((b) => factors[b * 6 + 5] === 0)).toEqual(words.map((word) => word < 2 ** 30));
  });
});

describe("resolveDropout", () => {
  test("is one rate for all hidden layers or each of them, and nothing where nothing drops out", () => {
    expect(resolveDropout(2, { dropout: 0.5 })).toEqual({ inputs: 0, hidden: [0.5, 0.5] });
    expect(resolveDropout(2, { dropout: [0.5, 0], inputDropout: 0.1 })).toEqual({ inputs: 0.1, hidden: [0.5, 0] });
    expect(resolveDropout(0, { dropout: 0.5, inputDropout: 0.1 })).toEqual({ inputs: 0.1, hidden: [] });
    expect(resolveDropout(0, { dropout: 0.5 })).toBeUndefined();
    expect(resolveDropout(2, { dropout: [0, 0] })).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>]>([
    ["dropout: got 1, expected a number in [0, 1)", { dropout: 1 }],
    ["dropout: got -0.1, expected a number in [0, 1)", { dropout: -0.1 }],
    ["dropout[1]: got NaN, expected a number in [0, 1)", { dropout: [0, Number.NaN] }],
    ["dropout: got 3 rates, expected a number or one for each of 2 hidden layers", { dropout: [0, 0, 0] }],
    ["dropout: got half, expected a number or one for each of 2 hidden layers", { dropout: "half" }],
    ["inputDropout: got 2, expected a number in [0, 1)", { inputDropout: 2 }],
  ])("%s", (message, options) => {
    expect(() => resolveDropout(2, options as DropoutOptions)).toThrow(message);
  });
});

test("with values dropped out every gradient is the slope of the mean nll", () => {
  check(
    fc.property(descriptions({ maxD: 5, maxWidth: 6 }), (description) => {
      const { model, masks } = build(description);
      const B = 4;
      const x = randomRows(description.seed, B, description.D);
      const sees = seesUnder(model, masks[0]);
      const widths = [description.D, ...description.hidden];
      const factors: Factors = widths.map((units, layer) =>
        dropoutFactors({ seed: description.seed, t: 1, layer, rate: 0.4 }, units, B),
      );
      const meanNll = () => {
        const { logits } = forward(model, sees, x, factors);
        return negativeLogLikelihood(logits, x, model.D).reduce((a, b) => a + b) / B;
      };
      const got = gradients(model, sees, forward(model, sees, x, factors));
      for (const [name, values] of Object.entries(model.parameters)) {
        const slopes = Float64Array.from(values, (value, i) => {
          values[i] = value + 1e-6;
          const above = meanNll();
          values[i] = value - 1e-6;
          const below = meanNll();
          values[i] = value;
          return (above - below) / 2e-6;
        });
        allClose(got[name], slopes, { atol: 1e-7 }, `gradient of ${name}`);
      }
    }),
    60,
  );
});

describe("fit", () => {
  const rows = BinaryRows.from(randomRows(1, 50, 4), 4);
  const trained = async (...calls: FitOptions[]) => {
    const made = await Made.create({ inputs: 4, hidden: [6, 5], directConnections: true }, { device: "cpu" });
    for (const call of calls) await made.fit(rows, { batchSize: 20, ...call });
    const [first, again] = [await made.logProb(rows), await made.logProb(rows)];
    expect(again).toEqual(first);
    return made.parameters();
  };

  test("drops out by seed and step, so that a resumed run draws what it would have drawn", async () => {
    const dropout = { dropout: [0.5, 0.25], inputDropout: 0.125 };
    const whole = await trained({ epochs: 2, ...dropout });
    expect(await trained({ epochs: 1, ...dropout }, { epochs: 1, resume: true, ...dropout })).toEqual(whole);
    expect(await trained({ epochs: 2 })).not.toEqual(whole);
    expect(await trained({ epochs: 2, dropout: [0.5, 0.25] })).not.toEqual(whole);
    expect(await trained({ epochs: 2, dropout: 0, inputDropout: 0 })).toEqual(await trained({ epochs: 2 }));
  });
});
