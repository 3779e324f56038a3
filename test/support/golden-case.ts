// A golden file's JSON as this project's own types. Parsing only: reading files is in ../golden.ts, so that a browser
// can use this with JSON that came another way.

import type { MadeConfig } from "../../src/made/config.ts";
import type { Mask } from "../../src/made/masks.ts";
import type { HyperparametersOf } from "../../src/made/optimizer.ts";
import type { Parameters } from "../../src/made/parameters.ts";
import { BinaryRows } from "../../src/made/rows.ts";

interface Tensor {
  shape: number[];
  data: number[];
}

type Tensors = Record<string, Tensor>;

interface MaskSet {
  ordering: number[];
  /** m⁰ … mᴸ: the ordering comes first. */
  degrees: number[][];
  masks: Tensors;
  connectivity: Tensor;
}

/** The file format `made-golden-1`, as far as tests use it. */
export interface GoldenJson extends Partial<MaskSet> {
  format: string;
  name: string;
  config: { D: number; hidden: number[]; activation: string; direct: boolean; batch: number; num_masks: number };
  adam: { lr: number; beta1: number; beta2: number; eps: number; weight_decay: number; steps: number };
  mask_sets?: MaskSet[];
  params: Tensors;
  inputs: Tensor;
  expected: {
    logits?: Tensor;
    nll?: Tensor;
    logits_per_mask?: Tensor[];
    nll_per_mask?: Tensor[];
    ensemble_nll?: Tensor;
    grads: Tensors;
    mean_nll_before_each_adam_step: number[];
    params_after_adam: Tensors;
    mean_nll_after_adam: number | number[];
  };
  sampling?: { uniforms: Tensor; probs: Tensor; samples: Tensor };
}

/** One case: a model, its masks, five rows, and what has to come out. B rows, D inputs, K masks (1 or 3). */
export interface GoldenCase {
  name: string;
  config: MadeConfig & { masks: Mask[] };
  parameters: Parameters;
  /** Mask matrices by the weight they multiply, per mask. */
  maskMatrices: Record<string, number[]>[];
  /** 1 where logit d depends on input j, (D, D), per mask. */
  connectivity: number[][];
  inputs: BinaryRows;
  adam: { optimizer: HyperparametersOf<"adam">; steps: number };
  expected: {
    /** (B, D), per mask. */
    logits: number[][];
    /** −log p in nats, (B), per mask. */
    nll: number[][];
    /** −log p of the mixture over the masks in nats, (B). */
    mixtureNll: number[];
    /** Of the mean −log p under mask 0. */
    gradients: Record<string, number[]>;
    /** Mean −log p under the step's mask. */
    nllBeforeStep: number[];
    parametersAfterAdam: Record<string, number[]>;
    /** Mean −log p, per mask. */
    nllAfterAdam: number[];
  };
  /** Drawn under mask 0. */
  sampling?: { uniforms: Float32Array; probabilities: number[]; samples: BinaryRows };
}

/** Reads one golden file. @throws Error when it isn't of the format known here */
export function parseGolden(json: GoldenJson): GoldenCase {
  if (json.format !== "made-golden-1") throw new Error(`format: got "${json.format}", expected "made-golden-1"`);
  const { config, adam, expected, sampling } = json;
  const sets = json.mask_sets ?? [json as MaskSet];
  const logits = expected.logits_per_mask ?? [expected.logits!];
  const nll = expected.nll_per_mask ?? [expected.nll!];
  return {
    name: json.name,
    config: {
      inputs: config.D,
      hidden: config.hidden,
      activation: config.activation as MadeConfig["activation"],
      directConnections: config.direct,
      masks: sets.map(({ ordering, degrees }) => ({ ordering, degrees: degrees.slice(1) })),
    },
    parameters: Object.fromEntries(
      Object.entries(json.params).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
    ),
    maskMatrices: sets.map(({ masks }) => dataOf(masks)),
    connectivity: sets.map(({ connectivity }) => connectivity.data),
    inputs: BinaryRows.from(json.inputs.data, config.D),
    adam: {
      optimizer: {
        name: "adam",
        learningRate: adam.lr,
        beta1: adam.beta1,
        beta2: adam.beta2,
        epsilon: adam.eps,
        weightDecay: adam.weight_decay,
      },
      steps: adam.steps,
    },
    expected: {
      logits: logits.map(({ data }) => data),
      nll: nll.map(({ data }) => data),
      mixtureNll: (expected.ensemble_nll ?? nll[0]).data,
      gradients: dataOf(expected.grads),
      nllBeforeStep: expected.mean_nll_before_each_adam_step,
      parametersAfterAdam: dataOf(expected.params_after_adam),
      nllAfterAdam: [expected.mean_nll_after_adam].flat(),
    },
    ...(sampling && {
      sampling: {
        uniforms: Float32Array.from(sampling.uniforms.data),
        probabilities: sampling.probs.data,
        samples: BinaryRows.from(sampling.samples.data, config.D),
      },
    }),
  };
}

const dataOf = (tensors: Tensors): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
