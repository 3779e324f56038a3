// A pipeline made from a kernel spec, with an explicit layout derived from its bindings. Kernels only record into
// the caller's pass; they never submit. One device compiles a kernel once, however many models use it.

import { GpuValidationError } from "../errors.ts";
import type { Gpu } from "./gpu.ts";
import type { Bindings, KernelSpec } from "./kernel-spec.ts";

/** The part of a buffer a binding sees: all of it, or `size` bytes from `offset`. */
export type Bindable = GPUBuffer | GPUBufferBinding;

/** A bind group that belongs to one kernel. */
export type Group<B extends Bindings> = { readonly bindings?: B; readonly group: GPUBindGroup };

type Resources<B extends Bindings> = { [K in keyof B]: undefined extends B[K] ? Bindable | undefined : Bindable };

const compiled = new WeakMap<GPUDevice, Map<string, Promise<Kernel<Bindings, never>>>>();

export class Kernel<B extends Bindings, Size> {
  readonly spec: KernelSpec<B, Size>;
  /** What the compiler had to say short of an error: nothing, on every adapter that is tested. */
  readonly messages: readonly string[];
  readonly #gpu: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #layout: GPUBindGroupLayout;

  private constructor(
    spec: KernelSpec<B, Size>,
    device: GPUDevice,
    pipeline: GPUComputePipeline,
    layout: GPUBindGroupLayout,
    messages: readonly string[],
  ) {
    this.messages = messages;
    this.spec = spec;
    this.#gpu = device;
    this.#pipeline = pipeline;
    this.#layout = layout;
  }

  /** Compiles `spec`, or finds it compiled. @throws GpuValidationError with line, column and source line. */
  static compile<B extends Bindings, Size>(gpu: Gpu, spec: KernelSpec<B, Size>): Promise<Kernel<B, Size>> {
    const kernels = compiled.get(gpu.device) ?? new Map<string, Promise<Kernel<Bindings, never>>>();
    compiled.set(gpu.device, kernels);
    const key = `${spec.label}\n${spec.code}`;
    let kernel = kernels.get(key);
    if (!kernel) {
      kernel = Kernel.#compile(gpu, spec) as never as Promise<Kernel<Bindings, never>>;
      kernels.set(key, kernel);
      // A failed compilation is not kept: the next caller gets its own error.
      kernel.catch(() => kernels.delete(key));
    }
    return kernel as never;
  }

  static async #compile<B extends Bindings, Size>(gpu: Gpu, spec: KernelSpec<B, Size>): Promise<Kernel<B, Size>> {
    const { device } = gpu;
    const { label, bindings, code } = spec;
    return gpu.scoped(async () => {
      const module = device.createShaderModule({ label, code });
      const { messages } = await module.getCompilationInfo();
      const told = messages.map((message) => pointAt(label, code, message));
      if (messages.some(({ type }) => type === "error")) throw new GpuValidationError(told.join("\n"));
      const layout = device.createBindGroupLayout({
        label,
        entries: Object.values(bindings).map(({ space, dynamic }, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: BUFFER_TYPES[space], hasDynamicOffset: dynamic === true },
        })),
      });
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      return new Kernel(spec, device, pipeline, layout, told);
    });
  }

  /** A bind group with these resources, by name. */
  bind(resources: Resources<B>): Group<B> {
    const group = this.#gpu.createBindGroup({
      label: this.spec.label,
      layout: this.#layout,
      entries: Object.keys(this.spec.bindings).map((name, binding) => {
        const resource = resources[name] as Bindable;
        return { binding, resource: "buffer" in resource ? resource : { buffer: resource } };
      }),
    });
    return { group };
  }

  /** Records one dispatch into `pass`: the grid follows from `size`. */
  record(pass: GPUComputePassEncoder, { group }: Group<B>, size: Size, dynamicOffset?: number): void {
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group, dynamicOffset === undefined ? [] : [dynamicOffset]);
    pass.dispatchWorkgroups(...this.spec.workgroups(size));
  }
}

const BUFFER_TYPES = { uniform: "uniform", read: "read-only-storage", read_write: "storage" } as const;

/** A compiler message with the line of source it speaks of. */
function pointAt(label: string, code: string, { type, message, lineNum, linePos }: GPUCompilationMessage): string {
  const line = code.split("\n")[lineNum - 1] ?? "";
  return `${label}:${lineNum}:${linePos}: ${type}: ${message}\n  ${line}\n  ${" ".repeat(Math.max(0, linePos - 1))}^`;
}
