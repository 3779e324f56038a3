// The uniforms that say how each layer drops out, for the kernels of a model in training.

import { DROPOUT } from "../../../shaders/chunks/dropout.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { type Dropout, streamOf, thresholdOf } from "../dropout.ts";

/** By layer, 0 the inputs and 1 … L hidden; undefined where nothing drops out. */
export type DropoutUniforms = readonly (GPUBuffer | undefined)[];

export const dropoutUniforms = (gpu: Gpu, seed: number, dropout: Dropout): DropoutUniforms =>
  [dropout.inputs, ...dropout.hidden].map((rate, layer) => {
    if (rate === 0) return undefined;
    const uniforms = new DataView(new ArrayBuffer(DROPOUT.size));
    DROPOUT.pack(
      {
        keyLow: seed >>> 0,
        keyHigh: Math.floor(seed / 2 ** 32) >>> 0,
        stream: streamOf(layer),
        threshold: thresholdOf(rate),
        scale: 1 / (1 - rate),
        share: 1 - rate,
      },
      uniforms,
    );
    return gpu.uniformOf(`dropout${layer}`, uniforms);
  });
