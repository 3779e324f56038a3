// Where the time goes: every dispatch in a pass of its own between two timestamps, summed by kernel.
// Needs the feature timestamp-query; slows down what it measures, so it is for profiling alone.

import { MadeError } from "../errors.ts";
import type { Gpu } from "./gpu.ts";

const CAPACITY = 512;

export class Profile {
  /** Milliseconds and dispatches by kernel label. */
  readonly totals = new Map<string, { milliseconds: number; dispatches: number }>();
  readonly #gpu: Gpu;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #labels: string[] = [];

  constructor(gpu: Gpu) {
    if (!gpu.device.features.has("timestamp-query"))
      throw new MadeError("no-timestamps", `${gpu.name} has no timestamp-query: kernels cannot be timed one by one`);
    this.#gpu = gpu;
    this.#queries = gpu.device.createQuerySet({ label: "profile", type: "timestamp", count: 2 * CAPACITY });
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    this.#resolved = gpu.buffer("profile-timestamps", 16 * CAPACITY, usage);
  }

  /** Records one dispatch between two timestamps. */
  measure(encoder: GPUCommandEncoder, label: string, record: (pass: GPUComputePassEncoder) => void): void {
    const at = 2 * this.#labels.length;
    if (at >= 2 * CAPACITY) throw new MadeError("profile-full", `more than ${CAPACITY} dispatches in one submit`);
    const timestampWrites = { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    const pass = encoder.beginComputePass({ label, timestampWrites });
    record(pass);
    pass.end();
    this.#labels.push(label);
  }

  /** Adds up what the submits since the last call measured. */
  async collect(): Promise<void> {
    const labels = this.#labels;
    if (labels.length === 0) return;
    this.#labels = [];
    const encoder = this.#gpu.device.createCommandEncoder({ label: "profile-resolve" });
    encoder.resolveQuerySet(this.#queries, 0, 2 * labels.length, this.#resolved, 0);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const times = new BigUint64Array(await this.#gpu.download(this.#resolved, 16 * labels.length));
    labels.forEach((label, i) => {
      const total = this.totals.get(label) ?? { milliseconds: 0, dispatches: 0 };
      total.milliseconds += Number(times[2 * i + 1] - times[2 * i]) / 1e6;
      total.dispatches++;
      this.totals.set(label, total);
    });
  }

  dispose(): void {
    this.#queries.destroy();
    this.#gpu.free(this.#resolved);
  }
}
