// A GPUDevice in Node, by Dawn (the npm package `webgpu`). The caller closes it with device.destroy().

import { NoDeviceError } from "../errors.ts";
import { isSoftware, requestOwnDevice } from "../gpu/gpu.ts";

export interface NodeDeviceOptions {
  /** `"software"` asks for one that runs on the processor (lavapipe, SwiftShader); default: the best there is. */
  adapter?: "software";
}

/** Dawn's instances by device: one that is collected takes its device along; one that is kept keeps the process alive. */
const instances = new WeakMap<GPUDevice, GPU>();

/**
 * A GPUDevice with every limit and feature that the model can use.
 * @throws NoDeviceError saying what to install where there is no driver
 */
export async function requestDevice({ adapter }: NodeDeviceOptions = {}): Promise<GPUDevice> {
  const { create, globals } = await import("webgpu").catch((cause) => {
    throw new NoDeviceError("the npm package webgpu is missing: `npm install webgpu`", { cause });
  });
  Object.assign(globalThis, globals);
  const gpu = create([]);
  try {
    const device = await requestOwnDevice(gpu, adapter === "software" ? { forceFallbackAdapter: true } : {});
    if (adapter === "software" && !isSoftware(device.adapterInfo)) {
      device.destroy();
      throw new NoDeviceError(`adapter: asked for a software one, got ${device.adapterInfo.description}`);
    }
    instances.set(device, gpu);
    return device;
  } catch (cause) {
    if (!(cause instanceof NoDeviceError)) throw cause;
    throw new NoDeviceError(
      `${cause.message}. On Linux install a Vulkan driver: your GPU's own, or Mesa's lavapipe ` +
        "(mesa-vulkan-drivers 23 or newer); VK_DRIVER_FILES names another one",
      { cause },
    );
  }
}
