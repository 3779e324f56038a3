// The per-step uniforms: a ring that is filled on the host while steps are recorded and uploaded once a submit.
// Dispatches find their step by dynamic offset, so nothing is bound or written anew for a step.

import { STEP } from "../../../shaders/structs.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import type { Stream } from "../../gpu/stream.ts";

/** Dynamic offsets are multiples of this on every adapter at default limits. */
const STRIDE = 256;

type StepValues = Parameters<typeof STEP.pack>[0];

/** Values that only training needs, as they stand in every other step. */
const NO_TRAINING = {
  number: 0,
  targets: 0,
  inverseRows: 0,
  stepSize: 0,
  gradientStep: 0,
  secondMomentScale: 0,
  beta1: 0,
  beta2: 0,
  gain1: 0,
  gain2: 0,
  epsilon: 0,
  weightDecay: 0,
  initialAccumulator: 0,
  hiddenRest: 0,
};

type TrainingFields = keyof typeof NO_TRAINING;

export class StepRing {
  /** Steps that may be recorded between two submits. */
  readonly capacity: number;
  readonly buffer: GPUBuffer;
  readonly #gpu: Gpu;
  readonly #host: DataView<ArrayBuffer>;
  #next = 0;
  #recorded = 0;

  constructor(gpu: Gpu, capacity = 256) {
    this.#gpu = gpu;
    this.capacity = capacity;
    this.#host = new DataView(new ArrayBuffer(STRIDE * capacity));
    this.buffer = gpu.buffer("steps", STRIDE * capacity, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  }

  /** What a bind group sees of the ring: one step. */
  get binding(): GPUBufferBinding {
    return { buffer: this.buffer, offset: 0, size: STEP.size };
  }

  /** Adds a step and gives its dynamic offset; submits first where the ring would bite its tail. */
  async add(stream: Stream, values: Omit<StepValues, TrainingFields> & Partial<StepValues>): Promise<number> {
    // One slot stays free: a step that was cut in two still has its uniforms when its second half is submitted.
    if (this.#recorded === this.capacity - 1) await stream.submit();
    const offset = this.#next * STRIDE;
    STEP.pack({ ...NO_TRAINING, ...values }, this.#host, offset);
    this.#next = (this.#next + 1) % this.capacity;
    this.#recorded++;
    return offset;
  }

  /** Uploads the steps recorded since the last upload; a stream calls this before it submits. */
  readonly upload = (): void => {
    if (this.#recorded === 0) return;
    const first = (this.#next - this.#recorded + this.capacity) % this.capacity;
    const head = Math.min(this.#recorded, this.capacity - first);
    this.#write(first, head);
    this.#write(0, this.#recorded - head);
    this.#recorded = 0;
  };

  #write(first: number, steps: number): void {
    if (steps > 0)
      this.#gpu.upload(this.buffer, new Uint8Array(this.#host.buffer, first * STRIDE, steps * STRIDE), first * STRIDE);
  }
}
