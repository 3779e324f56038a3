// Stored model files stay readable, and docs/model-file.md is right: its Python gives the model's own log p. Where there
// is no Python with NumPy, what this very text gave is compared. UPDATE_MODEL_FILES=1 writes files and results anew.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MadeConfig } from "../src/made/config.ts";
import { readModel, writeModel } from "../src/made/file.ts";
import { Made } from "../src/made/made.ts";
import { maskAt } from "../src/made/masks.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { npyBytes } from "./io/support.ts";
import { allClose } from "./support/all-close.ts";
import { randomParameters, randomRows } from "./support/models.ts";

const D = 6;
const ROWS = 20;
const rows = randomRows(8, ROWS, D);
const cpu = { device: "cpu" } as const;
const fixtures = new URL("./fixtures/model-file/", import.meta.url);

const base: MadeConfig = { inputs: D, hidden: [7], ordering: "random", seed: 9 };
const MODELS: Record<string, MadeConfig> = {
  relu: { ...base, masks: 2 },
  deep: { ...base, hidden: [7, 5, 6], activation: "softplus", directConnections: true, masks: 3 },
  shallow: { ...base, hidden: [], ordering: [2, 4, 6, 1, 3, 5], directConnections: true },
  endless: { ...base, activation: "tanh", masks: Number.POSITIVE_INFINITY },
  given: { ...base, activation: "sigmoid", masks: [3, 8].map((k) => maskAt({ ...base, masks: 9 } as never, k)) },
  conditioned: { ...base, hidden: [7, 5], masks: 3, degrees: "equal", conditionOnMask: true, directConnections: true },
  autoencoder: { ...base, masked: false },
};

const snippet = /```python\n([\s\S]*?)```/.exec(
  readFileSync(new URL("../docs/model-file.md", import.meta.url), "utf8").replaceAll("\r\n", "\n"),
)![1];
const sha256 = createHash("sha256").update(snippet).digest("hex");

interface Stored {
  /** Of the Python that gave the results. */
  sha256: string;
  /** log p of every row, by model. */
  logp: Record<string, number[]>;
}

const hasNumpy = (() => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "made-webgpu-model-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the documented Python prints for a model file. */
function inPython(model: Uint8Array): number[] {
  const [script, file, data] = ["score.py", "model.safetensors", "rows.npy"].map((name) => join(folder, name));
  writeFileSync(script, snippet);
  writeFileSync(file, model);
  writeFileSync(data, npyBytes(rows, D));
  return execFileSync("python3", [script, file, data], { encoding: "utf8" }).trim().split("\n").map(Number);
}

const fixture = (name: string): URL => new URL(`${name}.safetensors`, fixtures);
const readStored = (): Stored => JSON.parse(readFileSync(new URL("logp.json", fixtures), "utf8"));

/** The stored files: trained models, one of them in float32 as from a GPU. */
async function update(): Promise<void> {
  const logp: Record<string, number[]> = {};
  for (const [name, config] of Object.entries(MODELS)) {
    const made = await Made.create(config, cpu);
    made.setParameters(randomParameters(made.config));
    if (name === "relu" || name === "conditioned") {
      const train = BinaryRows.from(rows, D);
      await made.fit(train, { epochs: 2, validation: train });
    }
    let file = await made.save();
    if (name === "deep") {
      const model = readModel(file);
      const float32 = Object.entries(model.state.parameters).map(([key, data]) => [key, Float32Array.from(data)]);
      file = writeModel({ ...model, state: { parameters: Object.fromEntries(float32), moments: [] } });
    }
    writeFileSync(fixture(name), file);
    logp[name] = inPython(file);
  }
  writeFileSync(new URL("logp.json", fixtures), `${JSON.stringify({ sha256, logp }, undefined, 2)}\n`);
}

describe("docs/model-file.md", () => {
  beforeAll(async () => {
    if (process.env.UPDATE_MODEL_FILES) await update();
  });

  test("has the Python that the stored results are from", () => {
    expect(sha256).toBe(readStored().sha256);
  });

  test.each(Object.keys(MODELS))("is right: its Python gives log p of the stored model, %s", async (name) => {
    const file = Uint8Array.from(readFileSync(fixture(name)));
    const stored = readStored().logp[name];
    const got = hasNumpy ? inPython(file) : stored;
    const made = await Made.load(file, cpu);
    const want = await made.logProb(BinaryRows.from(rows, D));
    expect(want).toHaveLength(ROWS);
    allClose(got, want, { rtol: 1e-12 }, hasNumpy ? "log p in Python" : "log p in Python, as stored");
    allClose(stored, want, { rtol: 1e-12 }, "stored log p");
    expect(await made.save()).toEqual(name === "deep" ? expect.any(Uint8Array) : file);
    made.dispose();
  });
});
