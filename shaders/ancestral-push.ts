// ancestral-push: passes the units that a block of positions has finished on to every unit above that is not finished:
// z[u, b] += Σ_{k = first}^{last − 1} W[u, k] · h[k, b], in ascending k with fused multiply-adds, as a forward pass adds.
// Of all the work of drawing this is nearly the whole, and it is a dense matmul: units above see all that is passed on.

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
import { type Block, blockName, type Choices, many, pick, type Target } from "./block.ts";
import { BIAS } from "./chunks/bias.ts";
import { blockOfInvocation, collect, matmul, prelude } from "./chunks/matmul.ts";
import { LAYER, WALK } from "./structs.ts";
import { repeat2, wgsl } from "./wgsl.ts";

/** One k a turn: beyond the bounds of a push weights are not 0. */
export type PushBlock = Block & { readonly unroll: 1 };

const PUSH_BLOCKS: Record<AdapterKind, Choices<readonly PushBlock[]>> = {
  lavapipe: {
    alone: many([16, 4], { units: 8, lanes: [8, 1], unroll: 1, fetch: "alone" }),
    octet: many([32, 16, 4], { units: 8, lanes: [8, 1], unroll: 1, fetch: "octet" }),
  },
  swiftshader: {
    alone: many([16, 4], { units: 16, lanes: [4, 1], unroll: 1, fetch: "alone" }),
    quad: many([32, 16, 4], { units: 16, lanes: [4, 1], unroll: 1, fetch: "quad" }),
  },
  hardware: { alone: many([4], { units: 4, lanes: [16, 4], unroll: 1, fetch: "alone" }) },
};

/** Every block that {@link pushBlockFor} may choose. */
export const ALL_PUSH_BLOCKS: readonly PushBlock[] = Object.values(PUSH_BLOCKS).flatMap((choices) =>
  Object.values(choices).flat(),
);

/** Rows of the largest block: every count of rows is padded to less than this more. */
export const MOST_ROWS_A_BLOCK = Math.max(...ALL_PUSH_BLOCKS.map(({ rows }) => rows));

/** The block that computes fewest rows which are not there; of those, the largest. */
export const pushBlockFor = (target: Target, rows: number): PushBlock =>
  pick(PUSH_BLOCKS[target.kind], target).reduce((best, block) =>
    roundUp(rows, block.rows) < roundUp(rows, best.rows) ? block : best,
  );

const bindings = {
  step: dynamicUniform("Walk"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // what holds the biases, from layer.biasAt on, home order
  weights: read("array<vec4f>"), // forward working copy, (inputs, unitPitch / 4)
  values: readWrite("array<vec4f>"), // x, h¹ … hᴸ, z and what comes through A, each (units, pitch)
};

export const ancestralPush = (config: {
  block: PushBlock;
}): KernelSpec<typeof bindings, { onto: number; until: number; rows: number }> => {
  const { block } = config;
  const { units, rows, lanes } = block;
  const vectors = rows / 4;
  return {
    label: `ancestral-push(${blockName(block)})`,
    bindings,
    workgroups: ({ onto, until, rows: B }) => [
      ceilDiv(ceilDiv(until, units) - Math.floor(onto / units), lanes[0]),
      ceilDiv(B, rows * lanes[1]),
    ],
    code: wgsl`
${prelude(block)}
${WALK.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${BIAS}

${blockOfInvocation(block, "step.until", "step.rows", `step.onto / ${units}u * ${units}u`)}
  // Units before these are finished and hold their activations by now: those stay.
  let first = max(unit, step.onto) - unit;
  let at = (step.aboveAt + unit) * step.pitch + row4;
  if (step.fresh > 0u) {
    for (var u = first; u < unitsHere; u++) {
      let start = select(0.0, bias(unit + u), step.fresh == 1u);
      for (var r = 0u; r < vectorsHere; r++) { values[at + u * step.pitch + r] = vec4f(start); }
    }
    return;
  }
${repeat2(units, vectors, (u, r) => `  var acc${u}_${r} = values[at + ${u}u * step.pitch + ${r}u];`)}
${matmul(block, {
  left: "weights",
  leftAt: (unit) => `${unit} / 4u`,
  leftPitch: "(layer.unitPitch / 4u)",
  right: "values",
  rightAt: (row4) => `step.belowAt * step.pitch + ${row4}`,
  rightPitch: "step.pitch",
  begin: "step.first",
  end: "step.last",
})}
${collect(block)}
  // A loop, so that it is compiled once and not once a unit: on software adapters that is seconds.
  for (var u = first; u < unitsHere; u++) {
    for (var r = 0u; r < vectorsHere; r++) { values[at + u * step.pitch + r] = sums[u * ${vectors}u + r]; }
  }
}
`,
  };
};
