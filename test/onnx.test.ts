// The exported graph in ONNX Runtime (its WebAssembly build, on the CPU) against the model: log p and p on several
// configurations and numbers of rows. The runtime checks the file's form by itself when it loads it.

import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { beforeAll, describe, expect, test } from "vitest";
import { ACTIVATIONS, type MadeConfig, resolveConfig } from "../src/made/config.ts";
import { Made } from "../src/made/made.ts";
import { exportOnnx } from "../src/made/onnx.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { allClose } from "./support/all-close.ts";
import { randomParameters, randomRows } from "./support/models.ts";

beforeAll(() => {
  env.wasm.numThreads = 1;
});

const CONFIGS: [string, MadeConfig][] = [
  ["one unit", { inputs: 1, hidden: [1] }],
  ["no hidden layer", { inputs: 6, hidden: [], ordering: "random" }],
  ["no hidden layer, direct connections", { inputs: 6, hidden: [], directConnections: true }],
  ...ACTIVATIONS.map((activation): [string, MadeConfig] => [
    `${activation}, deep, direct connections`,
    { inputs: 13, hidden: [21, 9, 16], activation, directConnections: true, ordering: "random" },
  ]),
  ["a mixture of 5 masks", { inputs: 11, hidden: [17, 8], masks: 5, ordering: "random" }],
  ["an endless supply", { inputs: 5, hidden: [9], masks: Number.POSITIVE_INFINITY, directConnections: true }],
  [
    "connectivity weights under 3 masks",
    { inputs: 11, hidden: [17, 8], masks: 3, ordering: "random", conditionOnMask: true, directConnections: true },
  ],
  ["connectivity weights and no masks", { inputs: 6, hidden: [9], masked: false, conditionOnMask: true }],
  ["no masks", { inputs: 9, hidden: [12], masked: false }],
];

async function setup(config: MadeConfig) {
  const made = await Made.create({ seed: 4, ...config }, { device: "cpu" });
  made.setParameters(randomParameters(made.config));
  const session = await InferenceSession.create(await made.exportOnnx());
  const run = async (rows: BinaryRows) => {
    const x = new Tensor("float32", Float32Array.from(rows.toUint8Array()), [rows.rows, rows.inputs]);
    const { logp, p } = await session.run({ x });
    return { logp, p };
  };
  return { made, session, run };
}

describe("an exported model", () => {
  test.each(CONFIGS)("gives the model's log p and p in ONNX Runtime: %s", async (_, config) => {
    const { made, session, run } = await setup(config);
    const D = config.inputs;
    expect(session.inputNames).toEqual(["x"]);
    expect(session.outputNames).toEqual(["logp", "p"]);
    for (const N of [1, 3, 1000]) {
      const rows = BinaryRows.from(randomRows(N, N, D), D);
      const { logp, p } = await run(rows);
      expect(logp.dims).toEqual([N]);
      expect(p.dims).toEqual([N, D]);
      allClose(logp.data as Float32Array, await made.logProb(rows), { rtol: 1e-5 }, "logp");
      allClose(p.data as Float32Array, await made.conditionals(rows), { rtol: 1e-5, atol: 1e-7 }, "p");
    }
    await session.release();
  });

  test("keeps its precision where it is nearly certain, and stays finite where it is wrong", async () => {
    const { made } = await setup({ inputs: 3, hidden: [] });
    const [V, x] = [new Float32Array(9), Float32Array.of(1, 0, 1, 0, 1, 0)];
    for (const c of [1, 15, 30, 80]) {
      made.setParameters({ V, c: Float32Array.of(c, -c, c) });
      const session = await InferenceSession.create(await made.exportOnnx());
      const { logp } = await session.run({ x: new Tensor("float32", x, [2, 3]) });
      const [right, wrong] = [-3 * Math.log1p(Math.exp(-c)), -3 * (c + Math.log1p(Math.exp(-c)))];
      allClose(logp.data as Float32Array, [right, wrong], { rtol: 1e-5 }, "logp");
      await session.release();
    }
  });

  test("does not depend on inputs that come later: masks are baked in", async () => {
    const { made, run } = await setup({ inputs: 8, hidden: [15, 9], ordering: "random", directConnections: true });
    const [{ ordering }] = made.masks();
    const base = randomRows(9, 1, 8);
    const { p } = await run(BinaryRows.from(base, 8));
    for (let d = 0; d < 8; d++) {
      const flipped = base.slice();
      flipped[d] = 1 - flipped[d];
      const { p: other } = await run(BinaryRows.from(flipped, 8));
      for (let e = 0; e < 8; e++) {
        const same = other.data[e] === p.data[e];
        if (ordering[e] <= ordering[d]) expect(same).toBe(true);
      }
    }
    const last = ordering.indexOf(8);
    const first = ordering.indexOf(1);
    const flipped = base.slice();
    flipped[first] = 1 - flipped[first];
    expect((await run(BinaryRows.from(flipped, 8))).p.data[last]).not.toBe(p.data[last]);
  });

  test("has the same bytes every time, and the names of its inputs", async () => {
    const made = await Made.create({ inputs: 2, hidden: [3], inputNames: ["rain", "sun"] }, { device: "cpu" });
    const file = await made.exportOnnx();
    expect(await made.exportOnnx()).toEqual(file);
    expect(Buffer.from(file).includes('["rain","sun"]')).toBe(true);
  });

  test("is refused where it would be larger than ONNX allows, before anything is made of it", () => {
    const config = resolveConfig({ inputs: 20_000, hidden: [20_000] });
    expect(() => exportOnnx(config, {}, [{ ordering: [], degrees: [] }])).toThrow(
      "masks: the weights under 1 masks take 3200000000 bytes, expected at most 2147483647 for an ONNX file",
    );
  });
});
