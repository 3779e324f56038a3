// masked-output: the logits z = (c + V h) [+ A x] and, in the same pass, what is wanted of them. What comes through A is summed
// by itself and added last, so that a walk can add to both sums as it goes.
// "train": δ = (σ(z) − x) / B and the block's share of −log p; "score": the share alone; "probabilities": σ(z);
// "logits": z itself.

import { declare, dynamicUniform, type KernelSpec, read, readWrite, roundUp, uniform } from "../src/gpu/kernel-spec.ts";
import { type Block, blockName } from "./block.ts";
import { SIGMOID, SOFTPLUS } from "./chunks/activation.ts";
import { BIAS } from "./chunks/bias.ts";
import { store, storeSums } from "./chunks/both-ways.ts";
import { accumulators, blockGrid, blockOfInvocation, collect, matmul, prelude } from "./chunks/matmul.ts";
import { LAYER, STEP } from "./structs.ts";
import { repeat2, wgsl } from "./wgsl.ts";

export const EPILOGUES = ["train", "score", "probabilities", "logits"] as const;
export type Epilogue = (typeof EPILOGUES)[number];

const inputs = {
  step: dynamicUniform("Step"),
  layer: uniform("Layer"),
  masks: read("array<u32>"),
  parameters: read("array<f32>"), // what holds the biases, from layer.biasAt on, home order
  weights: read("array<vec4f>"), // V's forward working copy, (H, unitPitch / 4)
  h: read("array<vec4f>"), // (H, pitch)
  x: read("array<vec4f>"), // (D, pitch); from row step.targets on the values to predict
};
const direct = { directWeights: read("array<vec4f>") }; // A's forward working copy, (D, unitPitch / 4)
const outputs = {
  train: {
    delta: readWrite("array<vec4f>"), // (D, pitch), then (rows, unitPitch / 4)
    nll: readWrite("array<vec4f>"), // (blocks of units, pitch)
  },
  score: { nll: readWrite("array<vec4f>") },
  // (rows, D), row-major, canonical order
  probabilities: { values: readWrite("array<f32>") },
  logits: { values: readWrite("array<f32>") },
};

/** Blocks of units, and so rows of the buffer `nll`, for D outputs. */
export const nllBlocks = (block: Block, D: number): number => roundUp(D, block.units) / block.units;

/** Bindings of every variant: those after `x` are there where the variant has them. */
export type OutputBindings = typeof inputs &
  Partial<typeof direct & (typeof outputs)["train"] & (typeof outputs)["logits"]>;

export const maskedOutput = (config: {
  block: Block;
  epilogue: Epilogue;
  directConnections: boolean;
}): KernelSpec<OutputBindings, { units: number; rows: number }> => {
  const { block, epilogue, directConnections } = config;
  const bindings: OutputBindings = { ...inputs, ...(directConnections ? direct : {}), ...outputs[epilogue] };
  const wholeRows = epilogue === "probabilities" || epilogue === "logits";
  const vectors = block.rows / 4;
  const strides = {
    leftAt: (unit: string) => `${unit} / 4u`,
    leftPitch: "(layer.unitPitch / 4u)",
    rightAt: (row4: string) => row4,
    rightPitch: "step.pitch",
    begin: "0u",
  };
  const label = `masked-output(${epilogue}${directConnections ? ", direct" : ""}, ${blockName(block)})`;
  return {
    label,
    bindings,
    workgroups: ({ units, rows }) => blockGrid(block, units, rows),
    code: wgsl`
${prelude(block)}
${STEP.wgsl}
${LAYER.wgsl}
${declare(bindings)}
${SOFTPLUS}
${SIGMOID}

${BIAS}

/** 1 where a row belongs to the minibatch, 0 where it only fills a vector. */
fn present(row4: u32) -> vec4f {
  return select(vec4f(0.0), vec4f(1.0), vec4u(row4 * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(step.rows));
}
#if ${!wholeRows}

/** The values to predict. */
fn wanted(unit: u32, row4: u32) -> vec4f { return x[(step.targets + unit) * step.pitch + row4]; }
#endif
#if ${epilogue === "train"}
${store("delta", "layer.unitPitch", true)}

fn gradient(z: vec4f, unit: u32, row4: u32) -> vec4f {
  return (sigmoid(z) - wanted(unit, row4)) * step.inverseRows * present(row4);
}
#endif
${blockOfInvocation(block, "layer.units")}
#if ${directConnections}
  let directEnd = masks[step.mask + layer.directFanIn + lastUnit];
${accumulators(block, () => "0.0")}
${matmul(block, { ...strides, left: "directWeights", right: "x", end: "directEnd" })}
${repeat2(
  block.units,
  vectors,
  (u, r) => `  let direct${u}_${r} = acc${u}_${r};
  acc${u}_${r} = vec4f(bias(unit + ${u}u));`,
)}
#else
${accumulators(block, (u) => `bias(unit + ${u}u)`)}
#endif
  let end = masks[step.mask + layer.fanIn + lastUnit];
${matmul(block, { ...strides, left: "weights", right: "h", end: "end" })}
#if ${directConnections}
${repeat2(block.units, vectors, (u, r) => `  acc${u}_${r} += direct${u}_${r};`)}
#endif
${collect(block)}
#if ${wholeRows}
  for (var u = 0u; u < unitsHere; u++) {
    for (var r = 0u; r < vectorsHere; r++) { write(unit + u, (row4 + r) * 4u, sums[u * ${vectors}u + r]); }
  }
#else
  for (var r = 0u; r < vectorsHere; r++) {
    var share = vec4f(0.0);
    for (var u = 0u; u < unitsHere; u++) {
      let z = sums[u * ${vectors}u + r];
      share += softplus(z) - wanted(unit + u, row4 + r) * z;
    }
    if (unitsHere > 0u) { nll[unit / ${block.units}u * step.pitch + row4 + r] = share * present(row4 + r); }
  }
#if ${epilogue === "train"}
${storeSums(block, (sum, unit) => `gradient(${sum}, ${unit}, row4 + r)`)}
#endif
#endif
}
#if ${wholeRows}
fn write(unit: u32, row: u32, z: vec4f) {
  let input = masks[step.mask + layer.positionAt + unit];
  let v = ${epilogue === "logits" ? "z" : "sigmoid(z)"};
  for (var i = 0u; i < 4u; i++) {
    if (row + i < step.rows) { values[(step.result + row + i) * layer.units + input] = v[i]; }
  }
}
#endif
`,
  };
};
