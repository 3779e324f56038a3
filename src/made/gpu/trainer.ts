// Training on the GPU: the dispatches of one step, bound once for a batch size and an optimiser, and the losses they
// leave. Which minibatch, which mask and when to submit is the network's business.

import { connectivityUpdate } from "../../../shaders/connectivity-update.ts";
import { maskedLinearGradInput } from "../../../shaders/masked-linear-grad-input.ts";
import { maskedLinearUpdate } from "../../../shaders/masked-linear-update.ts";
import { reduceLoss } from "../../../shaders/reduce-loss.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { Dropout } from "../dropout.ts";
import { MOMENTS, type Rule } from "../optimizer.ts";
import { type DropoutBuffers, dropoutBuffers } from "./dropout-buffers.ts";
import { MaskBiases } from "./mask-biases.ts";
import { type Ready, ready, type Shared, Workspace, workOf } from "./workspace.ts";

/** Steps whose losses are read back together, at most. */
export const CHUNK = 256;
/** Chunks whose losses may be on their way back at once, plus the one being filled. */
export const CHUNKS = 3;

export class Trainer {
  readonly workspace: Workspace;
  /** Σ −log p of every step, a region of CHUNK steps for each of CHUNKS chunks. */
  readonly losses: GPUBuffer;
  /** Gradients at the logits, then at each hidden layer's pre-activations: (units, pitch). */
  readonly deltas: readonly GPUBuffer[];
  readonly #shared: Shared;
  readonly #blocks: GPUBuffer;
  readonly #dropout: DropoutBuffers;
  #output!: Ready<{ units: number; rows: number }>;
  #gradInput: readonly (Ready<{ inputs: number; rows: number }> | undefined)[] = [];
  #update: readonly Ready<{ units: number; inputs: number }>[] = [];
  #connectivity: readonly (Ready<{ units: number; inputs: number }> | undefined)[] = [];
  #reduce!: Ready<{ rows: number }>;
  #biases!: MaskBiases;

  private constructor(shared: Shared, workspace: Workspace, dropout: DropoutBuffers) {
    const { gpu, config } = shared;
    this.#shared = shared;
    this.workspace = workspace;
    this.#dropout = dropout;
    this.losses = gpu.storage("losses", 4 * CHUNK * CHUNKS);
    this.#blocks = gpu.uniformOf("blocks", new Uint32Array([workspace.blocks, 0, 0, 0]));
    this.deltas = [config.inputs, ...config.hidden].map((units, l) => workspace.values(`delta${l || "-out"}`, units));
  }

  static async create(shared: Shared, batchSize: number, rule: Rule, dropout?: Dropout): Promise<Trainer> {
    const dropouts = dropout ? dropoutBuffers(shared.gpu, shared.config.seed, dropout, shared.home) : [];
    const workspace = await Workspace.create(shared, batchSize, true, dropouts);
    const made = new Trainer(shared, workspace, dropouts);
    const { gpu, config, layers, ring, table, blocks, oneMask } = shared;
    const step = ring.binding;
    const masks = table.buffer;
    const { block, activations: values, nll } = workspace;
    made.#output = await workspace.output("train", { delta: made.deltas[0], nll });
    made.#reduce = await ready(gpu, reduceLoss({ reduction: "sum" }), {
      step,
      blocks: made.#blocks,
      nll,
      result: made.losses,
    });
    made.#gradInput = await Promise.all(
      layers.map(({ goesOn, shape: { above, below }, uniforms: layer, backwardWeights }) =>
        goesOn
          ? ready(gpu, maskedLinearGradInput({ block, activation: config.activation, dropout: !!dropouts[below] }), {
              step,
              layer,
              masks,
              weights: backwardWeights!,
              delta: made.deltas[above],
              h: values[below],
              deltaBelow: made.deltas[below],
              ...dropouts[below],
            })
          : undefined,
      ),
    );
    made.#update = await Promise.all(
      layers.map((of) => {
        const [moment1, moment2] = of.moments(MOMENTS[rule]);
        const variant = { block: blocks.update, rule, oneMask, bias: of.hasBias, backward: of.goesOn };
        return ready(gpu, maskedLinearUpdate(variant), {
          step,
          layer: of.uniforms,
          masks,
          delta: made.deltas[of.shape.above],
          x: values[of.shape.below],
          parameters: of.parameters,
          forwardWeights: of.forwardWeights,
          backwardWeights: of.backwardWeights,
          moment1,
          moment2,
        });
      }),
    );
    made.#connectivity = await Promise.all(
      layers.map((of) => {
        if (!of.hasConnectivity) return undefined;
        const [moment1, moment2] = of.moments(MOMENTS[rule]);
        const { uniforms: layer, parameters } = of;
        const delta = made.deltas[of.shape.above];
        return ready(gpu, connectivityUpdate({ rule }), { step, layer, masks, delta, parameters, moment1, moment2 });
      }),
    );
    made.#biases = await MaskBiases.create(shared);
    return made;
  }

  /** Records one step after its rows were gathered: forward, loss, gradients, updates. */
  async step(stream: Stream, rows: number, step: number): Promise<void> {
    const { layers } = this.#shared;
    await this.workspace.forward(stream, rows, step);
    const outputs = layers.filter(({ shape }) => shape.above === 0);
    const outputWork = outputs.reduce((sum, { shape }) => sum + workOf(shape.units, shape.inputs, rows), 0);
    await this.#output.dispatch(stream, { units: this.#shared.config.inputs, rows }, step, outputWork);
    await this.#reduce.dispatch(stream, { rows }, step, 0);
    // From the outputs down. A gradient goes through a matrix before the update replaces its working copies.
    for (let l = layers.length - 1; l >= 0; l--) {
      const { units, inputs } = layers[l].shape;
      const work = workOf(units, inputs, rows);
      await this.#gradInput[l]?.dispatch(stream, { inputs, rows }, step, work);
      await this.#update[l].dispatch(stream, { units, inputs }, step, work + 8 * units * inputs);
      await this.#connectivity[l]?.dispatch(stream, { units, inputs }, step, 8 * units * inputs);
    }
    await this.#biases.bring(stream, step);
  }

  free(): void {
    this.workspace.free();
    const dropout = this.#dropout.flatMap((layer) => (layer ? [layer.dropout, layer.home] : []));
    this.#shared.gpu.free(this.losses, this.#blocks, ...dropout, ...this.deltas);
  }
}
