// masked-linear: a hidden layer, mask, matmul, bias and activation in one pass.
// y[u, b] = g( bias[u] + Σ_{k < fanIn[u]} W[u, k] · x[k, b] ), units and inputs in degree order.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { activate } from "./chunks/activation.ts";
import { BIAS } from "./chunks/bias.ts";
import { eachSum, store, storeSums } from "./chunks/both-ways.ts";
import { DROPOUT, KEPT } from "./chunks/dropout.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // what holds the biases, from layer.biasAt on, home order
  weights: read("array<vec4f>"), // forward working copy, (inputs, unitPitch / 4)
  x: read("array<vec4f>"), // (inputs, pitch)
  y: readWrite("array<vec4f>"), // (units, pitch), in training then (rows, unitPitch / 4)
};
const random = { dropout: uniform("Dropout"), home: read("array<u32>") }; // place in home order → canonical unit

/** Bindings of every variant: `dropout` and `home` are there where units drop out. */
export type LinearBindings = typeof common & Partial<typeof random>;

export const maskedLinear = (config: {
  block: Block;
  activation: Activation;
  training: boolean;
  /** Whether units drop out (in training). */
  dropout?: boolean;
}): KernelSpec<LinearBindings, { units: number; rows: number }> => {
  const { block, activation, training, dropout = false } = config;
  const bindings: LinearBindings = { ...common, ...(dropout ? random : {}) };
  const variant = [activation, training ? "train" : "", dropout ? "dropout" : "", blockName(block)].filter(Boolean);
  return {
    label: `masked-linear(${variant.join(", ")})`,
    bindings,
    workgroups: ({ units, rows }) => blockGrid(block, units, rows),
    code: wgsl`
${enable(block)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
#if ${dropout}
${DROPOUT.wgsl}
${KEPT}

fn drop(h: vec4f, unit: u32, row4: u32) -> vec4f {
  return h * kept(home[masks[step.mask + layer.unitAt + min(unit, layer.units - 1u)]], row4);
}
#endif
${activate(activation)}
${store("y", "layer.unitPitch", training)}

${BIAS}
${blockOfInvocation(block, "layer.units")}
  // Fan-ins ascend: the last unit of the workgroup sees furthest.
  let end = masks[step.mask + layer.fanIn + lastUnit];
${accumulators(block, (u) => `bias(unit + ${u}u)`)}
${matmul(block, {
  left: "weights",
  leftAt: "unit / 4u",
  leftPitch: "(layer.unitPitch / 4u)",
  right: "x",
  rightAt: "row4",
  rightPitch: "step.pitch",
  begin: "0u",
  end: "end",
})}
${collect(block)}
#if ${dropout}
${eachSum(block, (sum, unit) => `drop(activate(${sum}), ${unit}, row4 + r)`)}
${storeSums(block, (sum) => sum)}
#else
${storeSums(block, (sum) => `activate(${sum})`)}
#endif
}
`,
  };
};
