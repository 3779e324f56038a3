// ONNX Runtime Web: it cannot train; it evaluates and samples a model that was written for it.

import type { InferenceSession, Tensor } from "onnxruntime-web";
import type { Peer } from "../peer.ts";
import { denseLayers, inputsInOrder, type Problem } from "../problem.ts";
import { EVALUATION_ROWS, SAMPLES } from "../workloads.ts";
import { onnxModel } from "./onnx-model.ts";

export async function open(problem: Problem, backend: "webgpu" | "wasm"): Promise<Peer> {
  const ort = backend === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
  const { inputs: D } = problem.workload;
  const layers = denseLayers(problem);
  const session = (output: "nll" | "probabilities"): Promise<InferenceSession> =>
    ort.InferenceSession.create(onnxModel(layers, output), { executionProviders: [backend] });
  const scorer = await session("nll");
  const conditionals = await session("probabilities");
  const rows = new ort.Tensor("float32", Float32Array.from(problem.evaluation), [EVALUATION_ROWS, D]);

  /** Runs a model and reads its one output back. */
  async function run(model: InferenceSession, x: Tensor): Promise<Float32Array> {
    const result = (await model.run({ x }))[model.outputNames[0]];
    return (await result.getData(true)) as Float32Array;
  }
  return {
    evaluate: () => run(scorer, rows),
    async sample(positions) {
      const { uniforms } = problem;
      const x = new Float32Array(SAMPLES * D);
      for (const d of inputsInOrder(problem).slice(0, positions)) {
        const p = await run(conditionals, new ort.Tensor("float32", x, [SAMPLES, D]));
        for (let r = 0; r < SAMPLES; r++) x[r * D + d] = uniforms[r * D + d] < p[r * D + d] ? 1 : 0;
      }
      return x;
    },
    async dispose() {
      await scorer.release();
      await conditionals.release();
    },
  };
}
