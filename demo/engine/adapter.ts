// Which engine a model runs on: WebGPU where there is an adapter, else the processor, and why. Asked in the worker, which
// is where it will be used.

import { type EngineKind, kindOf } from "../../src/mnist-job.ts";

export interface Adapter {
  kind: EngineKind;
  /** Why it is not a GPU, and what would make it one. */
  advice?: string;
  /** What the last sentence of the advice says to start a browser with. */
  flags?: readonly string[];
}

const BROWSERS =
  "WebGPU is in Chrome and Edge (from 113 on Windows, macOS and ChromeOS, 121 on Android, 144 on Linux with some " +
  "GPUs), in Safari 26, and in Firefox (141 on Windows, 145 on Macs with Apple silicon). On other Linux machines start " +
  "Chrome with";
const FLAGS = [
  "--enable-unsafe-webgpu",
  "--ozone-platform=x11",
  "--use-angle=vulkan",
  "--enable-features=Vulkan,VulkanFromANGLE",
];

const INSTEAD = "A small model is trained on the processor instead, in plain JavaScript.";

/** Looks for an adapter. */
export async function findAdapter(wanted: "gpu" | "cpu"): Promise<Adapter> {
  if (wanted === "cpu") return { kind: "cpu" };
  if (!isSecureContext)
    return {
      kind: "cpu",
      advice: `Browsers offer WebGPU to pages from https or localhost alone, and this one is from neither. ${INSTEAD}`,
    };
  if (!navigator.gpu)
    return { kind: "cpu", advice: `This browser has no WebGPU. ${INSTEAD} ${BROWSERS}`, flags: FLAGS };
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter)
    return { kind: "cpu", advice: `WebGPU found no GPU here that it can use. ${INSTEAD} ${BROWSERS}`, flags: FLAGS };
  const kind = kindOf(adapter.info);
  if (kind === "hardware") return { kind };
  return {
    kind,
    advice:
      "The adapter is a software one, which runs on the processor: it works like a GPU, at a small part of the speed. " +
      "So training here ends after a set time, not when it has converged.",
  };
}
