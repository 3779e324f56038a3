// The biases of a model whose weights are conditioned on the mask: what they are under a mask. Of other models, nothing.

import { maskBiases } from "../../../shaders/mask-biases.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { Layer } from "./layer.ts";
import { type Ready, ready, type Shared } from "./workspace.ts";

export class MaskBiases {
  readonly #kernels: readonly { layer: Layer; kernel: Ready<{ units: number }> }[];

  private constructor(kernels: readonly { layer: Layer; kernel: Ready<{ units: number }> }[]) {
    this.#kernels = kernels;
  }

  static async create({ gpu, layers, ring, table }: Shared): Promise<MaskBiases> {
    const kernels = layers
      .filter(({ hasConnectivity }) => hasConnectivity)
      .map(async (layer) => {
        const { uniforms, parameters, biases } = layer;
        const resources = { step: ring.binding, layer: uniforms, masks: table.buffer, parameters, biases };
        return { layer, kernel: await ready(gpu, maskBiases(), resources) };
      });
    return new MaskBiases(await Promise.all(kernels));
  }

  /** Records what makes the biases those under the mask that follows step `step`. */
  async bring(stream: Stream, step: number): Promise<void> {
    for (const { layer, kernel } of this.#kernels) {
      const { units, inputs } = layer.shape;
      await kernel.dispatch(stream, { units }, step, units * inputs);
    }
  }
}
