// masked-linear: a hidden layer, mask, matmul, bias and activation in one pass.
// y[u, b] = g( bias[u] + Σ_{k < fanIn[u]} W[u, k] · x[k, b] ), units and inputs in degree order.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { activate } from "./chunks/activation.ts";
import { BIAS } from "./chunks/bias.ts";
import { store, storeSums } from "./chunks/both-ways.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, enable, matmul } from "./chunks/matmul.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const bindings = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // weights (inputs, unitPitch), then bias (units), home order
  weights: read("array<vec4f>"), // forward working copy, (inputs, unitPitch / 4)
  x: read("array<vec4f>"), // (inputs, pitch)
  y: readWrite("array<vec4f>"), // (units, pitch), in training then (rows, unitPitch / 4)
};

export const maskedLinear = (config: {
  block: Block;
  activation: Activation;
  training: boolean;
}): KernelSpec<typeof bindings, { units: number; rows: number }> => {
  const { block, activation, training } = config;
  return {
    label: `masked-linear(${activation}${training ? ", train" : ""}, ${blockName(block)})`,
    bindings,
    workgroups: ({ units, rows }) => blockGrid(block, units, rows),
    code: wgsl`
${enable(block)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
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
${storeSums(block, (sum) => `activate(${sum})`)}
}
`,
  };
};
