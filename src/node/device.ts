// A GPUDevice in Node, by Dawn (the npm package `webgpu`). The caller closes it with device.destroy().

import { NoDeviceError } from "../errors.ts";
import { isSoftware, requestOwnDevice } from "../gpu/gpu.ts";

/** Which adapter {@link requestDevice} asks for. */
export interface NodeDeviceOptions {
  /** `"software"` asks for one that runs on the processor (lavapipe, SwiftShader); default: the best there is. */
  adapter?: "software";
}

/** Dawn's instances by device: one that is collected takes its device along; one that is kept keeps the process alive. */
const instances = new WeakMap<GPUDevice, GPU>();

/**
 * A GPUDevice with every limit and feature that the model can use, from Dawn: the npm package `webgpu`, installed beside
 * this one. The caller ends it with `device.destroy()`; as long as it lives the process may not end by itself.
 * @throws NoDeviceError saying what to install where the package or a driver is missing
 */
export async function requestDevice({ adapter }: NodeDeviceOptions = {}): Promise<GPUDevice> {
  const { create, globals } = await import("webgpu").catch((cause) => {
    throw new NoDeviceError("the npm package webgpu is missing: `npm install webgpu`", { cause });
  });
  Object.assign(globalThis, globals);
  // Dawn calls SwiftShader a fallback adapter; lavapipe it only finds by name where a GPU stands before it.
  const software = { options: { forceFallbackAdapter: true }, flags: [[], ["adapter=llvmpipe"]] };
  const { options, flags } = adapter === "software" ? software : { options: {}, flags: [[]] };
  let cause: unknown;
  for (const [i, some] of flags.entries()) {
    const gpu = create(some);
    try {
      const device = await requestOwnDevice(gpu, i === 0 ? options : {});
      instances.set(device, gpu);
      if (adapter !== "software" || isSoftware(device.adapterInfo)) return device;
      device.destroy();
    } catch (error) {
      cause = error;
    }
  }
  const why = cause instanceof Error ? cause.message : "WebGPU found no software adapter";
  throw new NoDeviceError(
    `${why}. On Linux install a Vulkan driver: your GPU's own, or Mesa's lavapipe ` +
      "(mesa-vulkan-drivers 23 or newer); VK_DRIVER_FILES names another one",
    { cause },
  );
}
