// masked-linear: a hidden layer, mask, matmul, bias and activation in one pass.
// y[u, b] = g( bias[u] + Σ_{k < fanIn[u]} W[u, k] · x[k, b] ), units and inputs in degree order.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { type Block, blockName } from "./block.ts";
import { activate } from "./chunks/activation.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, staircase } from "./chunks/staircase.ts";
import { LAYER, STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const bindings = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // weights (units, inputs), then bias (units), canonical order
  weights: read("array<vec4f>"), // forward working copy, (inputs, unitPitch / 4)
  x: read("array<vec4f>"), // (inputs, pitch)
  y: readWrite("array<vec4f>"), // (units, pitch)
};

export const maskedLinear = (config: {
  block: Block;
  activation: Activation;
}): KernelSpec<typeof bindings, { units: number; rows: number }> => {
  const { block, activation } = config;
  return {
    label: `masked-linear(${activation}, ${blockName(block)})`,
    bindings,
    workgroups: ({ units, rows }) => blockGrid(block, units, rows),
    code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${activate(activation)}

fn bias(unit: u32) -> f32 {
  let slot = min(unit, layer.units - 1u);
  return parameters[layer.units * layer.inputs + masks[step.mask + layer.unitAt + slot]];
}
${blockOfInvocation(block, "layer.units")}
  // Fan-ins ascend: the last unit of the block sees furthest.
  let end = masks[step.mask + layer.fanIn + min(unit + ${block.units}u, layer.units) - 1u];
${accumulators(block, (u) => `bias(unit + ${u}u)`)}
${staircase(block, { weights: "weights", weightPitch: "(layer.unitPitch / 4u)", x: "x", begin: "0u", end: "end" })}
${collect(block)}
  for (var i = 0u; i < ${(block.units * block.rows) / 4}u; i++) {
    y[(unit + i / ${block.rows / 4}u) * step.pitch + row4 + i % ${block.rows / 4}u] = activate(sums[i]);
  }
}
`,
  };
};
