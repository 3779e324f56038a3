// reduce-loss: sums the blocks' shares of −log p in a fixed order, so that the same bits come out every time.
// "sum": one number, Σ over the minibatch, by one workgroup; "rows": −log p of every row.

import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import { STEP } from "./structs.ts";
import { wgsl } from "./wgsl.ts";

const LANES = 64;

const bindings = {
  step: dynamicUniform("Step"),
  /** x: how many blocks of units there are. */
  blocks: uniform("vec4u"),
  nll: read("array<vec4f>"), // (blocks, pitch)
  result: readWrite("array<f32>"), // "sum": one a step; "rows": one a row
};

export type Reduction = "sum" | "rows";

export const reduceLoss = (config: { reduction: Reduction }): KernelSpec<typeof bindings, { rows: number }> => ({
  label: `reduce-loss(${config.reduction})`,
  bindings,
  workgroups: ({ rows }) => (config.reduction === "sum" ? [1, 1] : [ceilDiv(ceilDiv(rows, 4), LANES), 1]),
  code: wgsl`
${STEP.wgsl}
${declare(bindings)}

fn column(row4: u32) -> vec4f {
  var total = vec4f(0.0);
  for (var i = 0u; i < blocks.x; i++) { total += nll[i * step.pitch + row4]; }
  return total;
}
#if ${config.reduction === "rows"}
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row4 = id.x;
  if (row4 * 4u >= step.rows) { return; }
  let total = column(row4);
  for (var i = 0u; i < 4u; i++) {
    if (row4 * 4u + i < step.rows) { result[step.result + row4 * 4u + i] = total[i]; }
  }
}
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
});
