// What the package exports for Node: a GPUDevice on Dawn. The npm package `webgpu` is loaded when first asked for.

export { type NodeDeviceOptions, requestDevice } from "./device.ts";
