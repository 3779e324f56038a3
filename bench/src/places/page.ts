// Inside the browser: who can take part there, and the one function that the outside calls.

import { requestDevice } from "made-webgpu";
import { type Part, type PartResult, runPart } from "../part.ts";
import type { Contender } from "../peer.ts";
import { ours } from "../peers/ours.ts";

declare global {
  interface Window {
    runPart(part: Part): Promise<PartResult>;
    /** Told to the outside. */
    say(text: string): void;
  }
}

const openDevice = () => requestDevice({ powerPreference: "high-performance" });

const tensorflow = (backend: "webgpu" | "wasm"): Contender => ({
  name: "tensorflow",
  label: "TensorFlow.js",
  backend,
  async open(problem) {
    if (backend === "wasm") (await import("@tensorflow/tfjs-backend-wasm")).setWasmPaths("/tfjs/");
    else await import("@tensorflow/tfjs-backend-webgpu");
    return (await import("../peers/tensorflow.ts")).open(problem, backend);
  },
});

const jax = (backend: "webgpu" | "wasm"): Contender => ({
  name: "jax-js",
  label: "jax-js",
  backend,
  open: async (problem) => (await import("../peers/jax.ts")).open(problem, backend),
});

const onnxRuntime = (backend: "webgpu" | "wasm"): Contender => ({
  name: "onnxruntime",
  label: "ONNX Runtime Web",
  backend,
  open: async (problem) => (await import("../peers/onnx-runtime.ts")).open(problem, backend),
});

const contenders: readonly Contender[] = [
  ours(openDevice),
  tensorflow("webgpu"),
  jax("webgpu"),
  onnxRuntime("webgpu"),
  tensorflow("wasm"),
  jax("wasm"),
  onnxRuntime("wasm"),
];

window.runPart = (part) => runPart(part, { openDevice, contenders, say: (text) => window.say(text) });
