// The masks that lie on the GPU: slots, each with the tables of one mask, the least recently used replaced first.
// A mask that is still there costs nothing: a fixed set is uploaded once, an endless supply a few kilobytes a step.

import type { Gpu } from "../../gpu/gpu.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";
import { layOutMask, type MaskLayout } from "./staircase.ts";

/** Most bytes the table takes beyond the few slots it cannot do without. */
const TABLE_BYTES = 2 ** 24;
/** Masks that a model is evaluated under though it may have fewer, and most that steps between two submits have. */
const EVALUATED = 32;
const RECORDED = 256;

export class MaskTable {
  readonly buffer: GPUBuffer;
  readonly #capacity: number;
  readonly #gpu: Gpu;
  readonly #config: ResolvedConfig;
  readonly #layout: MaskLayout;
  /** Mask → slot, the least recently used first. */
  readonly #slots = new Map<Mask, number>();
  /** Masks of dispatches that are recorded and not yet submitted: their slots must not change. */
  readonly #open = new Set<Mask>();
  readonly #scratch: Uint32Array;

  /** @param masks how many the model is trained with; may be infinite */
  constructor(gpu: Gpu, config: ResolvedConfig, layout: MaskLayout, masks: number) {
    this.#gpu = gpu;
    this.#config = config;
    this.#layout = layout;
    this.#scratch = new Uint32Array(layout.words);
    const wanted = Math.max(EVALUATED, Math.min(RECORDED, masks)) + 2; // two stay free, see at()
    this.#capacity = Math.max(8, Math.min(wanted, Math.floor(TABLE_BYTES / (4 * layout.words))));
    this.buffer = gpu.storage("masks", 4 * layout.words * this.#capacity);
  }

  /** Where `mask` begins, in words; uploads it where it is not there, and submits first where all slots are in use. */
  async at(stream: Stream, mask: Mask): Promise<number> {
    if (this.#open.size >= this.#capacity - 2) await stream.submit();
    const slot = this.#slots.get(mask) ?? this.#upload(mask);
    this.#slots.delete(mask);
    this.#slots.set(mask, slot);
    this.#open.add(mask);
    return slot * this.#layout.words;
  }

  /** A stream calls this when it submits. */
  readonly submitted = (): void => this.#open.clear();

  #upload(mask: Mask): number {
    let slot = this.#slots.size;
    if (slot === this.#capacity) {
      const [oldest, its] = this.#slots.entries().next().value!;
      this.#slots.delete(oldest);
      slot = its;
    }
    layOutMask(this.#config, this.#layout, mask, this.#scratch);
    this.#gpu.upload(this.buffer, this.#scratch, 4 * this.#layout.words * slot);
    return slot;
  }
}
