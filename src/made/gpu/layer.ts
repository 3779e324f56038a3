// One weight matrix on the GPU: its canonical values and moments, and the working copies in degree order that the
// matmuls read. Knows its kernels that concern weights alone: arranging the copies.

import { UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { LAYER } from "../../../shaders/structs.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { roundUp } from "../../gpu/kernel-spec.ts";
import type { LayerShape } from "./staircase.ts";

export class Layer {
  readonly shape: LayerShape;
  /** A has no bias. */
  readonly hasBias: boolean;
  /** Whether a gradient goes on through this matrix to units below that are hidden. */
  readonly goesOn: boolean;
  /** Number of parameters: weights (units, inputs), row-major, then bias (units). */
  readonly size: number;
  readonly uniforms: GPUBuffer;
  readonly parameters: GPUBuffer; // (size)
  readonly forwardWeights: GPUBuffer; // (inputPitch, unitPitch): rows beyond the inputs stay 0
  readonly backwardWeights: GPUBuffer | undefined; // (unitPitch, inputPitch): so here
  readonly #gpu: Gpu;
  #moments: GPUBuffer[] = []; // each (size)
  #kept: GPUBuffer | undefined; // (size)

  constructor(gpu: Gpu, shape: LayerShape) {
    const { name, units, inputs, below, tables } = shape;
    this.#gpu = gpu;
    this.shape = shape;
    this.hasBias = name !== "A";
    this.goesOn = below > 0;
    this.size = units * inputs + (this.hasBias ? units : 0);
    const unitPitch = roundUp(units, UNIT_MULTIPLE);
    const inputPitch = roundUp(inputs, UNIT_MULTIPLE);
    const uniforms = new DataView(new ArrayBuffer(LAYER.size));
    LAYER.pack({ units, inputs, unitPitch, inputPitch, ...tables }, uniforms);
    this.uniforms = gpu.uniformOf(`${name}-layer`, uniforms);
    this.parameters = gpu.storage(`${name}-parameters`, 4 * this.size);
    this.forwardWeights = gpu.storage(`${name}-forward-weights`, 4 * inputPitch * unitPitch);
    this.backwardWeights = this.goesOn
      ? gpu.storage(`${name}-backward-weights`, 4 * unitPitch * inputPitch)
      : undefined;
  }

  /** The moment buffers of the optimiser, as many as it keeps; made when first asked for. */
  moments(count: number): readonly GPUBuffer[] {
    while (this.#moments.length < count)
      this.#moments.push(this.#gpu.storage(`${this.shape.name}-moment${this.#moments.length + 1}`, 4 * this.size));
    return this.#moments.slice(0, count);
  }

  /** Records setting all moments to zero. */
  clearMoments(encoder: GPUCommandEncoder): void {
    for (const moment of this.#moments) encoder.clearBuffer(moment);
  }

  /** Records keeping a copy of the parameters. */
  keep(encoder: GPUCommandEncoder): void {
    encoder.copyBufferToBuffer(this.parameters, 0, this.kept, 0, 4 * this.size);
  }

  /** Where {@link keep} keeps them; made when first asked for. */
  get kept(): GPUBuffer {
    this.#kept ??= this.#gpu.storage(`${this.shape.name}-kept`, 4 * this.size);
    return this.#kept;
  }

  /** Records exchanging the parameters and the kept ones, by way of `scratch`, which has room for them. */
  swap(encoder: GPUCommandEncoder, scratch: GPUBuffer): void {
    const { parameters, kept } = this;
    encoder.copyBufferToBuffer(parameters, 0, scratch, 0, 4 * this.size);
    encoder.copyBufferToBuffer(kept, 0, parameters, 0, 4 * this.size);
    encoder.copyBufferToBuffer(scratch, 0, kept, 0, 4 * this.size);
  }

  free(): void {
    this.#gpu.free(
      this.uniforms,
      this.parameters,
      this.forwardWeights,
      this.backwardWeights,
      this.#kept,
      ...this.#moments,
    );
  }
}
