// reduce-loss: sums the blocks' shares of −log p in a fixed order, so that the same bits come out every time.
// "sum": one number, Σ over the minibatch, by one workgroup; "rows": −log p of every row; "mixture": of every row the largest
// log p so far, under this mask and those before it, and how often it their probabilities make.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 64;

const common = {
  step: dynamicUniform("Step"),
  /** x: how many blocks of units there are. */
  blocks: uniform("vec4u"),
  nll: read("array<vec4f>"), // (blocks, pitch)
};
const results = {
  sum: readWrite("array<f32>"), // one a step
  rows: readWrite("array<f32>"), // one a row
  mixture: readWrite("array<vec2f>"), // one a row: m = max_k log p_k and Σ_k exp(log p_k − m), over masks 0 … step.number
};

export type Reduction = keyof typeof results;
export type ReduceBindings = typeof common & { result: (typeof results)[Reduction] };

export const reduceLoss = (config: { reduction: Reduction }): KernelSpec<ReduceBindings, { rows: number }> => {
  const { reduction } = config;
  const bindings: ReduceBindings = { ...common, result: results[reduction] };
  return {
    label: `reduce-loss(${reduction})`,
    bindings,
    workgroups: ({ rows }) => (reduction === "sum" ? [1, 1] : [ceilDiv(ceilDiv(rows, 4), LANES), 1]),
    code: wgsl`
${STEP.wgsl}
${declare(bindings)}

fn column(row4: u32) -> vec4f {
  var total = vec4f(0.0);
  for (var i = 0u; i < blocks.x; i++) { total += nll[i * step.pitch + row4]; }
  return total;
}
#if ${reduction !== "sum"}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row4 = id.x;
  if (row4 * 4u >= step.rows) { return; }
  let total = column(row4);
  for (var i = 0u; i < 4u; i++) {
    if (row4 * 4u + i < step.rows) { take(step.result + row4 * 4u + i, total[i]); }
  }
}
#if ${reduction === "rows"}
fn take(at: u32, nll: f32) { result[at] = nll; }
#else
fn take(at: u32, nll: f32) {
  if (step.number == 0u) {
    result[at] = vec2f(-nll, 1.0);
    return;
  }
  let before = result[at];
  let most = max(before.x, -nll);
  result[at] = vec2f(most, fma(before.y, exp(before.x - most), exp(-nll - most)));
}
#endif
#else
var<workgroup> partial: array<f32, ${LANES}>;

@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  var total = vec4f(0.0);
  for (var row4 = lane; row4 * 4u < step.rows; row4 += ${LANES}u) { total += column(row4); }
  partial[lane] = ((total.x + total.y) + total.z) + total.w;
  for (var stride = ${LANES / 2}u; stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if (lane < stride) { partial[lane] += partial[lane + stride]; }
  }
  if (lane == 0u) { result[step.result] = partial[0]; }
}
#endif
`,
  };
};
