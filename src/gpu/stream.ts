// A stream of dispatches cut into submits of a bearable length: long enough to cost nothing, short enough that a
// desktop stays usable, a watchdog never fires, and abort and loss are noticed soon. Where it is cut changes no bit.

import type { Gpu } from "./gpu.ts";
import type { Group, Kernel } from "./kernel.ts";
import type { Bindings } from "./kernel-spec.ts";
import type { Profile } from "./profile.ts";

export interface StreamOptions {
  /** How long one submit should take, in milliseconds (default 40). */
  budget?: number;
  /** Measures every dispatch; slow, for profiling. */
  profile?: Profile;
}

/** Submits that may be under way at once: one runs while the next is recorded. */
const IN_FLIGHT = 2;
/** A dispatch costs about as much as this many multiply-adds, however small it is. */
const DISPATCH_WORK = { lavapipe: 100_000, swiftshader: 50_000, hardware: 5_000_000 };
/** Multiply-adds a millisecond that a new stream reckons with until it has measured. */
const FIRST_RATE = { lavapipe: 1_000_000, swiftshader: 500_000, hardware: 100_000_000 };

/** Multiply-adds a millisecond as last measured on each device. */
const rates = new WeakMap<GPUDevice, number>();

export class Stream {
  readonly #gpu: Gpu;
  readonly #budget: number;
  readonly #profile: Profile | undefined;
  readonly #pending: Promise<void>[] = [];
  readonly #beforeSubmit: (() => void)[] = [];
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #work = 0;
  #lastDone = 0;
  /** Submits so far. */
  submits = 0;

  constructor(gpu: Gpu, { budget = 40, profile }: StreamOptions = {}) {
    this.#gpu = gpu;
    this.#budget = budget;
    this.#profile = profile;
  }

  /** Whether the open submit has reached its length. */
  get full(): boolean {
    return this.#work >= this.#budget * (rates.get(this.#gpu.device) ?? FIRST_RATE[this.#gpu.kind]);
  }

  /** Calls `hook` just before every submit, to upload what the recorded dispatches read. */
  onSubmit(hook: () => void): void {
    this.#beforeSubmit.push(hook);
  }

  /** Records one dispatch of about `work` multiply-adds; submits what is there where that would be too long. */
  async dispatch<B extends Bindings, S>(kernel: Kernel<B, S>, group: Group<B>, size: S, offset: number, work: number) {
    if (this.full) await this.submit();
    this.#encoder ??= this.#gpu.device.createCommandEncoder({ label: "stream" });
    if (this.#profile) {
      this.#profile.measure(this.#encoder, kernel.spec.label, (pass) => kernel.record(pass, group, size, offset));
    } else {
      this.#pass ??= this.#encoder.beginComputePass({ label: "stream" });
      kernel.record(this.#pass, group, size, offset);
    }
    this.#work += work + DISPATCH_WORK[this.#gpu.kind];
  }

  /** Records a copy after the dispatches so far. */
  copy(from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): void {
    this.#encoder ??= this.#gpu.device.createCommandEncoder({ label: "stream" });
    this.#endPass();
    this.#encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes);
  }

  /** Submits what was recorded, and waits where too many submits are under way. */
  async submit(): Promise<void> {
    this.#gpu.check();
    if (!this.#encoder) return;
    this.#endPass();
    for (const hook of this.#beforeSubmit) hook();
    const work = this.#work;
    const started = performance.now();
    this.#gpu.device.queue.submit([this.#encoder.finish()]);
    this.submits++;
    this.#encoder = undefined;
    this.#work = 0;
    this.#pending.push(this.#gpu.device.queue.onSubmittedWorkDone().then(() => this.#measure(work, started)));
    while (this.#pending.length >= IN_FLIGHT) await this.#pending.shift();
    await this.#profile?.collect();
    this.#gpu.check();
  }

  /** Submits what was recorded and waits for all of it. */
  async drain(): Promise<void> {
    await this.submit();
    await Promise.all(this.#pending.splice(0));
    this.#gpu.check();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  #measure(work: number, started: number): void {
    const now = performance.now();
    const rate = work / Math.max(0.05, now - Math.max(started, this.#lastDone));
    this.#lastDone = now;
    const known = rates.get(this.#gpu.device);
    // At most fourfold a submit: the first ones also measure compilation and page faults.
    const bounded = known === undefined ? rate : Math.min(4 * known, Math.max(known / 4, rate));
    rates.set(this.#gpu.device, known === undefined ? bounded : (known + bounded) / 2);
  }
}
