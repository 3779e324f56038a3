// ancestral-push: passes the units that a block of positions has finished on to every unit above that is not finished:
// z[u, b] += Σ_{k = first}^{last − 1} W[u, k] · h[k, b], in ascending k with fused multiply-adds, as a forward pass adds.
// Of all the work of drawing this is nearly the whole, and it is a dense matmul: units after the block see all of it.

import type { AdapterKind } from "../src/gpu/gpu.ts";
import {
  ceilDiv,
  declare,
  dynamicUniform,
  type KernelSpec,
  read,
  readWrite,
  roundUp,
  uniform,
} from "../src/gpu/kernel-spec.ts";
import { BIAS } from "./chunks/bias.ts";
import { LAYER, WALK } from "./structs.ts";
import { repeat, repeat2, wgsl } from "./wgsl.ts";

/** `units` × `rows` sums an invocation, `lanes` invocations along units and rows. */
export interface PushBlock {
  readonly units: number;
  readonly rows: number;
  readonly lanes: readonly [number, number];
}

const PUSH_BLOCKS: Record<AdapterKind, readonly PushBlock[]> = {
  lavapipe: [16, 4].map((rows) => ({ units: 8, rows, lanes: [8, 1] })),
  swiftshader: [16, 4].map((rows) => ({ units: 16, rows, lanes: [4, 1] })),
  hardware: [{ units: 4, rows: 4, lanes: [16, 4] }],
};

/** Every block that {@link pushBlockFor} may choose. */
export const ALL_PUSH_BLOCKS: readonly PushBlock[] = Object.values(PUSH_BLOCKS).flat();

/** Rows of the largest block: every count of rows is padded to less than this more. */
export const MOST_ROWS_A_BLOCK = Math.max(...ALL_PUSH_BLOCKS.map(({ rows }) => rows));

/** The block that computes fewest rows which are not there; of those, the largest. */
export const pushBlockFor = (kind: AdapterKind, rows: number): PushBlock =>
  PUSH_BLOCKS[kind].reduce((best, block) => (roundUp(rows, block.rows) < roundUp(rows, best.rows) ? block : best));

const bindings = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // what holds the biases, from layer.biasAt on, home order
  weights: read("array<vec4f>"), // forward working copy, (inputs, unitPitch / 4)
  values: readWrite("array<vec4f>"), // x, h¹ … hᴸ and z, each (units, pitch)
};

export const ancestralPush = (config: {
  block: PushBlock;
}): KernelSpec<typeof bindings, { from: number; units: number; rows: number }> => {
  const { units, rows, lanes } = config.block;
  const vectors = rows / 4;
  const names = Array.from({ length: units * vectors }, (_, i) => `acc${Math.floor(i / vectors)}_${i % vectors}`);
  return {
    label: `ancestral-push(${units}x${rows})`,
    bindings,
    workgroups: ({ from, units: all, rows: B }) => [
      ceilDiv(ceilDiv(all, units) - Math.floor(from / units), lanes[0]),
      ceilDiv(B, rows * lanes[1]),
    ],
    code: wgsl`
${WALK.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${BIAS}

@compute @workgroup_size(${lanes[0]}, ${lanes[1]})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let unit = (step.onto / ${units}u + id.x) * ${units}u;
  let row4 = id.y * ${vectors}u;
  if (unit >= layer.units || row4 * 4u >= step.rows) { return; }
  let at = (step.aboveAt + unit) * step.pitch + row4;
  // Units of the block that are finished hold their activations by now: those stay.
  let first = max(unit, step.onto) - unit;
  let last = min(${units}u, layer.units - unit);
  if (step.fresh == 1u) {
    for (var u = first; u < last; u++) {
      for (var r = 0u; r < ${vectors}u; r++) { values[at + u * step.pitch + r] = vec4f(bias(unit + u)); }
    }
    return;
  }
${repeat2(units, vectors, (u, r) => `  var acc${u}_${r} = values[at + ${u}u * step.pitch + ${r}u];`)}
  for (var k = step.first; k < step.last; k++) {
    let left_at = k * (layer.unitPitch / 4u) + unit / 4u;
    let right_at = (step.belowAt + k) * step.pitch + row4;
${repeat(units / 4, (u) => `    let w${u} = weights[left_at + ${u}u];`)}
${repeat(vectors, (r) => `    let x${r} = values[right_at + ${r}u];`)}
${repeat2(units, vectors, (u, r) => `    acc${u}_${r} = fma(vec4f(w${u >> 2}[${u & 3}]), x${r}, acc${u}_${r});`)}
  }
  // A loop, so that it is compiled once and not once a unit: on software adapters that is seconds.
  var sums = array<vec4f, ${units * vectors}>(${names.join(", ")});
  for (var u = first; u < last; u++) {
    for (var r = 0u; r < ${vectors}u; r++) { values[at + u * step.pitch + r] = sums[u * ${vectors}u + r]; }
  }
}
`,
  };
};
