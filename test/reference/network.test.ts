// The reference as an engine: the contract of Network. Its numbers are compared with PyTorch's in golden.test.ts.

import { describe, expect, test, vi } from "vitest";
import { DisposedError } from "../../src/errors.ts";
import { type MadeConfig, resolveConfig } from "../../src/made/config.ts";
import { maskAt } from "../../src/made/masks.ts";
import type { Epoch, Progress } from "../../src/made/network.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import { sigmoid } from "../../src/made/reference/activation.ts";
import { forward, negativeLogLikelihood } from "../../src/made/reference/forward.ts";
import { createModel, seesUnder } from "../../src/made/reference/model.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { allClose } from "../support/all-close.ts";
import { randomParameters, randomRows } from "../support/models.ts";

const D = 6;
const ROWS = 150; // more than two blocks of a scoring pass
const x = randomRows(1, ROWS, D);

async function setup(options: Partial<MadeConfig> = {}) {
  const config = resolveConfig({ inputs: D, hidden: [8], activation: "tanh", ordering: "random", ...options });
  const parameters = randomParameters(config);
  const network = new ReferenceNetwork(config);
  network.write(parameters);
  return { config, parameters, network, rows: await network.load(BinaryRows.from(x, D)) };
}

const epochOf = (options: Partial<Epoch> = {}): Epoch => ({
  order: Uint32Array.from({ length: ROWS }, (_, i) => i),
  batchSize: 40,
  firstStep: 0,
  optimizer: resolveOptimizer({ name: "sgd", learningRate: 0.1 }),
  ...options,
});

async function collect(reports: AsyncIterable<Progress>): Promise<Progress[]> {
  const all: Progress[] = [];
  for await (const progress of reports) all.push(progress);
  return all;
}

describe("train", () => {
  test("reports every minibatch, row and nat of the epoch, the shorter last batch included", async () => {
    const { config, parameters, network, rows } = await setup();
    const frozen = resolveOptimizer({ name: "sgd", learningRate: 0 });
    const reports = await collect(network.train(rows, epochOf({ optimizer: frozen })));
    expect(reports.at(-1)!.steps).toBe(4);
    expect(reports.reduce((sum, report) => sum + report.rows, 0)).toBe(ROWS);
    const { logits } = forward(createModel(config, parameters), seesUnder(createModel(config), maskAt(config, 0)), x);
    const nll = negativeLogLikelihood(logits, x, D).reduce((a, b) => a + b);
    allClose([reports.reduce((sum, report) => sum + report.nllSum, 0)], [nll], { rtol: 1e-12 });
  });

  test.each([
    [3, [2, 0, 1]],
    [Number.POSITIVE_INFINITY, [5, 6, 7]],
  ])("with masks: %s minibatches 5, 6 and 7 use masks %j", async (masks, numbers) => {
    const { config, parameters, network, rows } = await setup({ masks });
    const frozen = resolveOptimizer({ name: "sgd", learningRate: 0 });
    const order = Uint32Array.of(4, 4, 4);
    const got = await collect(network.train(rows, epochOf({ order, batchSize: 1, firstStep: 5, optimizer: frozen })));
    const model = createModel(config, parameters);
    const row = x.slice(4 * D, 5 * D);
    const want = numbers.map(
      (k) => negativeLogLikelihood(forward(model, seesUnder(model, maskAt(config, k)), row).logits, row, D)[0],
    );
    expect(new Set(want).size).toBe(3);
    const sum = (values: number[]) => values.reduce((a, b) => a + b);
    allClose([sum(got.map(({ nllSum }) => nllSum))], [sum(want)], { rtol: 1e-12 });
  });

  test("takes the rows in the order given", async () => {
    const { network, rows } = await setup();
    const other = await setup();
    const order = Uint32Array.of(9, 3, 3, 140);
    await collect(network.train(rows, epochOf({ order, batchSize: 2 })));
    const picked = [9, 3, 3, 140].flatMap((r) => [...x.slice(r * D, (r + 1) * D)]);
    const pickedRows = await other.network.load(BinaryRows.from(picked, D));
    await collect(other.network.train(pickedRows, epochOf({ order: Uint32Array.of(0, 1, 2, 3), batchSize: 2 })));
    expect(network.readFloat64()).toEqual(other.network.readFloat64());
  });

  test("learns: the mean nll of structured rows falls far below D·log 2", async () => {
    const { network } = await setup();
    const structured = BinaryRows.from(
      Array.from({ length: 60 }, (_, r) => Array.from({ length: D }, (_, d) => (r + d) % 2)),
    );
    const rows = await network.load(structured);
    const optimizer = resolveOptimizer({ name: "adam", learningRate: 0.05 });
    const order = Uint32Array.from({ length: 60 }, (_, i) => i);
    for (let step = 0; step < 40; step++)
      await collect(network.train(rows, epochOf({ order, batchSize: 60, firstStep: step, optimizer })));
    const [first, ...others] = await network.score(rows, [
      maskAt(resolveConfig({ inputs: D, hidden: [8], ordering: "random" }), 0),
    ]);
    expect(Math.max(first, ...others)).toBeLessThan(1.2); // log 2 is the entropy of these rows
  });

  test("reports every 50 ms", async () => {
    const { network, rows } = await setup();
    let clock = performance.now();
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      clock += 30;
      return clock;
    });
    const reports = await collect(network.train(rows, epochOf({ batchSize: 30 })));
    now.mockRestore();
    expect(reports.map(({ steps, rows }) => [steps, rows])).toEqual([
      [2, 60],
      [4, 60],
      [5, 30],
    ]);
  });

  test("lets the event loop run, so that a timer can stop it between minibatches", async () => {
    const network = new ReferenceNetwork(resolveConfig({ inputs: 400, hidden: [300] }));
    const rows = await network.load(BinaryRows.zeros(20_000, 400));
    const order = Uint32Array.from({ length: 20_000 }, (_, i) => i);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 60);
    const reports = await collect(network.train(rows, epochOf({ order, batchSize: 10, signal: abort.signal })));
    const { steps } = reports.at(-1)!;
    expect(steps).toBeLessThan(2000);
    expect(reports.reduce((sum, report) => sum + report.rows, 0)).toBe(10 * steps);
  });

  test("does nothing when the signal has aborted before", async () => {
    const { network, rows } = await setup();
    const before = network.readFloat64();
    expect(await collect(network.train(rows, epochOf({ signal: AbortSignal.abort() })))).toEqual([]);
    expect(network.readFloat64()).toEqual(before);
  });

  test("resetOptimizer forgets the momentum", async () => {
    const optimizer = resolveOptimizer({ name: "adam" });
    const order = Uint32Array.of(0, 1);
    const a = await setup();
    await collect(a.network.train(a.rows, epochOf({ order, optimizer })));
    a.network.write(a.parameters);
    a.network.resetOptimizer();
    await collect(a.network.train(a.rows, epochOf({ order, optimizer })));
    const b = await setup();
    await collect(b.network.train(b.rows, epochOf({ order, optimizer })));
    expect(a.network.readFloat64()).toEqual(b.network.readFloat64());
  });
});

