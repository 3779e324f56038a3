// Rows are drawn as often as their probability says: from one mask, from the mixture, at a temperature, and with cells given
// that come first in the ordering.

import { allClose } from "../all-close.ts";
import {
  chiSquared,
  counts,
  DRAWS,
  everyRow,
  given,
  model,
  numberOf,
  probabilities,
  rowOf,
  type Story,
  six,
} from "./story.ts";

const sampling: Story = {
  name: "rows come as often as their probability says, under one mask, of the mixture, and at a temperature",
  async run(on) {
    const made = await model(on, { ...six, directConnections: true, ordering: "random", masks: 3 });
    const told: string[] = [];
    const masks = made.masks();
    const one = await made.sample(DRAWS, { mask: 1, seed: 11 });
    told.push(chiSquared(counts(one), await probabilities(made, [masks[1]]), "one mask").toFixed(2));
    const mixed = await made.sample(DRAWS, { seed: 12 });
    told.push(chiSquared(counts(mixed), await probabilities(made, undefined), "the mixture").toFixed(2));
    // At a temperature every conditional is σ(z / T).
    const all = everyRow(6);
    const logits = await made.conditionals(all, { mask: 2, as: "logits" });
    const tempered = Float64Array.from({ length: 64 }, (_, r) => {
      let p = 1;
      for (let d = 0; d < 6; d++) p /= 1 + Math.exp((all.get(r, d) ? -2 : 2) * logits[r * 6 + d]);
      return p;
    });
    const cold = await made.sample(DRAWS, { mask: 2, seed: 13, temperature: 0.5 });
    told.push(chiSquared(counts(cold), tempered, "temperature 0.5").toFixed(2));
    made.dispose();
    return `χ² / degrees of freedom ${told.join(", ")}`;
  },
};

const conditioned: Story = {
  name: "rows drawn with cells given follow the conditional of one mask and of the mixture",
  async run(on) {
    const made = await model(on, { ...six, masks: 3 });
    const [observed, value] = [0b000111, 0b000101];
    const cells = { rows: rowOf(value, 6), observed: rowOf(observed, 6) };
    const told: string[] = [];
    for (const mask of [1, "mixture"] as const) {
      const { rows, logProb } = await made.draw(DRAWS, { seed: 3, mask, given: cells });
      const p = await probabilities(made, mask === 1 ? [made.masks()[1]] : undefined);
      told.push(chiSquared(counts(rows), given(p, observed, value), String(mask)).toFixed(2));
      // Under one mask log p of what was drawn is the log of that conditional.
      if (mask === 1) {
        const want = given(p, observed, value);
        const first = Array.from({ length: 100 }, (_, r) => Math.log(want[numberOf(rows, r)]));
        allClose(logProb.subarray(0, 100), first, { atol: 1e-4 }, "logProb");
      }
    }
    made.dispose();
    return `χ² / degrees of freedom ${told.join(", ")}`;
  },
};

export const drawingStories: readonly Story[] = [sampling, conditioned];
