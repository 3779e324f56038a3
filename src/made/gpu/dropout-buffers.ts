// How each layer of a model drops out, for its kernels in training.

import { DROPOUT } from "../../../shaders/chunks/dropout.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { type Dropout, streamOf, thresholdOf } from "../dropout.ts";

/** One layer's: bindings of its kernels by name. */
export interface LayerDropout {
  readonly dropout: GPUBuffer;
  /** The canonical unit at each place of the home order, (H_l). */
  readonly home: GPUBuffer;
}

/** By layer, 0 the inputs and 1 … L hidden; undefined where nothing drops out. */
export type DropoutBuffers = readonly (LayerDropout | undefined)[];

/** `home` as in MaskLayout. */
export const dropoutBuffers = (
  gpu: Gpu,
  seed: number,
  { inputs, hidden }: Dropout,
  home: readonly Uint32Array[],
): DropoutBuffers =>
  [inputs, ...hidden].map((rate, layer) => {
    if (rate === 0) return undefined;
    const values = new DataView(new ArrayBuffer(DROPOUT.size));
    DROPOUT.pack(
      {
        keyLow: seed >>> 0,
        keyHigh: Math.floor(seed / 2 ** 32) >>> 0,
        stream: streamOf(layer),
        threshold: thresholdOf(rate),
        scale: 1 / (1 - rate),
        share: 1 - rate,
      },
      values,
    );
    const buffers = {
      dropout: gpu.uniformOf(`dropout${layer}`, values),
      home: gpu.storage(`home${layer}`, home[layer].byteLength),
    };
    gpu.upload(buffers.home, home[layer]);
    return buffers;
  });
