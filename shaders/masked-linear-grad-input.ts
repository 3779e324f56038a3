// masked-linear-grad-input: the gradient through a weight matrix and the activation below it, in one pass.
// δ_below[k, b] = g′(h[k, b]) · Σ_{u ≥ firstSeenBy[k]} W[u, k] · δ[u, b], units and inputs in degree order.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { derivative } from "./chunks/activation.ts";
import { store, storeSums } from "./chunks/both-ways.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const bindings = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  weights: read("array<vec4f>"), // backward working copy, (units, inputPitch / 4)
  delta: read("array<vec4f>"), // (units, pitch)
  h: read("array<vec4f>"), // (inputs, pitch)
  deltaBelow: readWrite("array<vec4f>"), // (inputs, pitch), then (rows, inputPitch / 4)
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
${enable(block)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${derivative(activation)}
${store("deltaBelow", "layer.inputPitch", true)}

fn through(sum: vec4f, input: u32, row4: u32) -> vec4f { return sum * derivative(h[input * step.pitch + row4]); }
${blockOfInvocation(block, "layer.inputs")}
  // What the first input of the workgroup is seen by includes what the later ones are seen by.
  let begin = masks[step.mask + layer.firstSeenBy + firstUnit];
${accumulators(block, () => "0.0")}
${matmul(block, {
  left: "weights",
  leftAt: "unit / 4u",
  leftPitch: "(layer.inputPitch / 4u)",
  right: "delta",
  rightAt: "row4",
  rightPitch: "step.pitch",
  begin: "begin",
  end: "layer.units",
})}
${collect(block)}
${storeSums(block, (sum, input) => `through(${sum}, ${input}, row4 + r)`)}
}
`,
  };
};
