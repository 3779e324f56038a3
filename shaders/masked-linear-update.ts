// masked-linear-update: the gradient of a weight matrix over the minibatch and the optimiser's step on it, in one
// pass, so that no gradient is ever stored. The new weights also go where the next step's mask will look for them.
// ∂W[u, k] = Σ_b δ[u, b] · x[k, b] where the mask lets unit u see input k, else 0 (momentum still moves the weight).

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Rule } from "../src/made/optimizer.ts";
import { type Block, blockName, type UpdateBlock } from "./block.ts";
import { BIAS_AT, OVER_BATCH } from "./chunks/bias.ts";
import { byRowAt } from "./chunks/both-ways.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { momentBindings, optimize } from "./chunks/optimizer.ts";
import { LAYER, STEP } from "./structs.ts";
import { repeat, wgsl } from "./wgsl.ts";

/** Moments and weights are arrays of these: four units at a time where all orders are one, else number by number. */
type Elements = "array<f32>" | "array<vec4f>";
type Stored = ReturnType<typeof readWrite<Elements>>;

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  delta: read("array<vec4f>"), // (units, pitch), then (rows, unitPitch / 4)
  x: read("array<vec4f>"), // (inputs, pitch), then (rows, inputPitch / 4)
};
const stored = (elements: Elements) => ({
  parameters: readWrite(elements), // weights (inputs, unitPitch), then bias (unitPitch), home order
  forwardWeights: readWrite(elements), // (inputs, unitPitch)
});

/** Bindings of every variant: `backwardWeights`, (units, inputPitch), and the moments are there where the variant has them. */
export type UpdateBindings = typeof common &
  ReturnType<typeof stored> & { backwardWeights?: Stored; moment1?: Stored; moment2?: Stored };

export const maskedLinearUpdate = (config: {
  block: UpdateBlock;
  rule: Rule;
  /** Whether there is one mask only, whose degree order is the home order. */
  oneMask: boolean;
  /** Whether the layer has a bias (A has none). */
  bias: boolean;
  /** Whether a gradient goes on through this matrix, which then has a backward working copy. */
  backward: boolean;
}): KernelSpec<UpdateBindings, { units: number; inputs: number }> => {
  const { block, rule, oneMask, bias, backward } = config;
  const element = oneMask ? "vec4f" : "f32";
  const bindings: UpdateBindings = {
    ...common,
    ...stored(`array<${element}>`),
    ...(backward ? { backwardWeights: readWrite(`array<${element}>`) } : {}),
    ...momentBindings(rule, element),
  };
  const tile = { ...block, rows: block.inputs };
  const variant = [rule, oneMask ? "one mask" : "", bias ? "bias" : "", backward ? "backward" : "", blockName(block)];
  return {
    label: `masked-linear-update(${variant.filter(Boolean).join(", ")})`,
    bindings,
    workgroups: ({ units, inputs }) => blockGrid(tile, units, inputs),
    code: wgsl`
${enable(tile)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${optimize(rule, element)}
${OVER_BATCH}
${blockOfInvocation(tile, "layer.units", "layer.inputs")}
  let input = row4 * 4u;
${accumulators(tile, () => "0.0")}
  // Above the step nothing is seen and every gradient is 0: the sum over the batch is not even begun.
  let seen = input < masks[step.mask + layer.fanIn + lastUnit];
  if (!seen && input > 0u && step.hiddenRest == 1u) { return; }
  if (seen) {
    let delta_at = ${byRowAt("layer.unitPitch", "0u", "unit")};
    let x_at = ${byRowAt("layer.inputPitch", "0u", "input")};
${matmul(tile, {
  left: "delta",
  leftAt: "delta_at",
  leftPitch: "(layer.unitPitch / 4u)",
  right: "x",
  rightAt: "x_at",
  rightPitch: "(layer.inputPitch / 4u)",
  begin: "0u",
  end: "step.rows",
})}
  }
${collect(tile)}
${oneMask ? updateInPlace(tile, bias, backward) : updateAcrossMasks(tile, bias, backward)}
}
`,
  };
};

// Loops over the block: what follows the sums is compiled once for a few weights, not for each.

/** Sixteen weights a turn: their places in all orders are one and the same, and neighbours are neighbours everywhere. */
const updateInPlace = ({ rows }: Block, bias: boolean, backward: boolean): string => wgsl`
  for (var r = 0u; r < vectorsHere; r++) {
    for (var u = 0u; u < unitsHere; u += 4u) {
      let at = u * ${rows / 4}u + r;
      let gradients = transpose(mat4x4f(
        sums[at], sums[at + ${rows / 4}u], sums[at + ${(2 * rows) / 4}u], sums[at + ${(3 * rows) / 4}u]
      ));
      let fanIn_at = step.mask + layer.fanIn + unit + u;
      let fanIn = vec4u(masks[fanIn_at], masks[fanIn_at + 1u], masks[fanIn_at + 2u], masks[fanIn_at + 3u]);
      let first = input + r * 4u;
${repeat(
  4,
  (k) => `      let at${k} = ((first + ${k}u) * layer.unitPitch + unit + u) / 4u;
      let seen${k} = vec4u(first + ${k}u) < fanIn;
      let shown${k} = select(vec4f(), optimize(at${k}, select(vec4f(), gradients[${k}], seen${k})), seen${k});
      forwardWeights[at${k}] = shown${k};`,
)}
#if ${backward}
      let columns = transpose(mat4x4f(shown0, shown1, shown2, shown3));
${repeat(4, (i) => `      backwardWeights[((unit + u + ${i}u) * layer.inputPitch + first) / 4u] = columns[${i}];`)}
#endif
    }
  }
#if ${bias}
  if (input == 0u) {
    for (var u = unit; u < unit + unitsHere; u += 4u) {
      optimize((${BIAS_AT} + u) / 4u, vec4f(overBatch(u), overBatch(u + 1u), overBatch(u + 2u), overBatch(u + 3u)));
    }
  }
#endif
`;

/** Weight by weight: under this step's mask it stands here, at home there, and under the next one's mask elsewhere. */
const updateAcrossMasks = ({ rows }: Block, bias: boolean, backward: boolean): string => wgsl`
  for (var r = 0u; r < vectorsHere; r++) {
${repeat(
  4,
  (k) => `    let here${k} = input + r * 4u + ${k}u;
    let home${k} = masks[step.mask + layer.inputAt + min(here${k}, layer.inputs - 1u)];
    let next${k} = masks[step.nextMask + layer.slotOfInput + home${k}];`,
)}
    for (var u = 0u; u < unitsHere; u++) {
      let home = masks[step.mask + layer.unitAt + unit + u];
      let fanIn = masks[step.mask + layer.fanIn + unit + u];
      let next = masks[step.nextMask + layer.slotOfUnit + home];
      let nextFanIn = masks[step.nextMask + layer.fanIn + next];
      let gradients = sums[u * ${rows / 4}u + r];
${repeat(
  4,
  (k) => wgsl`      if (here${k} < layer.inputs) {
        let w = optimize(home${k} * layer.unitPitch + home, select(0.0, gradients[${k}], here${k} < fanIn));
        let shown = select(0.0, w, next${k} < nextFanIn);
        forwardWeights[next${k} * layer.unitPitch + next] = shown;
#if ${backward}
        backwardWeights[next * layer.inputPitch + next${k}] = shown;
#endif
      }`,
)}
    }
  }
#if ${bias}
  if (input == 0u) {
    for (var u = unit; u < unit + unitsHere; u++) {
      optimize(${BIAS_AT} + masks[step.mask + layer.unitAt + u], overBatch(u));
    }
  }
#endif
`;
