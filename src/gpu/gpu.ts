// The GPU as this package uses it: a device (the caller's or its own), labelled buffers that are counted, uploads,
// read-backs, and one truth about whether the device is still there. Knows nothing of MADE.

import { DeviceLostError, GpuValidationError, MadeError, NoDeviceError, OutOfMemoryError } from "../errors.ts";

/** Software adapters run shaders on the processor: other shapes are fast there. Those not known pass for lavapipe. */
export type AdapterKind = "lavapipe" | "swiftshader" | "hardware";

export interface OpenOptions {
  /** A device of the caller's, which is never destroyed here. Left out: one of our own. */
  device?: GPUDevice;
  /** Whether {@link device} is handed over: it is destroyed with this then. */
  own?: boolean;
  /** Where to look for an adapter; default `navigator.gpu`. */
  gpu?: GPU;
}

const WANTED_FEATURES: readonly GPUFeatureName[] = ["timestamp-query", "subgroups", "shader-f16"];
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Asks for a device with whatever of the wanted features and limits the adapter has. @throws NoDeviceError */
export async function requestOwnDevice(gpu: GPU | undefined, options?: GPURequestAdapterOptions): Promise<GPUDevice> {
  if (!gpu) throw new NoDeviceError("WebGPU is not available here: expected navigator.gpu, got undefined");
  const adapter = await gpu.requestAdapter(options);
  if (!adapter) throw new NoDeviceError("WebGPU found no adapter: expected a GPU or a software one, got none");
  const requiredLimits: Record<string, number> = {};
  for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name];
  try {
    return await adapter.requestDevice({
      label: "made-webgpu",
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits,
    });
  } catch (cause) {
    throw new NoDeviceError(`the adapter ${describe(adapter.info)} gave no device`, { cause });
  }
}

/**
 * A GPUDevice of the browser's with every feature and limit that a model can use, to hand to several of them or to keep when
 * they are disposed. The caller closes it with `destroy()`. In Node the same comes from `made-webgpu/node`.
 * @param options the adapter to ask for, as in `navigator.gpu.requestAdapter`
 * @throws NoDeviceError where there is no WebGPU, no adapter or no device
 */
export const requestDevice = (options?: GPURequestAdapterOptions): Promise<GPUDevice> =>
  requestOwnDevice(globalThis.navigator?.gpu, options);

export class Gpu {
  readonly device: GPUDevice;
  readonly kind: AdapterKind;
  /** Fewest invocations a subgroup has; 0 where kernels may not use subgroup operations. */
  readonly subgroupSize: number;
  /** The adapter in words, for people. */
  readonly name: string;
  readonly #own: boolean;
  readonly #buffers = new Map<GPUBuffer, number>();
  #lost: string | undefined;
  #failure: MadeError | undefined;

  private constructor(device: GPUDevice, own: boolean) {
    this.device = device;
    this.#own = own;
    this.name = describe(device.adapterInfo);
    this.kind = kindOf(device.adapterInfo);
    // Every subgroup has quads, also where an adapter keeps its size to itself.
    this.subgroupSize = device.features.has("subgroups") ? (device.adapterInfo?.subgroupMinSize ?? 4) : 0;
    // After a loss nothing throws any more: reads would give zeros. This flag is what every call looks at.
    device.lost.then(({ reason, message }) => {
      this.#lost ??= `the GPU device was lost (${reason || "unknown"}): ${message || "no reason given"}`;
    });
    if (own) device.addEventListener("uncapturederror", ({ error }) => this.fail(asMadeError(error)));
  }

  static async open({ device, own, gpu = globalThis.navigator?.gpu }: OpenOptions = {}): Promise<Gpu> {
    const opened = new Gpu(device ?? (await requestOwnDevice(gpu)), own ?? device === undefined);
    // A device that is already lost says so in the next turn of the event loop.
    await Promise.resolve();
    opened.check();
    return opened;
  }

