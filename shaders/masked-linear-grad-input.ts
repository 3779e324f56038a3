// masked-linear-grad-input: the gradient through a weight matrix and the activation below it, in one pass.
// δ_below[k, b] = g′(h[k, b]) · Σ_{u ≥ firstSeenBy[k]} W[u, k] · δ[u, b], units and inputs in degree order.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { derivative } from "./chunks/activation.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, staircase } from "./chunks/staircase.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const bindings = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  weights: read("array<vec4f>"), // backward working copy, (units, inputPitch / 4)
  delta: read("array<vec4f>"), // (units, pitch)
  h: read("array<vec4f>"), // (inputs, pitch)
  deltaBelow: readWrite("array<vec4f>"), // (inputs, pitch)
};

export const maskedLinearGradInput = (config: {
  block: Block;
  activation: Activation;
}): KernelSpec<typeof bindings, { inputs: number; rows: number }> => {
  const { block, activation } = config;
  return {
    label: `masked-linear-grad-input(${activation}, ${blockName(block)})`,
    bindings,
    workgroups: ({ inputs, rows }) => blockGrid(block, inputs, rows),
    code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${derivative(activation)}
${blockOfInvocation(block, "layer.inputs")}
  // What the first input of the block is seen by includes what the later ones are seen by.
  let begin = masks[step.mask + layer.firstSeenBy + unit];
${accumulators(block, () => "0.0")}
${staircase(block, { weights: "weights", weightPitch: "(layer.inputPitch / 4u)", x: "delta", begin: "begin", end: "layer.units" })}
${collect(block)}
  for (var i = 0u; i < ${(block.units * block.rows) / 4}u; i++) {
    let at = (unit + i / ${block.rows / 4}u) * step.pitch + row4 + i % ${block.rows / 4}u;
    deltaBelow[at] = sums[i] * derivative(h[at]);
  }
}
`,
  };
};
