// One weight matrix on the GPU: its values and moments in home order, and the working copies in degree order that the
// matmuls read. Knows how canonical values lie in its buffers.

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
  /** Floats of parameters, as of each moment: weights (inputPitch, unitPitch), then bias (unitPitch). */
  readonly size: number;
  readonly uniforms: GPUBuffer;
  readonly parameters: GPUBuffer; // (size): places beyond units and inputs stay 0
  readonly forwardWeights: GPUBuffer; // (inputPitch, unitPitch): rows beyond the inputs stay 0
  readonly backwardWeights: GPUBuffer | undefined; // (unitPitch, inputPitch): so here
  readonly #gpu: Gpu;
  readonly #unitPitch: number;
  readonly #inputPitch: number;
  readonly #unitsAtHome: Uint32Array;
  readonly #inputsAtHome: Uint32Array;
  #moments: GPUBuffer[] = []; // each (size)
  #kept: GPUBuffer | undefined; // (size)

  /** `home`: the canonical unit at each place of the home order, for every layer of units. */
  constructor(gpu: Gpu, shape: LayerShape, home: readonly Uint32Array[]) {
    const { name, units, inputs, below, tables } = shape;
    this.#gpu = gpu;
    this.shape = shape;
    this.hasBias = name !== "A";
    this.goesOn = below > 0;
    const unitPitch = roundUp(units, UNIT_MULTIPLE);
    const inputPitch = roundUp(inputs, UNIT_MULTIPLE);
    this.size = (inputPitch + (this.hasBias ? 1 : 0)) * unitPitch;
    this.#unitPitch = unitPitch;
    this.#inputPitch = inputPitch;
    this.#unitsAtHome = home[shape.above];
    this.#inputsAtHome = home[below];
    const uniforms = new DataView(new ArrayBuffer(LAYER.size));
    LAYER.pack({ units, inputs, unitPitch, inputPitch, ...tables }, uniforms);
    this.uniforms = gpu.uniformOf(`${name}-layer`, uniforms);
    this.parameters = gpu.storage(`${name}-parameters`, 4 * this.size);
    this.forwardWeights = gpu.storage(`${name}-forward-weights`, 4 * inputPitch * unitPitch);
    this.backwardWeights = this.goesOn
      ? gpu.storage(`${name}-backward-weights`, 4 * unitPitch * inputPitch)
      : undefined;
  }

  /** Canonical weights (units, inputs) and biases (units) as they lie in the buffers, (size). */
  toHome(weights: Float32Array, bias?: Float32Array): Float32Array {
    const { inputs } = this.shape;
    const values = new Float32Array(this.size);
    this.#inputsAtHome.forEach((input, k) => {
      const row = k * this.#unitPitch;
      this.#unitsAtHome.forEach((unit, u) => {
        values[row + u] = weights[unit * inputs + input];
      });
    });
    this.#unitsAtHome.forEach((unit, u) => {
      if (bias) values[this.#inputPitch * this.#unitPitch + u] = bias[unit];
    });
    return values;
  }

  /** The way back: what lies in a buffer, (size), as canonical weights (units, inputs) and biases (units). */
  fromHome(values: Float32Array): { weights: Float32Array; bias: Float32Array | undefined } {
    const { units, inputs } = this.shape;
    const weights = new Float32Array(units * inputs);
    const bias = this.hasBias ? new Float32Array(units) : undefined;
    this.#inputsAtHome.forEach((input, k) => {
      const row = k * this.#unitPitch;
      this.#unitsAtHome.forEach((unit, u) => {
        weights[unit * inputs + input] = values[row + u];
      });
    });
    this.#unitsAtHome.forEach((unit, u) => {
      if (bias) bias[unit] = values[this.#inputPitch * this.#unitPitch + u];
    });
    return { weights, bias };
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
    this.#kept ??= this.#gpu.storage(`${this.shape.name}-kept`, 4 * this.size);
    encoder.copyBufferToBuffer(this.parameters, 0, this.#kept, 0, 4 * this.size);
  }

  /** Records putting the kept parameters back. */
  restore(encoder: GPUCommandEncoder): void {
    if (this.#kept) encoder.copyBufferToBuffer(this.#kept, 0, this.parameters, 0, 4 * this.size);
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