  /** Bytes in live buffers made here. */
  get liveBytes(): number {
    let sum = 0;
    for (const bytes of this.#buffers.values()) sum += bytes;
    return sum;
  }

  /** @throws DeviceLostError or the first error that the device reported on its own. */
  check(): void {
    if (this.#lost) throw new DeviceLostError(this.#lost);
    if (this.#failure) throw this.#failure;
  }

  /** Remembers an error that surfaced outside a call; the next {@link check} throws it. */
  fail(error: MadeError): void {
    this.#failure ??= error;
  }

  /** A zeroed buffer of `bytes` (rounded up to a multiple of 16). */
  buffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    this.check();
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit = usage & GPUBufferUsage.STORAGE ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (size > limit)
      throw new OutOfMemoryError(`buffer ${label} needs ${size} bytes, but ${this.name} allows ${limit} in one`);
    const buffer = this.device.createBuffer({ label, size, usage });
    this.#buffers.set(buffer, size);
    return buffer;
  }

  /** A storage buffer that can be copied from and to. */
  storage(label: string, bytes: number): GPUBuffer {
    return this.buffer(label, bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  }

  /** A storage buffer with these contents. */
  storageOf(label: string, data: Uint32Array | Float32Array): GPUBuffer {
    const buffer = this.storage(label, data.byteLength);
    this.upload(buffer, data);
    return buffer;
  }

  /** A uniform buffer with these contents. */
  uniformOf(label: string, data: Uint32Array | DataView): GPUBuffer {
    const buffer = this.buffer(label, data.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    this.upload(buffer, data);
    return buffer;
  }

  upload(buffer: GPUBuffer, data: ArrayBufferView, offset = 0): void {
    this.check();
    this.device.queue.writeBuffer(buffer, offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  /** Copies `bytes` of a buffer to the host, after everything submitted so far. */
  async download(source: GPUBuffer, bytes: number, offset = 0): Promise<ArrayBuffer> {
    const staging = this.buffer(`${source.label}-read-back`, bytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ);
    try {
      const encoder = this.device.createCommandEncoder({ label: `read-${source.label}` });
      encoder.copyBufferToBuffer(source, offset, staging, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      return await this.takeMapped(staging, bytes);
    } finally {
      this.free(staging);
    }
  }

  /** Maps a buffer that a submitted copy fills, copies it out and unmaps it. A lost device is an error, never zeros. */
  async takeMapped(staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, Math.ceil(bytes / 4) * 4);
    } catch (cause) {
      // The usual cause is a loss, and its news may come after the rejection.
      await Promise.race([this.device.lost, wait(LOSS_NEWS_MS)]);
      await wait(0);
      this.check();
      throw new MadeError("read-back-failed", `reading ${staging.label} back failed`, { cause });
    }
    this.check();
    const copy = staging.getMappedRange(0, Math.ceil(bytes / 4) * 4).slice(0, bytes);
    staging.unmap();
    return copy;
  }

  /** Waits until what was submitted is done. */
  async idle(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    this.check();
  }

  /** Runs `make` and reports what the device says of it: validation and memory errors become exceptions. */
  async scoped<T>(make: () => T | Promise<T>): Promise<T> {
    this.check();
    const { device } = this;
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    let result: T | undefined;
    let thrown: unknown;
    try {
      result = await make();
    } catch (error) {
      thrown = error;
    }
    const memory = await device.popErrorScope();
    const validation = await device.popErrorScope();
    await wait(0); // a loss is told in a later turn than what it breaks
    this.check();
    if (memory) throw new OutOfMemoryError(`${this.name}: ${memory.message} (${this.liveBytes} bytes in use)`);
    if (thrown) throw thrown;
    if (validation) throw new GpuValidationError(validation.message);
    return result as T;
  }

  free(...buffers: (GPUBuffer | undefined)[]): void {
    for (const buffer of buffers) if (buffer && this.#buffers.delete(buffer)) buffer.destroy();
  }

  /** Frees every buffer made here, and the device if it is our own. */
  dispose(): void {
    this.free(...this.#buffers.keys());
    if (this.#own) this.device.destroy();
    this.#lost ??= "the GPU device was lost (destroyed): it was disposed";
  }
}

/** What an adapter calls itself: its description where it has one, else vendor and architecture. */
export function describe(info: GPUAdapterInfo | undefined): string {
  if (!info) return "an adapter without a name"; // older browsers tell nothing of it
  const words = [info.vendor, info.architecture, info.device].filter(Boolean).join(" ");
  return info.description || words || "an adapter without a name";
}

/** Whether an adapter runs on the processor. */
export const isSoftware = (info: GPUAdapterInfo | undefined): boolean => kindOf(info) !== "hardware";

/** SwiftShader, lavapipe, WARP or a GPU, by what they say of themselves. */
function kindOf(info: GPUAdapterInfo | undefined): AdapterKind {
  if (!info) return "hardware";
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  if (words.includes("swiftshader")) return "swiftshader";
  const software = /llvmpipe|lavapipe|softpipe|software|warp|basic render/.test(words);
  return software || info.isFallbackAdapter === true ? "lavapipe" : "hardware";
}

/** How long the news of a lost device may take to arrive after what it broke, in milliseconds. */
const LOSS_NEWS_MS = 2000;

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const asMadeError = (error: GPUError): MadeError =>
  error instanceof GPUOutOfMemoryError ? new OutOfMemoryError(error.message) : new GpuValidationError(error.message);
