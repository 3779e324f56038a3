// ancestral-walk: draws a block of positions, one lane a row. At each position: what the block itself adds to the logit,
// the draw, and then the hidden units whose degree is reached, layer by layer. Everything from before the block is in
// their sums already (ancestral-push). No barrier, no unit computed twice.

import type { AdapterKind } from "../src/gpu/gpu.ts";
import { ceilDiv, declare, dynamicUniform, type KernelSpec, read, readWrite, uniform } from "../src/gpu/kernel-spec.ts";
import type { Activation } from "../src/made/config.ts";
import { activate, SIGMOID, SOFTPLUS } from "./chunks/activation.ts";
import { LAYER, WALK } from "./structs.ts";
import { repeat, wgsl } from "./wgsl.ts";

/** Invocations a workgroup: on a processor few, so that few rows still use every core. */
export const WALK_LANES: Record<AdapterKind, number> = { lavapipe: 8, swiftshader: 8, hardware: 32 };

const common = {
  step: dynamicUniform("Walk"),
  plan: read("array<u32>"), // see src/made/gpu/walk-plan.ts
  triangle: read("array<f32>"), // weights inside the blocks, as the plan has them
  uniforms: read("array<f32>"), // (D, 4 · pitch)
  values: readWrite("array<f32>"), // x, h¹ … hᴸ and z, each (units, 4 · pitch): sums, then what they became
  /** x: Σ log p over the cells that were drawn, y: over those that were given. */
  logp: readWrite("array<vec2f>"), // (rows)
};
const direct = {
  layer: uniform("Layer"), // A's
  directWeights: read("array<f32>"), // A's forward working copy, (D, unitPitch)
  bits: readWrite("array<u32>"), // (blocks, 4 · pitch): the values drawn, a word a block
};

export type WalkBindings = typeof common & Partial<typeof direct>;

export const ancestralWalk = (config: {
  lanes: number;
  activation: Activation;
  directConnections: boolean;
}): KernelSpec<WalkBindings, { rows: number }> => {
  const { lanes, activation, directConnections } = config;
  const bindings: WalkBindings = { ...common, ...(directConnections ? direct : {}) };
  return {
    label: `ancestral-walk(${activation}${directConnections ? ", direct" : ""}, ${lanes})`,
    bindings,
    workgroups: ({ rows }) => [ceilDiv(rows, lanes), 1],
    code: wgsl`
${WALK.wgsl}
#if ${directConnections}
${LAYER.wgsl}
#endif
${declare(bindings)}
${activation === "softplus" ? "" : SOFTPLUS}
${activation === "sigmoid" ? "" : SIGMOID}
${activate(activation)}

/** The sum of a unit whose inputs are all known: what came before the block, and the block's own part. */
fn finish(link: u32, unit: u32, row: u32, drawn: u32) -> f32 {
  let pitch = step.pitch * 4u;
  let its = plan[link * 4u] + unit * 3u;
  let at = plan[its];
  let begin = plan[its + 1u];
  let end = plan[its + 2u];
  var z = values[(plan[link * 4u + 2u] + unit) * pitch + row];
  if (link == 0u) {
    // Four at a time: beyond the end no bit is set, and nothing is added.
    for (var i = 0u; i < end - begin; i += 4u) {
${repeat(4, (i) => `      z = fma(triangle[at + i + ${i}u], f32((drawn >> (i + ${i}u)) & 1u), z);`)}
    }
  } else {
    let below = (plan[link * 4u + 1u] + begin) * pitch + row;
    for (var k = begin; k < end; k++) { z = fma(triangle[at + k - begin], values[below + (k - begin) * pitch], z); }
  }
  return z;
}
#if ${directConnections}

/** z + Σ_{i < n} A[position, first + i] · x[first + i], the x being bits of a word; beyond the n-th none is set. */
fn throughDirect(position: u32, first: u32, n: u32, word: u32, sum: f32) -> f32 {
  var z = sum;
  var at = first * layer.unitPitch + position;
  for (var i = 0u; i < n; i += 4u) {
${repeat(4, (i) => `    z = fma(directWeights[at + ${i}u * layer.unitPitch], f32((word >> (i + ${i}u)) & 1u), z);`)}
    at += 4u * layer.unitPitch;
  }
  return z;
}
#endif

@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= step.rows) { return; }
  let pitch = step.pitch * 4u;
  var drawn = 0u;
  var logps = vec2f(0.0);
  for (var position = step.begin; position < step.end; position++) {
    var z = finish(step.links - 1u, position, row, drawn);
#if ${directConnections}
    for (var first = 0u; first < step.begin; first += step.size) {
      z = throughDirect(position, first, step.size, bits[first / step.size * pitch + row], z);
    }
    z = throughDirect(position, step.begin, position - step.begin, drawn, z);
#endif
    let t = z * step.inverseTemperature;
    let u = uniforms[position * pitch + row];
    let one = u < sigmoid(vec4f(t)).x;
    values[position * pitch + row] = select(0.0, 1.0, one);
    drawn |= select(0u, 1u, one) << (position - step.begin);
    let logp = select(0.0, t, one) - softplus(vec4f(t)).x;
    logps += select(vec2f(logp, 0.0), vec2f(0.0, logp), u < 0.0 || u >= 1.0);
    for (var l = 1u; l < step.links; l++) {
      let link = (l - 1u) * 4u;
      let reached = plan[link + 3u] + position;
      let above = plan[link + 2u];
      for (var unit = plan[reached]; unit < plan[reached + 1u]; unit++) {
        values[(above + unit) * pitch + row] = activate(vec4f(finish(l - 1u, unit, row, drawn))).x;
      }
    }
  }
#if ${directConnections}
  bits[step.begin / step.size * pitch + row] = drawn;
#endif
  logp[row] = select(logp[row], vec2f(0.0), step.begin == 0u) + logps;
}
`,
  };
};
