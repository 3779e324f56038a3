// One row drawn from the small network, step by step in the order in which one pass does it: a bit, the hidden units
// that it completes, the next bit. Values come from the library; here is only when each of them is known.

import type { Made } from "../../src/made/made.ts";
import type { Mask } from "../../src/made/masks.ts";
import { Random } from "../../src/made/random.ts";
import type { Unit } from "./wiring.ts";

/** Output d is computed and its bit drawn: 1 where u < p. */
export interface DrawStep {
  readonly kind: "draw";
  readonly unit: Unit;
  readonly position: number;
  readonly p: number;
  readonly u: number;
  readonly value: number;
}

/** The hidden units of degree `position` are computed: all they may see is known now. */
export interface FinishStep {
  readonly kind: "finish";
  readonly units: readonly Unit[];
  readonly position: number;
}

export type Step = DrawStep | FinishStep;

export async function drawSteps(made: Made, mask: Mask, seed: number): Promise<Step[]> {
  const D = mask.ordering.length;
  const random = new Random(seed, "sample");
  const uniforms = Float64Array.from({ length: D }, () => random.uniform());
  const row = await made.sample(1, { mask, uniforms });
  const p = await made.conditionals(row, { mask });
  const outputs = mask.degrees.length + 1;
  return mask.ordering.flatMap((_, before): Step[] => {
    const position = before + 1;
    const d = mask.ordering.indexOf(position);
    const units = mask.degrees.flatMap((degrees, l) =>
      degrees.flatMap((m, k) => (m === position ? [{ layer: l + 1, index: k }] : [])),
    );
    const drawn: Step = {
      kind: "draw",
      unit: { layer: outputs, index: d },
      position,
      p: p[d],
      u: uniforms[d],
      value: row.get(0, d),
    };
    return units.length > 0 ? [drawn, { kind: "finish", units, position }] : [drawn];
  });
}
