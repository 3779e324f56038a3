// masked-linear-grad-input: the gradient through a weight matrix and the activation below it, in one pass.
// δ_below[k, b] = g′(h[k, b]) · Σ_{u ≥ firstSeenBy[k]} W[u, k] · δ[u, b], units and inputs in degree order. Where units
// drop out, what is stored of h is h · kept: g′ is that of h, and δ_below is multiplied by kept, too.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { derivative } from "./chunks/activation.ts";
import { eachSum, store, storeSums } from "./chunks/both-ways.ts";
import { DROPOUT, KEPT } from "./chunks/dropout.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  weights: read("array<vec4f>"), // backward working copy, (units, inputPitch / 4)
  delta: read("array<vec4f>"), // (units, pitch)
  h: read("array<vec4f>"), // (inputs, pitch)
  deltaBelow: readWrite("array<vec4f>"), // (inputs, pitch), then (rows, inputPitch / 4)
};
const random = { dropout: uniform("Dropout"), home: read("array<u32>") }; // place in home order → canonical unit

/** Bindings of every variant: `dropout` and `home` are there where the units below drop out. */
export type GradInputBindings = typeof common & Partial<typeof random>;

export const maskedLinearGradInput = (config: {
  block: Block;
  activation: Activation;
  dropout?: boolean;
}): KernelSpec<GradInputBindings, { inputs: number; rows: number }> => {
  const { block, activation, dropout = false } = config;
  const bindings: GradInputBindings = { ...common, ...(dropout ? random : {}) };
  return {
    label: `masked-linear-grad-input(${activation}${dropout ? ", dropout" : ""}, ${blockName(block)})`,
    bindings,
    workgroups: ({ inputs, rows }) => blockGrid(block, inputs, rows),
    code: wgsl`
${enable(block)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${derivative(activation)}
${store("deltaBelow", "layer.inputPitch", true)}
#if ${dropout}
${DROPOUT.wgsl}
${KEPT}

fn through(sum: vec4f, input: u32, row4: u32) -> vec4f {
  let factor = kept(home[masks[step.mask + layer.inputAt + min(input, layer.inputs - 1u)]], row4);
  return sum * factor * derivative(h[input * step.pitch + row4] * dropout.share);
}
#else

fn through(sum: vec4f, input: u32, row4: u32) -> vec4f { return sum * derivative(h[input * step.pitch + row4]); }
#endif
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
#if ${dropout}
${eachSum(block, (sum, input) => `through(${sum}, ${input}, row4 + r)`)}
${storeSums(block, (sum) => sum)}
#else
${storeSums(block, (sum, input) => `through(${sum}, ${input}, row4 + r)`)}
#endif
}
`,
  };
};
