// One weight matrix on the GPU: its values and moments in home order, and the working copies in degree order that the
// matmuls read. Knows how canonical values lie in its buffers.

import { UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { LAYER } from "../../../shaders/structs.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { roundUp } from "../../gpu/kernel-spec.ts";
import type { LayerShape } from "./staircase.ts";

/** Values of a layer's parameters, or of one of their moments, in canonical order. */
export interface CanonicalValues<Numbers = Float32Array> {
  readonly weights: Numbers; // (units, inputs)
  readonly bias?: Numbers; // (units)
  readonly connectivity?: Numbers; // (units, inputs)
}

export class Layer {
  readonly shape: LayerShape;
  /** A has no bias. */
  readonly hasBias: boolean;
  /** Whether a gradient goes on through this matrix to units below that are hidden. */
  readonly goesOn: boolean;
  /** Whether there are connectivity weights U beside the weights. */
  readonly hasConnectivity: boolean;
  /** Floats of parameters, as of each moment: weights (inputPitch, unitPitch), bias (unitPitch), U as the weights. */
  readonly size: number;
  readonly uniforms: GPUBuffer;
  readonly parameters: GPUBuffer; // (size): places beyond units and inputs stay 0
  /** What the forward pass reads biases from: the parameters, or with U the biases under the present mask, (unitPitch). */
  readonly biases: GPUBuffer;
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
  constructor(gpu: Gpu, shape: LayerShape, home: readonly Uint32Array[], conditionOnMask: boolean) {
    const { name, units, inputs, below, tables } = shape;
    this.#gpu = gpu;
    this.shape = shape;
    this.hasBias = name !== "A";
    this.hasConnectivity = conditionOnMask && this.hasBias;
    this.goesOn = below > 0;
    const unitPitch = roundUp(units, UNIT_MULTIPLE);
    const inputPitch = roundUp(inputs, UNIT_MULTIPLE);
    this.size = (inputPitch + (this.hasBias ? 1 : 0) + (this.hasConnectivity ? inputPitch : 0)) * unitPitch;
    this.#unitPitch = unitPitch;
    this.#inputPitch = inputPitch;
    this.#unitsAtHome = home[shape.above];
    this.#inputsAtHome = home[below];
    const uniforms = new DataView(new ArrayBuffer(LAYER.size));
    const biasAt = this.hasConnectivity ? 0 : inputPitch * unitPitch;
    LAYER.pack({ units, inputs, unitPitch, inputPitch, biasAt, ...tables }, uniforms);
    this.uniforms = gpu.uniformOf(`${name}-layer`, uniforms);
    this.parameters = gpu.storage(`${name}-parameters`, 4 * this.size);
    this.biases = this.hasConnectivity ? gpu.storage(`${name}-biases`, 4 * unitPitch) : this.parameters;
    this.forwardWeights = gpu.storage(`${name}-forward-weights`, 4 * inputPitch * unitPitch);
    this.backwardWeights = this.goesOn
      ? gpu.storage(`${name}-backward-weights`, 4 * unitPitch * inputPitch)
      : undefined;
  }

  /** Canonical weights (units, inputs), biases (units) and connectivity weights as they lie in the buffers, (size). */
  toHome({ weights, bias, connectivity }: CanonicalValues<ArrayLike<number>>): Float32Array {
    const values = new Float32Array(this.size);
    const { weightsAt, biasAt, connectivityAt } = this.#starts();
    this.#eachWeight((canonical, home) => {
      values[weightsAt + home] = weights[canonical];
      if (connectivity) values[connectivityAt + home] = connectivity[canonical];
    });
    this.#unitsAtHome.forEach((unit, u) => {
      if (bias) values[biasAt + u] = bias[unit];
    });
    return values;
  }

  /** The way back from what lies in a buffer, (size). */
  fromHome(values: Float32Array): CanonicalValues {
    const { units, inputs } = this.shape;
    const { weightsAt, biasAt, connectivityAt } = this.#starts();
    const weights = new Float32Array(units * inputs);
    const bias = this.hasBias ? new Float32Array(units) : undefined;
    const connectivity = this.hasConnectivity ? new Float32Array(units * inputs) : undefined;
    this.#eachWeight((canonical, home) => {
      weights[canonical] = values[weightsAt + home];
      if (connectivity) connectivity[canonical] = values[connectivityAt + home];
    });
    this.#unitsAtHome.forEach((unit, u) => {
      if (bias) bias[unit] = values[biasAt + u];
    });
    return { weights, bias, connectivity };
  }

  /** Where each part begins in a buffer. */
  #starts() {
    const matrix = this.#inputPitch * this.#unitPitch;
    return { weightsAt: 0, biasAt: matrix, connectivityAt: matrix + this.#unitPitch };
  }

  /** Index of every weight in the canonical matrix, and in the one that lies in the buffers. */
  #eachWeight(visit: (canonical: number, home: number) => void): void {
    const { inputs } = this.shape;
    this.#inputsAtHome.forEach((input, k) => {
      const row = k * this.#unitPitch;
      this.#unitsAtHome.forEach((unit, u) => {
        visit(unit * inputs + input, row + u);
      });
    });
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
      this.hasConnectivity ? this.biases : undefined,
      this.forwardWeights,
      this.backwardWeights,
      this.#kept,
      ...this.#moments,
    );
  }
}
