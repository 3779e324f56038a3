// One workload with everything that a contender needs to do it: parameters and mask of our model, rows, uniforms.
// Peers think in dense layers, so that is how they get them: weights [in, out] and a mask of the same shape.

import type { Mask, Parameters } from "made-webgpu";
import { BATCH, BATCHES, binaryRows, EVALUATION_ROWS, SAMPLES, uniformsFrom, type Workload } from "./workloads.ts";

export interface Problem {
  readonly workload: Workload;
  readonly parameters: Parameters;
  readonly mask: Mask;
  /** Minibatches one after another, (BATCHES · BATCH, D). */
  readonly training: Uint8Array;
  /** (EVALUATION_ROWS, D). */
  readonly evaluation: Uint8Array;
  /** What samples are drawn with, (SAMPLES, D): value d of row r is 1 iff uniforms[r · D + d] < p. */
  readonly uniforms: Float32Array<ArrayBuffer>;
}

/** A dense layer as peers write it: y = x · (weights ⊙ mask) + bias. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array<ArrayBuffer>; // (inputs, outputs)
  readonly mask: Float32Array<ArrayBuffer>; // (inputs, outputs), zeros and ones
  readonly bias: Float32Array<ArrayBuffer>; // (outputs)
}

export function problemOf(workload: Workload, parameters: Parameters, mask: Mask, seed: number): Problem {
  const { inputs: D } = workload;
  const uniform = uniformsFrom(seed + 2);
  return {
    workload,
    parameters,
    mask,
    training: binaryRows(BATCHES * BATCH, D, seed),
    evaluation: binaryRows(EVALUATION_ROWS, D, seed + 1),
    uniforms: Float32Array.from({ length: SAMPLES * D }, uniform),
  };
}

/** The layers from the inputs up, masks as matrices: Mˡ[k,j] = 1[mˡ(k) ≥ mˡ⁻¹(j)], Mⱽ[d,k] = 1[m⁰(d) > mᴸ(k)]. */
export function denseLayers({ workload, parameters, mask }: Problem): DenseLayer[] {
  const L = workload.hidden.length;
  const degrees = [mask.ordering, ...mask.degrees];
  return Array.from({ length: L + 1 }, (_, l) => {
    const last = l === L;
    const below = degrees[l];
    const above = last ? mask.ordering : degrees[l + 1];
    const weights = parameters[last ? "V" : `W${l + 1}`].data;
    const bias = Float32Array.from(parameters[last ? "c" : `b${l + 1}`].data);
    const layer = {
      inputs: below.length,
      outputs: above.length,
      weights: new Float32Array(weights.length),
      mask: new Float32Array(weights.length),
      bias,
    };
    for (let j = 0; j < layer.inputs; j++)
      for (let k = 0; k < layer.outputs; k++) {
        layer.weights[j * layer.outputs + k] = weights[k * layer.inputs + j];
        layer.mask[j * layer.outputs + k] = (last ? above[k] > below[j] : above[k] >= below[j]) ? 1 : 0;
      }
    return layer;
  });
}

/** The rows of minibatch `i` as floats, (BATCH, D). */
export function minibatch({ training, workload: { inputs: D } }: Problem, i: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(training.subarray(i * BATCH * D, (i + 1) * BATCH * D));
}

/** Inputs by their position in the ordering: which input is drawn first, second and so on. */
export function inputsInOrder({ mask }: Problem): number[] {
  const order: number[] = [];
  mask.ordering.forEach((position, d) => {
    order[position - 1] = d;
  });
  return order;
}
