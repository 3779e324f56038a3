// Inside the process that a part runs in: WebGPU as a browser has it, and who can take part there.

import { requestDevice } from "made-webgpu/node";
import { type Part, runPart } from "../part.ts";
import type { Contender } from "../peer.ts";
import { ours } from "../peers/ours.ts";
import { pytorch } from "../peers/pytorch.ts";
import type { Message } from "./node.ts";

const tell = (message: Message): void => void process.send!(message);

export async function runInsideNode(): Promise<void> {
  process.once("disconnect", () => process.exit()); // never without the program outside
  const part = await new Promise<Part>((resolve) => process.once("message", (message) => resolve(message as Part)));
  try {
    await pretendNavigator();
    const say = (text: string) => tell({ say: text });
    tell({ result: await runPart(part, { openDevice: () => requestDevice(), contenders, say }) });
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) });
  }
}

/** The peers look for an adapter in `navigator.gpu`, and jax-js looks at `navigator.userAgent`. */
async function pretendNavigator(): Promise<void> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  const value = { gpu: create([]), userAgent: "Node", hardwareConcurrency: (await import("node:os")).cpus().length };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
}

const contenders: readonly Contender[] = [
  ours(() => requestDevice()),
  {
    name: "tensorflow",
    label: "TensorFlow.js",
    backend: "webgpu",
    async open(problem) {
      await import("@tensorflow/tfjs-backend-webgpu");
      return (await import("../peers/tensorflow.ts")).open(problem, "webgpu");
    },
  },
  {
    name: "jax-js",
    label: "jax-js",
    backend: "webgpu",
    open: async (problem) => (await import("../peers/jax.ts")).open(problem, "webgpu"),
  },
  pytorch,
];
