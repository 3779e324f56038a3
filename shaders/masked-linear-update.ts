// masked-linear-update: the gradient of a weight matrix over the minibatch and the optimiser's step on it, in one
// pass, so that no gradient is ever stored. The new weights also go where the next step's mask will look for them.
// ∂W[u, k] = Σ_b δ[u, b] · x[k, b] where the mask lets unit u see input k, else 0 (momentum still moves the weight).

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Rule } from "../src/made/optimizer.ts";
import { blockName, type UpdateBlock } from "./block.ts";
import { byRowAt } from "./chunks/both-ways.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { momentBindings, optimize } from "./chunks/optimizer.ts";
import { LAYER, STEP } from "./structs.ts";
import { repeat, wgsl } from "./wgsl.ts";

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  delta: read("array<vec4f>"), // (units, pitch), then (rows, unitPitch / 4)
  x: read("array<vec4f>"), // (inputs, pitch), then (rows, inputPitch / 4)
  parameters: readWrite("array<f32>"), // weights (units, inputs), then bias (units), canonical order
  forwardWeights: readWrite("array<f32>"), // (inputs, unitPitch)
};
const backward = { backwardWeights: readWrite("array<f32>") }; // (units, inputPitch)
type Moment = ReturnType<typeof readWrite<"array<f32>">>;

/** Bindings of every variant: `backwardWeights` and the moments are there where the variant has them. */
export type UpdateBindings = typeof common & Partial<typeof backward> & { moment1?: Moment; moment2?: Moment };

export const maskedLinearUpdate = (config: {
  block: UpdateBlock;
  rule: Rule;
  /** Whether the layer has a bias (A has none). */
  bias: boolean;
  /** Whether a gradient goes on through this matrix, which then has a backward working copy. */
  backward: boolean;
}): KernelSpec<UpdateBindings, { units: number; inputs: number }> => {
  const { block, rule, bias, backward: goesOn } = config;
  const bindings: UpdateBindings = { ...common, ...(goesOn ? backward : {}), ...momentBindings(rule) };
  const tile = { ...block, rows: block.inputs };
  const variant = [rule, bias ? "bias" : "", goesOn ? "backward" : "", blockName(block)].filter(Boolean);
  return {
    label: `masked-linear-update(${variant.join(", ")})`,
    bindings,
    workgroups: ({ units, inputs }) => blockGrid(tile, units, inputs),
    code: wgsl`
${enable(tile)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${optimize(rule)}

fn sum(v: vec4f) -> f32 { return ((v.x + v.y) + v.z) + v.w; }

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
  // Loops over the block: what follows the sums is compiled once for four weights, not for each.
  for (var i = 0u; i < unitsHere; i++) {
    // Under this step's mask this unit and these inputs stand here; under the next one's, there.
    let row = masks[step.mask + layer.unitAt + unit + i];
    let fanIn = masks[step.mask + layer.fanIn + unit + i];
    let there = masks[step.nextMask + layer.slotOfUnit + row];
    let nextFanIn = masks[step.nextMask + layer.fanIn + there];
    for (var r = 0u; r < vectorsHere; r++) {
      let gradients = sums[i * ${block.inputs / 4}u + r];
${repeat(
  4,
  (k) => wgsl`      {
        let here = input + r * 4u + ${k}u;
        if (here < layer.inputs) {
          let column = masks[step.mask + layer.inputAt + here];
          let next = masks[step.nextMask + layer.slotOfInput + column];
          let w = optimize(row * layer.inputs + column, select(0.0, gradients[${k}], here < fanIn));
          let shown = select(0.0, w, next < nextFanIn);
          forwardWeights[next * layer.unitPitch + there] = shown;
#if ${goesOn}
          backwardWeights[there * layer.inputPitch + next] = shown;
#endif
        }
      }`,
)}
    }
  }
#if ${bias}
  if (input == 0u) {
    for (var u = unit; u < unit + unitsHere; u++) {
      var gradient = 0.0;
      for (var b = 0u; b < (step.rows + 3u) / 4u; b++) { gradient += sum(delta[u * step.pitch + b]); }
      optimize(layer.units * layer.inputs + masks[step.mask + layer.unitAt + u], gradient);
    }
  }
#endif
}
`,
  };
};
