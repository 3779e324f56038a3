// Rows that lie on the GPU as they are packed, and the order in which they are visited.

import type { Gpu } from "../../gpu/gpu.ts";
import type { LoadedRows } from "../network.ts";
import type { BinaryRows } from "../rows.ts";

export class GpuRows implements LoadedRows {
  readonly rows: number;
  readonly bits: GPUBuffer; // (rows, words a row)
  readonly order: GPUBuffer; // (rows)
  readonly #gpu: Gpu;
  /** Whether `order` is 0, 1, 2 … */
  #own = false;

  constructor(gpu: Gpu, { rows, words }: BinaryRows) {
    this.#gpu = gpu;
    this.rows = rows;
    this.bits = gpu.storageOf("rows", words);
    this.order = gpu.storage("row-order", 4 * rows);
    this.inOwnOrder();
  }

  /** Visits the rows in the order of an epoch, (rows). */
  inOrder(order: Uint32Array): void {
    this.#gpu.upload(this.order, order);
    this.#own = false;
  }

  /** Visits the rows as they came. */
  inOwnOrder(): void {
    if (this.#own) return;
    this.#gpu.upload(
      this.order,
      Uint32Array.from({ length: this.rows }, (_, r) => r),
    );
    this.#own = true;
  }

  dispose(): void {
    this.#gpu.free(this.bits, this.order);
  }
}
