// ancestral-walk: draws a block of positions, one lane a row. At each position: what the block itself adds to the logit,
// the draw, and then the hidden units whose degree is reached, layer by layer. Everything from before the block is in
// their sums already (ancestral-push). No barrier, no unit computed twice.

import type { AdapterKind } from "../src/gpu/gpu.ts";
import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { activate, SIGMOID, SOFTPLUS } from "./chunks/activation.ts";
import { WALK } from "./structs.ts";
import { repeat, wgsl } from "./wgsl.ts";

/** Invocations a workgroup: on a processor few, so that few rows still use every core. */
export const WALK_LANES: Record<AdapterKind, number> = { lavapipe: 8, swiftshader: 8, hardware: 32 };

/** Most positions of a block. */
export const MOST_POSITIONS = 128;

const bindings = {
  step: dynamicUniform("Walk"),
  plan: read("array<vec4u>"), // see src/made/gpu/walk-plan.ts
  triangle: read("array<vec4f>"), // weights inside the blocks, as the plan has them
  uniforms: read("array<f32>"), // (D, 4 · pitch)
  values: readWrite("array<f32>"), // x, h¹ … hᴸ, z and what comes through A, each (units, 4 · pitch): sums, then activations
  /** x: Σ log p over the cells that were drawn, y: over those that were given. */
  logp: readWrite("array<vec2f>"), // (rows)
};

export const ancestralWalk = (config: {
  lanes: number;
  activation: Activation;
  directConnections: boolean;
}): KernelSpec<typeof bindings, { rows: number }> => {
  const { lanes, activation, directConnections } = config;
  return {
    label: `ancestral-walk(${activation}${directConnections ? ", direct" : ""}, ${lanes})`,
    bindings,
    workgroups: ({ rows }) => [ceilDiv(rows, lanes), 1],
    code: wgsl`
${WALK.wgsl}
${declare(bindings)}
${activation === "softplus" ? "" : SOFTPLUS}
${activation === "sigmoid" ? "" : SIGMOID}
${activate(activation)}

/** What the block has drawn, a bit a position. */
var<private> drawn: array<u32, ${MOST_POSITIONS / 32}>;

/** The sum of a unit that sees values of x: what came before the block, and the block's own part. */
fn finishOfBits(entry: u32, row: u32) -> f32 {
  let its = plan[entry];
  var z = values[its.w * step.pitch * 4u + row];
  // Four at a time: beyond the last one weights are 0.
  for (var k = 0u; k < its.z; k += 4u) {
    let w = triangle[its.x + k / 4u];
    let bits = drawn[k / 32u] >> (k % 32u);
${repeat(4, (i) => `    z = fma(w[${i}], f32((bits >> ${i}u) & 1u), z);`)}
  }
  return z;
}

/** The same for one that sees hidden units. */
fn finish(entry: u32, row: u32) -> f32 {
  let pitch = step.pitch * 4u;
  let its = plan[entry];
  let last = its.z - 1u;
  let below = its.y * pitch + row;
  var z = values[its.w * pitch + row];
  for (var k = 0u; k < its.z; k += 4u) {
    let w = triangle[its.x + k / 4u];
${repeat(4, (i) => `    z = fma(w[${i}], values[below + min(k + ${i}u, last) * pitch], z);`)}
  }
  return z;
}

@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= step.rows) { return; }
  let pitch = step.pitch * 4u;
  var logps = vec2f(0.0);
  for (var position = step.begin; position < step.end; position++) {
    let its = plan[position * step.links + step.links - 1u];
    var z = 0.0;
    if (step.links == 1u) { z = finishOfBits(its.x, row); } else { z = finish(its.x, row); }
#if ${directConnections}
    z += finishOfBits(its.y, row);
#endif
    let t = z * step.inverseTemperature;
    let u = uniforms[position * pitch + row];
    let one = u < sigmoid(vec4f(t)).x;
    values[position * pitch + row] = select(0.0, 1.0, one);
    let at = position - step.begin;
    drawn[at / 32u] |= select(0u, 1u, one) << (at % 32u);
    let logp = select(0.0, t, one) - softplus(vec4f(t)).x;
    logps += select(vec2f(logp, 0.0), vec2f(0.0, logp), u < 0.0 || u >= 1.0);
    for (var l = 0u; l + 1u < step.links; l++) {
      let units = plan[position * step.links + l];
      for (var entry = units.x; entry < units.y; entry++) {
        var sum = 0.0;
        if (l == 0u) { sum = finishOfBits(entry, row); } else { sum = finish(entry, row); }
        values[plan[entry].w * pitch + row] = activate(vec4f(sum)).x;
      }
    }
  }
  logp[row] = select(logp[row], vec2f(0.0), step.begin == 0u) + logps;
}
`,
  };
};
