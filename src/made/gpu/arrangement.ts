// Which mask's order the working copies of the weights are in, and what brings them (and biases that depend on the mask)
// into another's.

import { arrangeWeights } from "../../../shaders/arrange-weights.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { Mask } from "../masks.ts";
import { MaskBiases } from "./mask-biases.ts";
import { type Ready, ready, type Shared } from "./workspace.ts";

export class Arrangement {
  readonly #shared: Shared;
  readonly #kernels: readonly Ready<{ units: number; inputs: number }>[];
  readonly #biases: MaskBiases;
  #mask: Mask | undefined;

  private constructor(
    shared: Shared,
    kernels: readonly Ready<{ units: number; inputs: number }>[],
    biases: MaskBiases,
  ) {
    this.#shared = shared;
    this.#kernels = kernels;
    this.#biases = biases;
  }

  static async create(shared: Shared): Promise<Arrangement> {
    const { gpu, layers, ring, table } = shared;
    const kernels = layers.map(({ goesOn, uniforms, parameters, forwardWeights, backwardWeights }) =>
      ready(gpu, arrangeWeights({ backward: goesOn }), {
        step: ring.binding,
        layer: uniforms,
        masks: table.buffer,
        parameters,
        forwardWeights,
        backwardWeights,
      }),
    );
    return new Arrangement(shared, await Promise.all(kernels), await MaskBiases.create(shared));
  }

  /** Records what brings the working copies into the order of `mask`, unless they are in it. */
  async bring(stream: Stream, mask: Mask): Promise<void> {
    if (this.#mask === mask) return;
    const { layers, ring, table } = this.#shared;
    const at = await table.at(stream, mask);
    const step = await ring.add(stream, { rows: 0, firstRow: 0, pitch: 0, mask: at, nextMask: at, result: 0 });
    for (const [l, kernel] of this.#kernels.entries()) {
      const { units, inputs } = layers[l].shape;
      await kernel.dispatch(stream, { units, inputs }, step, 4 * units * inputs);
    }
    await this.#biases.bring(stream, step);
    this.#mask = mask;
  }

  /** Training has left them in the order of `mask`. */
  leftAt(mask: Mask): void {
    this.#mask = mask;
  }

  /** The weights changed behind them, or what was recorded was never submitted. */
  forget(): void {
    this.#mask = undefined;
  }
}
