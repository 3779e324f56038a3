// The buffers of a walk that draws rows, for up to `capacity` rows at a time: values, numbers, the packed triangle, and the
// steps of the walk, which are uploaded as they are submitted.

import { MOST_ROWS_A_BLOCK } from "../../../shaders/ancestral-push.ts";
import { WALK } from "../../../shaders/structs.ts";
import { ceilDiv, roundUp } from "../../gpu/kernel-spec.ts";
import { linksOf, planWords, valuesLayout } from "./walk-plan.ts";
import type { Shared } from "./workspace.ts";

/** Dynamic offsets are multiples of this on every adapter at default limits. */
const STRIDE = 256;

type WalkValues = Parameters<typeof WALK.pack>[0];

/** What differs between the steps of a walk, as it stands where a kernel does not look at it. */
const NOTHING = {
  begin: 0,
  end: 0,
  entries: 0,
  first: 0,
  last: 0,
  belowAt: 0,
  onto: 0,
  until: 0,
  aboveAt: 0,
  fresh: 0,
};

/** What does not. */
export type WalkConstants = Omit<WalkValues, keyof typeof NOTHING>;

export class DrawSpace {
  readonly capacity: number;
  /** Where the values of x, h¹ … hᴸ, z and what comes through A begin, in units. */
  readonly starts: readonly number[];
  readonly plan: GPUBuffer;
  readonly triangle: GPUBuffer;
  readonly rows: GPUBuffer; // (capacity) of vec4u
  readonly uniforms: GPUBuffer; // (D, 4 · pitch)
  readonly values: GPUBuffer; // (units of all layers, 4 · pitch)
  readonly logp: GPUBuffer; // (capacity) of vec2f
  readonly #shared: Shared;
  readonly #block: number;
  readonly #weights: number;
  readonly #steps: GPUBuffer;
  readonly #host: DataView<ArrayBuffer>;
  #numbers: GPUBuffer | undefined; // (capacity, D)
  #constants: WalkConstants | undefined;
  #added = 0;
  #sent = 0;

  /** @param weights of the triangle, in vec4s, and at least @param size positions a block */
  constructor(shared: Shared, capacity: number, weights: number, size: number) {
    const { gpu, config } = shared;
    const { inputs: D } = config;
    this.#shared = shared;
    this.capacity = capacity;
    this.#block = size;
    this.#weights = weights;
    const row = roundUp(capacity, MOST_ROWS_A_BLOCK);
    this.starts = valuesLayout(config);
    const blocks = ceilDiv(D, size);
    const links = linksOf(config).length;
    const steps = 1 + 2 * links + blocks * (1 + links);
    this.#host = new DataView(new ArrayBuffer(STRIDE * steps));
    this.#steps = gpu.buffer("walk-steps", STRIDE * steps, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.plan = gpu.storage("walk-plan", 4 * planWords(config));
    this.triangle = gpu.storage("walk-triangle", 16 * weights);
    this.rows = gpu.storage("walk-rows", 16 * capacity);
    this.uniforms = gpu.storage("walk-uniforms", 4 * D * row);
    this.values = gpu.storage("walk-values", 4 * this.starts.at(-1)! * row);
    this.logp = gpu.storage("walk-logp", 8 * capacity);
  }

  /** Whether a walk of so many rows, weights inside the blocks and positions a block can be made here. */
  fits(capacity: number, weights: number, size: number): boolean {
    return capacity <= this.capacity && weights <= this.#weights && size >= this.#block;
  }

  /** What a bind group sees of the steps: one. */
  get binding(): GPUBufferBinding {
    return { buffer: this.#steps, offset: 0, size: WALK.size };
  }

  /** Room for a caller's own numbers; made when first asked for. */
  numbers(): GPUBuffer {
    this.#numbers ??= this.#shared.gpu.storage("walk-numbers", 4 * this.capacity * this.#shared.config.inputs);
    return this.#numbers;
  }

  /** Begins the steps of a walk; those of the one before must have been submitted. */
  begin(constants: WalkConstants): void {
    this.#constants = constants;
    this.#added = 0;
    this.#sent = 0;
  }

  /** Adds a step to the walk and gives its dynamic offset. */
  step(values: Partial<typeof NOTHING>): number {
    const offset = STRIDE * this.#added++;
    WALK.pack({ ...NOTHING, ...this.#constants!, ...values }, this.#host, offset);
    return offset;
  }

  /** Uploads the steps added since the last upload; a stream calls this before it submits. */
  readonly upload = (): void => {
    const from = STRIDE * this.#sent;
    const bytes = STRIDE * this.#added - from;
    if (bytes > 0) this.#shared.gpu.upload(this.#steps, new Uint8Array(this.#host.buffer, from, bytes), from);
    this.#sent = this.#added;
  };

  free(): void {
    const { plan, triangle, rows, uniforms, values, logp } = this;
    this.#shared.gpu.free(plan, triangle, rows, uniforms, values, logp, this.#steps, this.#numbers);
  }
}
