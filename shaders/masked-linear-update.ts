// masked-linear-update: the gradient of a weight matrix over the minibatch and the optimiser's step on it, in one
// pass, so that no gradient is ever stored. The new weights also go where the next step's mask will look for them.
// ∂W[u, k] = Σ_b δ[u, b] · x[k, b] where the mask lets unit u see input k, else 0 (momentum still moves the weight).

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { blockName, type UpdateBlock } from "./block.ts";
import { momentBindings, type OptimizerName, optimize } from "./chunks/optimizer.ts";
import { LAYER, STEP } from "./structs.ts";
import { repeat, repeat2, wgsl } from "./wgsl.ts";

const common = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  delta: read("array<vec4f>"), // (units, pitch)
  x: read("array<vec4f>"), // (inputs, pitch)
  parameters: readWrite("array<f32>"), // weights (units, inputs), then bias (units), canonical order
  forwardWeights: readWrite("array<f32>"), // (inputs, unitPitch)
};
const backward = { backwardWeights: readWrite("array<f32>") }; // (units, inputPitch)
type Moment = ReturnType<typeof readWrite<"array<f32>">>;

/** Bindings of every variant: `backwardWeights` and the moments are there where the variant has them. */
export type UpdateBindings = typeof common & Partial<typeof backward> & { moment1?: Moment; moment2?: Moment };

export const maskedLinearUpdate = (config: {
  block: UpdateBlock;
  optimizer: OptimizerName;
  /** Whether the layer has a bias (A has none). */
  bias: boolean;
  /** Whether a gradient goes on through this matrix, which then has a backward working copy. */
  backward: boolean;
}): KernelSpec<UpdateBindings, { units: number; inputs: number }> => {
  const { block, optimizer, bias, backward: goesOn } = config;
  const bindings: UpdateBindings = { ...common, ...(goesOn ? backward : {}), ...momentBindings(optimizer) };
  const names = Array.from(
    { length: block.units * block.inputs },
    (_, i) => `acc${Math.floor(i / block.inputs)}_${i % block.inputs}`,
  );
  const variant = [optimizer, bias ? "bias" : "", goesOn ? "backward" : "", blockName(block)].filter(Boolean);
  return {
    label: `masked-linear-update(${variant.join(", ")})`,
    bindings,
    workgroups: ({ units, inputs }) => [
      ceilDiv(units, block.units * block.lanes[0]),
      ceilDiv(inputs, block.inputs * block.lanes[1]),
    ],
    code: wgsl`
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${optimize(optimizer)}

/** One weight: slots (u, k) under this step's mask, of which unit \`row\` and input \`column\` stand there. */
fn update(row: u32, column: u32, gradient: f32) {
  let w = optimize(row * layer.inputs + column, gradient);
  let u = masks[step.nextMask + layer.slotOfUnit + row];
  let k = masks[step.nextMask + layer.slotOfInput + column];
  let seen = select(0.0, w, k < masks[step.nextMask + layer.fanIn + u]);
  forwardWeights[k * layer.unitPitch + u] = seen;
#if ${goesOn}
  backwardWeights[u * layer.inputPitch + k] = seen;
#endif
}

fn sum(v: vec4f) -> f32 { return ((v.x + v.y) + v.z) + v.w; }

@compute @workgroup_size(${block.lanes[0]}, ${block.lanes[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let unit = id.x * ${block.units}u;
  let input = id.y * ${block.inputs}u;
  if (unit >= layer.units || input >= layer.inputs) { return; }
  let vectors = (step.rows + 3u) / 4u;
${repeat2(block.units, block.inputs, (u, k) => `  var acc${u}_${k} = 0.0;`)}
  // Above the step nothing is seen and every gradient is 0: the sum over the batch is not even begun.
  if (input < masks[step.mask + layer.fanIn + min(unit + ${block.units}u, layer.units) - 1u]) {
    for (var b = 0u; b < vectors; b++) {
${repeat(block.units, (u) => `      let d${u} = delta[(unit + ${u}u) * step.pitch + b];`)}
${repeat(block.inputs, (k) => `      let x${k} = x[(input + ${k}u) * step.pitch + b];`)}
${repeat2(
  block.units,
  block.inputs,
  (u, k) =>
    `      acc${u}_${k} = fma(d${u}.w, x${k}.w, fma(d${u}.z, x${k}.z, fma(d${u}.y, x${k}.y, fma(d${u}.x, x${k}.x, acc${u}_${k}))));`,
)}
    }
  }
  // One loop over the block: what a weight needs is compiled once and not once a weight.
  var sums = array<f32, ${block.units * block.inputs}>(${names.join(", ")});
  for (var i = 0u; i < ${block.units * block.inputs}u; i++) {
    let u = unit + i / ${block.inputs}u;
    let k = input + i % ${block.inputs}u;
    if (u < layer.units && k < layer.inputs) {
      let row = masks[step.mask + layer.unitAt + u];
      let column = masks[step.mask + layer.inputAt + k];
      update(row, column, select(0.0, sums[i], k < masks[step.mask + layer.fanIn + u]));
    }
  }
#if ${bias}
  if (input == 0u) {
    for (var u = unit; u < min(unit + ${block.units}u, layer.units); u++) {
      var gradient = 0.0;
      for (var b = 0u; b < vectors; b++) { gradient += sum(delta[u * step.pitch + b]); }
      optimize(layer.units * layer.inputs + masks[step.mask + layer.unitAt + u], gradient);
    }
  }
#endif
}
`,
  };
};
