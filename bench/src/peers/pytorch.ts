// PyTorch on the processor, in a Python process of its own that obeys one line at a time.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Contender, NotInstalledError, type Peer } from "../peer.ts";
import { denseLayers, inputsInOrder, type Problem } from "../problem.ts";
import { ADAM, BATCH } from "../workloads.ts";
import script from "./pytorch.py?raw";

const PYTHON = "python3";

export const pytorch: Contender = {
  name: "pytorch",
  label: "PyTorch",
  backend: "cpu",
  async open(problem): Promise<Peer> {
    if (spawnSync(PYTHON, ["-c", "import numpy, torch"]).status !== 0)
      throw new NotInstalledError(`PyTorch: not installed (${PYTHON} cannot import torch)`);
    const folder = mkdtempSync(join(tmpdir(), "made-bench-"));
    const python = spawn(PYTHON, ["-c", script, folder], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      writeProblem(folder, problem);
      const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
      const answer = async (expected: RegExp) => {
        const { value } = await lines.next();
        if (!expected.test(value ?? "")) throw new Error(`PyTorch said ${value ?? "nothing and ended"}`);
      };
      const order = async (command: string, number: number) => {
        python.stdin.write(`${command} ${number}\n`);
        await answer(/^done$/);
      };
      const result = () => new Float32Array(Uint8Array.from(readFileSync(join(folder, "result"))).buffer);
      await answer(/^torch /);
      return {
        train: (steps) => order("train", steps),
        evaluate: async () => {
          await order("evaluate", 0);
          return result();
        },
        sample: async (positions) => {
          await order("sample", positions);
          return result();
        },
        dispose() {
          python.kill();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    } catch (error) {
      python.kill();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  },
};

/** Leaves everything in `folder` as the script reads it. */
function writeProblem(folder: string, problem: Problem): void {
  const write = (name: string, data: Float32Array) => writeFileSync(join(folder, name), new Uint8Array(data.buffer));
  const layers = denseLayers(problem);
  layers.forEach(({ weights, mask, bias }, l) => {
    write(`weights${l}`, weights);
    write(`mask${l}`, mask);
    write(`bias${l}`, bias);
  });
  write("training", Float32Array.from(problem.training));
  write("evaluation", Float32Array.from(problem.evaluation));
  write("uniforms", problem.uniforms);
  const about = {
    inputs: problem.workload.inputs,
    layers: layers.map(({ inputs, outputs }) => [inputs, outputs]),
    order: inputsInOrder(problem),
    batch: BATCH,
    adam: ADAM,
  };
  writeFileSync(join(folder, "problem.json"), JSON.stringify(about));
}