describe("score and conditionals", () => {
  test("give −log p under each mask, and p(x_d = 1 | x_<d) or its logit, for all rows", async () => {
    const { config, parameters, network, rows } = await setup({ masks: 2 });
    const model = createModel(config, parameters);
    const masks = [maskAt(config, 0), maskAt(config, 1)];
    const logits = masks.map((mask) => forward(model, seesUnder(model, mask), x).logits);
    const want = logits.flatMap((z) => [...negativeLogLikelihood(z, x, D)]);
    expect([...(await network.score(rows, masks))]).toEqual(want);
    const probabilities = Float32Array.from(logits[1], sigmoid);
    expect(await network.conditionals(rows, masks[1], "probabilities")).toEqual(probabilities);
    expect(await network.conditionals(rows, masks[1], "logits")).toEqual(Float32Array.from(logits[1]));
  });

  test("score rejects with the reason of the signal", async () => {
    const { config, network, rows } = await setup();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(network.score(rows, [maskAt(config, 0)], signal)).rejects.toThrow("enough");
  });
});

describe("parameters", () => {
  test("are 0 at first, read back as written, and as copies", async () => {
    const { config, parameters, network } = await setup();
    const fresh = await new ReferenceNetwork(config).read();
    expect(fresh.W1).toEqual({ shape: [8, D], data: new Float32Array(8 * D) });
    const read = await network.read();
    expect(read).toEqual(parameters);
    read.W1.data[0] = 99;
    network.readFloat64().W1[0] = 99;
    expect((await network.read()).W1.data[0]).toBe(parameters.W1.data[0]);
  });

  test("keep and swap bring back what was kept last, in full precision", async () => {
    const { network, rows } = await setup();
    network.keep();
    await collect(network.train(rows, epochOf()));
    const trained = network.readFloat64();
    expect(trained.c).not.toEqual(Float64Array.from(trained.c, Math.fround));
    network.keep();
    await collect(network.train(rows, epochOf()));
    expect(network.readFloat64()).not.toEqual(trained);
    const last = network.readFloat64();
    network.swap();
    expect(network.readFloat64()).toEqual(trained);
    network.swap();
    expect(network.readFloat64()).toEqual(last);
  });

  test("swap without keep says so", async () => {
    const { network } = await setup();
    expect(() => network.swap()).toThrow("no parameters were kept, expected keep() before it");
  });
});

describe("misuse", () => {
  test("rows of another width or another engine are refused", async () => {
    const { network } = await setup();
    await expect(network.load(BinaryRows.zeros(2, 5))).rejects.toThrow("rows: got 5 values a row, expected 6");
    const foreign = { rows: 2, dispose() {} };
    expect(() => network.train(foreign, epochOf())).toThrow("rows of another engine");
  });

  test("rows that were disposed are refused", async () => {
    const { config, network, rows } = await setup();
    rows.dispose();
    expect(() => network.train(rows, epochOf())).toThrow(DisposedError);
    await expect(network.score(rows, [maskAt(config, 0)])).rejects.toThrow(DisposedError);
  });

  test("everything throws DisposedError after dispose, a running epoch too", async () => {
    const { config, parameters, network, rows } = await setup();
    const mask = maskAt(config, 0);
    const running = network.train(rows, epochOf());
    network.dispose();
    await expect(collect(running)).rejects.toThrow(DisposedError);
    await expect(network.load(BinaryRows.zeros(1, D))).rejects.toThrow(DisposedError);
    await expect(network.score(rows, [mask])).rejects.toThrow(DisposedError);
    await expect(network.conditionals(rows, mask, "logits")).rejects.toThrow(DisposedError);
    await expect(network.read()).rejects.toThrow(DisposedError);
    expect(() => network.train(rows, epochOf())).toThrow(DisposedError);
    expect(() => network.write(parameters)).toThrow(DisposedError);
    expect(() => network.resetOptimizer()).toThrow(DisposedError);
    expect(() => network.keep()).toThrow(DisposedError);
    expect(() => network.swap()).toThrow(DisposedError);
    expect(() => network.readFloat64()).toThrow(DisposedError);
    network.dispose();
  });
});
