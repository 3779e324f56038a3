// Values of a layer's units for the rows of a minibatch, stored by unit, (units, pitch), for the passes through the
// network, and in training behind that by row, (rows, unitPitch), for the gradient of the weights, whose sum runs over
// rows. Each is the k-major operand that its matmul reads.

import type { Block } from "../block.ts";
import { repeat } from "../wgsl.ts";

/** `fn store(unit, row4, v)`: four units from `unit` on by four rows, v[i] being those of unit + i. */
export const store = (buffer: string, unitPitch: string, training: boolean): string => `
fn store(unit: u32, row4: u32, v: mat4x4f) {
${repeat(4, (i) => `  ${buffer}[(unit + ${i}u) * step.pitch + row4] = v[${i}];`)}
${
  training
    ? `  let byRow = transpose(v);
  let at = ${byRowAt(unitPitch, "row4 * 4u", "unit")};
${repeat(4, (i) => `  ${buffer}[at + ${i}u * ${unitPitch} / 4u] = byRow[${i}];`)}`
    : ""
}
}`;

/** Index of the vec4 that holds `row`'s values of the units from `unit` on. */
export const byRowAt = (unitPitch: string, row: string, unit: string): string =>
  `${unitPitch} * step.pitch + (${row}) * (${unitPitch} / 4u) + ${unit} / 4u`;

/** Replaces every sum, one at a time: for what is too long to stand in storeSums, which spells it out four times. */
export const eachSum = ({ rows }: Block, value: (sum: string, unit: string) => string): string => `
  for (var u = 0u; u < (unitsHere + 3u) / 4u * 4u; u++) {
    for (var r = 0u; r < vectorsHere; r++) {
      let i = u * ${rows / 4}u + r;
      sums[i] = ${value("sums[i]", "unit + u")};
    }
  }`;

/**
 * Goes through `sums` four units at a time, as far as there are units and rows: `value(sum, unit)` is what is stored,
 * of vector r in scope. The bounds are no constants, or compilers would unroll what was rolled up for their sake.
 */
export const storeSums = ({ rows }: Block, value: (sum: string, unit: string) => string): string => `
  for (var r = 0u; r < vectorsHere; r++) {
    for (var u = 0u; u < unitsHere; u += 4u) {
      let at = u * ${rows / 4}u + r;
      store(unit + u, row4 + r, mat4x4f(
${Array.from({ length: 4 }, (_, i) => `        ${value(`sums[at + ${(i * rows) / 4}u]`, `unit + u + ${i}u`)}`).join(",\n")}
      ));
    }
  }`;
