// Activations and gradients for up to `capacity` rows at a time, and the kernels of a forward pass bound to them.
// Training and scoring have one each: their row counts differ, and so do their blocks.

import { type Block, type Blocks, UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { gatherBatch } from "../../../shaders/gather-batch.ts";
import { maskedLinear } from "../../../shaders/masked-linear.ts";
import { type Epilogue, maskedOutput, nllBlocks } from "../../../shaders/masked-output.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { type Group, Kernel } from "../../gpu/kernel.ts";
import type { Bindings } from "../../gpu/kernel-spec.ts";
import { ceilDiv, roundUp } from "../../gpu/kernel-spec.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { ResolvedConfig } from "../config.ts";
import type { DropoutBuffers } from "./dropout-buffers.ts";
import type { Layer } from "./layer.ts";
import type { MaskTable } from "./mask-table.ts";
import type { GpuRows } from "./rows.ts";
import type { StepRing } from "./step-ring.ts";

/** What everything of one model works on: its weights, the table of masks, and the ring of steps. */
export interface Shared {
  readonly gpu: Gpu;
  readonly config: ResolvedConfig;
  readonly blocks: Blocks;
  readonly layers: readonly Layer[];
  readonly table: MaskTable;
  readonly ring: StepRing;
  /** A stream that keeps table and ring in step with its submits. */
  readonly openStream: () => Stream;
  /** Where the table position → input begins inside a mask. */
  readonly inputAt: number;
  /** The home order of every layer of units: see MaskLayout. */
  readonly home: readonly Uint32Array[];
  /** Whether training knows one mask only: weights and moments are then stored in its order. */
  readonly oneMask: boolean;
}

/** A kernel with its bind group: what is left to say is how large, which step, and how much work that is. */
export interface Ready<Size> {
  dispatch(stream: Stream, size: Size, step: number, work: number): Promise<void>;
}

/** Compiles a kernel and binds it. */
export async function ready<B extends Bindings, Size>(
  gpu: Gpu,
  spec: Parameters<typeof Kernel.compile<B, Size>>[1],
  resources: Parameters<Kernel<B, Size>["bind"]>[0],
): Promise<Ready<Size>> {
  const kernel = await Kernel.compile(gpu, spec);
  const group: Group<B> = kernel.bind(resources);
  return { dispatch: (stream, size, step, work) => stream.dispatch(kernel, group, size, step, work) };
}

export class Workspace {
  readonly capacity: number;
  readonly block: Block;
  /** vec4s between the rows of one unit and those of the next. */
  readonly pitch: number;
  /** Activations of every layer, x first: (units, pitch). */
  readonly activations: readonly GPUBuffer[];
  /** The blocks' shares of −log p, (blocks, pitch). */
  readonly nll: GPUBuffer;
  readonly blocks: number;
  readonly #shared: Shared;
  readonly #training: boolean;
  readonly #dropout: DropoutBuffers;
  readonly #data: GPUBuffer;
  #hidden: readonly Ready<{ units: number; rows: number }>[] = [];

  private constructor(shared: Shared, capacity: number, training: boolean, dropout: DropoutBuffers) {
    const { gpu, config, blocks } = shared;
    const { inputs: D, hidden } = config;
    this.#shared = shared;
    this.capacity = capacity;
    this.#training = training;
    this.#dropout = dropout;
    this.block = blocks.forward(capacity);
    this.pitch = roundUp(capacity, this.block.rows) / 4;
    this.blocks = nllBlocks(this.block, D);
    const [xCopies, copies] = [this.targets > 0 ? 3 : training ? 2 : 1, training ? 2 : 1];
    this.activations = [D, ...hidden].map((units, l) =>
      l === 0 ? this.values("x", units, xCopies) : this.values(`h${l}`, units, copies),
    );
    this.nll = gpu.storage("nll", 16 * this.blocks * this.pitch);
    this.#data = gpu.uniformOf("data", new Uint32Array([D, ceilDiv(D, 32), shared.inputAt, roundUp(D, UNIT_MULTIPLE)]));
  }

  /** `dropout`, in training, stays the caller's. */
  static async create(
    shared: Shared,
    capacity: number,
    training: boolean,
    dropout: DropoutBuffers = [],
  ): Promise<Workspace> {
    const made = new Workspace(shared, capacity, training, dropout);
    const { gpu, config, layers, ring, table } = shared;
    made.#hidden = await Promise.all(
      config.hidden.map((_, l) => {
        const { uniforms, biases, forwardWeights } = layers[l];
        const drops = dropout[l + 1] !== undefined;
        return ready(
          gpu,
          maskedLinear({ block: made.block, activation: config.activation, training, dropout: drops }),
          {
            step: ring.binding,
            layer: uniforms,
            masks: table.buffer,
            parameters: biases,
            weights: forwardWeights,
            x: made.activations[l],
            y: made.activations[l + 1],
            ...dropout[l + 1],
          },
        );
      }),
    );
    return made;
  }

  /** A buffer with a value a unit and row, (units, pitch), in training by row behind that, units in whole blocks. */
  values(label: string, units: number, copies = 2): GPUBuffer {
    return this.#shared.gpu.storage(label, copies * 16 * roundUp(units, UNIT_MULTIPLE) * this.pitch);
  }

  /** Where the values to predict begin in x: a row of STEP (shaders/structs.ts). */
  get targets(): number {
    return this.#dropout[0] ? 2 * roundUp(this.#shared.config.inputs, UNIT_MULTIPLE) : 0;
  }

  /** The kernel that fetches a minibatch of `data`. */
  gather(data: GpuRows): Promise<Ready<{ inputs: number; rows: number }>> {
    const { gpu, ring, table } = this.#shared;
    const { bits, order } = data;
    return ready(gpu, gatherBatch({ training: this.#training, dropout: this.#dropout[0] !== undefined }), {
      step: ring.binding,
      data: this.#data,
      bits,
      order,
      masks: table.buffer,
      x: this.activations[0],
      dropout: this.#dropout[0]?.dropout,
    });
  }

  /** The output kernel with one of its epilogues; `outputs` are the buffers this epilogue writes. */
  output(epilogue: Epilogue, outputs: { delta?: GPUBuffer; nll?: GPUBuffer; values?: GPUBuffer }) {
    const { gpu, config, layers, ring, table } = this.#shared;
    const { directConnections } = config;
    const V = layers[config.hidden.length];
    return ready(gpu, maskedOutput({ block: this.block, epilogue, directConnections }), {
      step: ring.binding,
      layer: V.uniforms,
      masks: table.buffer,
      parameters: V.biases,
      weights: V.forwardWeights,
      h: this.activations[config.hidden.length],
      x: this.activations[0],
      directWeights: directConnections ? layers[config.hidden.length + 1].forwardWeights : undefined,
      ...outputs,
    });
  }

  /** Records the hidden layers, from x to h^L. */
  async forward(stream: Stream, rows: number, step: number): Promise<void> {
    for (const [l, kernel] of this.#hidden.entries()) {
      const { units, inputs } = this.#shared.layers[l].shape;
      await kernel.dispatch(stream, { units, rows }, step, workOf(units, inputs, rows));
    }
  }

  free(): void {
    this.#shared.gpu.free(...this.activations, this.nll, this.#data);
  }
}

/** Multiply-adds of a matmul under a staircase: half the dense ones. */
export const workOf = (units: number, inputs: number, rows: number): number => (units * inputs * rows) / 2;
