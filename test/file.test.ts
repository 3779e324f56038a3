// Model files: everything comes back bit for bit, a second save is the same file, and a foreign or inconsistent file
// is refused by name.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { FormatError, NotFiniteError } from "../src/errors.ts";
import { parseSafetensors, type Tensor, writeSafetensors } from "../src/io/safetensors.ts";
import { type MadeConfig, resolveConfig } from "../src/made/config.ts";
import { readModel, writeModel } from "../src/made/file.ts";
import { Made } from "../src/made/made.ts";
import { maskAt } from "../src/made/masks.ts";
import type { OptimizerOptions } from "../src/made/optimizer.ts";
import { parameterShapes } from "../src/made/parameters.ts";
import { BinaryRows } from "../src/made/rows.ts";
import type { RunPoint } from "../src/made/schedule.ts";
import { randomRows } from "./support/models.ts";

const D = 7;
const rows = BinaryRows.from(randomRows(3, 60, D), D);
const validation = BinaryRows.from(randomRows(4, 20, D), D);
const cpu = { device: "cpu" } as const;

const CONFIGS: Record<string, MadeConfig> = {
  plain: { inputs: D, hidden: [9] },
  deep: { inputs: D, hidden: [9, 5, 4], activation: "softplus", directConnections: true, ordering: "random", masks: 3 },
  endless: { inputs: D, hidden: [9], ordering: "random", masks: Number.POSITIVE_INFINITY, initialization: "glorot" },
  given: {
    inputs: D,
    hidden: [6],
    masks: [4, 9].map((k) => maskAt(resolveConfig({ inputs: D, hidden: [6], ordering: "random" }), k)),
  },
  shallow: { inputs: D, hidden: [], ordering: [7, 6, 5, 4, 3, 2, 1], inputNames: ["a", "b", "ç", "d", "e", '"', "g"] },
  conditioned: {
    inputs: D,
    hidden: [9, 5],
    ordering: "random",
    masks: 2,
    degrees: "equal",
    conditionOnMask: true,
    initialization: "orthogonal",
  },
  tabled: {
    inputs: D,
    hidden: [4],
    columns: [
      ...["a", "b", "c", "d"].map(
        (column) => ({ column, kind: "binary", values: ["no", "yes"], inputs: [column] }) as const,
      ),
      { column: "e", kind: "categories", values: ["x", "é", '"'], inputs: ["e=x", "e=é", 'e="'] },
    ],
  },
  autoencoder: { inputs: D, hidden: [4], masked: false, seed: 2 ** 53 - 1 },
};

/** A trained model with early stopping's second set of weights. */
async function trained(config: MadeConfig): Promise<Made> {
  const made = await Made.create(config, cpu);
  const optimizer = { name: "adam", learningRate: 0.05 } as const;
  await made.fit(rows, { validation, epochs: 3, batchSize: 8, optimizer });
  return made;
}

/** `file` with some of its metadata or tensors replaced, or left out where they are undefined. */
function changed(file: Uint8Array, more: Record<string, string | Tensor | undefined>): Uint8Array {
  const { metadata, tensors } = parseSafetensors(file);
  const [meta, all] = [new Map(metadata), new Map(tensors)];
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) all.delete(name) || meta.delete(name);
    else if (typeof value === "string") meta.set(name, value);
    else all.set(name, value);
  }
  return writeSafetensors({ metadata: meta, tensors: all });
}

describe("a saved model", () => {
  test.each(Object.entries(CONFIGS))("comes back as it was: %s", async (_, config) => {
    const made = await trained(config);
    const file = await made.save();
    const again = await Made.load(file, cpu);
    expect(again.config).toEqual(made.config);
    expect(again.masks()).toEqual(made.masks());
    expect(await again.parameters()).toEqual(await made.parameters());
    expect(await again.logProb(rows)).toEqual(await made.logProb(rows));
    expect(await again.save()).toEqual(file);
    // Trained on, both end at the same bits.
    for (const model of [made, again]) await model.fit(rows, { validation, epochs: 2, batchSize: 8, resume: true });
    expect(await again.logProb(rows)).toEqual(await made.logProb(rows));
  });

  test("has the tensors and metadata that docs/model-file.md says", async () => {
    const made = await trained(CONFIGS.deep);
    const { metadata, tensors } = parseSafetensors(await made.save());
    const names = [...parameterShapes(made.config).keys()];
    expect(names).toEqual(["W1", "b1", "W2", "b2", "W3", "b3", "V", "c", "A"]);
    const prefixes = ["", "moment1.", "moment2.", "last."];
    expect([...tensors.keys()]).toEqual([
      ...prefixes.flatMap((prefix) => names.map((name) => prefix + name)),
      ...["masks.ordering", "masks.degrees1", "masks.degrees2", "masks.degrees3"],
    ]);
    expect(tensors.get("moment2.W2")).toMatchObject({ dtype: "F64", shape: [5, 9] });
    expect(tensors.get("masks.degrees2")).toMatchObject({ dtype: "I32", shape: [3, 5] });
    const [, second] = made.masks();
    const { bytes } = tensors.get("masks.ordering")!;
    expect([...new Int32Array(bytes.slice().buffer)].slice(D, 2 * D)).toEqual(second.ordering);
    expect([...metadata.keys()]).toEqual(["format", "format_version", "config", "run"]);
    expect(JSON.parse(metadata.get("config")!)).toMatchObject({ inputs: D, masks: 3, seed: 1, activation: "softplus" });
    expect(JSON.parse(metadata.get("run")!)).toMatchObject({
      step: 24,
      epoch: 3,
      rows: 180,
      optimizer: { name: "adam", learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      kept: "last",
    });
  });

  test("has connectivity weights among its tensors", async () => {
    const { tensors } = parseSafetensors(await (await trained(CONFIGS.conditioned)).save());
    for (const prefix of ["", "moment1.", "moment2.", "last."])
      for (const name of ["U1", "U2", "UV"]) expect(tensors.has(prefix + name)).toBe(true);
    expect(tensors.get("moment1.U2")).toMatchObject({ dtype: "F64", shape: [5, 9] });
  });

  test.each<[string, number, OptimizerOptions]>([
    ["adam", 2, { name: "adam" }],
    ["adamw", 2, { name: "adamw" }],
    ["sgd", 0, { name: "sgd" }],
    ["momentum", 1, { name: "sgd", momentum: 0.9, nesterov: true }],
    ["adagrad", 1, { name: "adagrad", initialAccumulatorValue: 0.1 }],
    ["adadelta", 2, { name: "adadelta" }],
  ])("has as many moments as its optimiser, and goes on with it: %s", async (_, count, optimizer) => {
    const made = await Made.create(CONFIGS.plain, cpu);
    await made.fit(rows, { epochs: 2, batchSize: 8, optimizer });
    const file = await made.save();
    const names = [...parseSafetensors(file).tensors.keys()];
    expect(names.filter((name) => name.endsWith(".W1"))).toHaveLength(count);
    const again = await Made.load(file, cpu);
    expect(await again.save()).toEqual(file);
    for (const model of [made, again]) await model.fit(rows, { epochs: 1, batchSize: 8, resume: true });
    expect(await again.save()).toEqual(await made.save());
  });

  test("has the schedule of its learning rate, of a function only that it was one", async () => {
    const cosine = { name: "cosine", learningRate: 0.1, warmup: 3, length: 40 } as const;
    for (const [learningRate, stored] of [
      [cosine, cosine],
      [({ step }: RunPoint) => 1 / (10 + step), { name: "function" }],
    ] as const) {
      const made = await Made.create(CONFIGS.plain, cpu);
      const optimizer = { name: "adam", learningRate } as const;
      await made.fit(rows, { epochs: 1, batchSize: 8, optimizer });
      const file = await made.save();
      expect(JSON.parse(parseSafetensors(file).metadata.get("run")!).optimizer.learningRate).toEqual(stored);
      const again = await Made.load(file, cpu);
      expect(await again.save()).toEqual(file);
      for (const model of [made, again]) await model.fit(rows, { epochs: 1, batchSize: 8, optimizer, resume: true });
      expect(await again.save()).toEqual(await made.save());
      const alone = again.fit(rows, { epochs: 1, batchSize: 8, resume: true });
      if (stored === cosine) await alone;
      else await expect(alone).rejects.toThrow("optimizer.learningRate: got none for a run that followed a function");
    }
  });

  test("of an endless supply holds the seed and the 32 masks it is evaluated under", async () => {
    const made = await Made.create(CONFIGS.endless, cpu);
    const { metadata, tensors } = parseSafetensors(await made.save());
    expect(JSON.parse(metadata.get("config")!).masks).toBe("endless");
    expect(tensors.get("masks.degrees1")!.shape).toEqual([32, 9]);
  });

  test("is the same file from the same training", async () => {
    const hash = (file: Uint8Array) => createHash("sha256").update(file).digest("hex");
    const files = [await trained(CONFIGS.deep), await trained(CONFIGS.deep)].map((made) => made.save());
    expect(hash(await files[0])).toBe(hash(await files[1]));
  });

  test("may lie anywhere in memory", async () => {
    const made = await trained(CONFIGS.plain);
    const file = await made.save();
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    const again = await Made.load(shifted.subarray(3), cpu);
    expect(await again.parameters()).toEqual(await made.parameters());
    await expect(Made.load("model" as never, cpu)).rejects.toThrow("bytes: got [object String]");
  });

  test("with other weights set goes on from these", async () => {
    const made = await trained(CONFIGS.plain);
    const parameters = await made.parameters();
    made.setParameters(parameters);
    const { tensors } = parseSafetensors(await made.save());
    expect([...tensors.keys()].filter((name) => name.startsWith("last."))).toEqual([]);
    const again = await Made.load(await made.save(), cpu);
    for (const model of [made, again]) await model.fit(rows, { epochs: 1, batchSize: 8, resume: true });
    expect(await again.save()).toEqual(await made.save());
  });

  test("that is not finite is refused before it is written", async () => {
    const made = await trained(CONFIGS.plain);
    const model = readModel(await made.save());
    model.state.moments[1].V[5] = Number.NaN;
    expect(() => writeModel(model)).toThrow(NotFiniteError);
    expect(() => writeModel(model)).toThrow("moment2.V: value 5 is NaN, expected finite numbers to save");
  });
});

describe("a file that is no model", async () => {
  const file = await (await trained(CONFIGS.deep)).save();
  const { metadata } = parseSafetensors(file);
  const config = JSON.parse(metadata.get("config")!);
  const run = JSON.parse(metadata.get("run")!);
  const withConfig = (more: object) => changed(file, { config: JSON.stringify({ ...config, ...more }) });
  const withRun = (more: object) => changed(file, { run: JSON.stringify({ ...run, ...more }) });
  const zeros = (dtype: "F32" | "F64" | "I32", ...shape: number[]): Tensor => ({
    dtype,
    shape,
    bytes: new Uint8Array(shape.reduce((a, b) => a * b, dtype === "F64" ? 8 : 4)),
  });
  const nan = zeros("F64", 9);
  new DataView(nan.bytes.buffer).setFloat64(16, Number.NaN, true);

  test.each<[what: string, message: string, bytes: Uint8Array]>([
    ["foreign", '__metadata__.format: got undefined, expected "made-webgpu"', changed(file, { format: undefined })],
    [
      "another program's",
      '__metadata__.format: got "pt", expected "made-webgpu": these are not the tensors of a model',
      changed(file, { format: "pt" }),
    ],
    ["of another version", 'format_version: got "2", expected "1"', changed(file, { format_version: "2" })],
    ["without a configuration", '__metadata__ has no "config"', changed(file, { config: undefined })],
    ["with a broken configuration", "__metadata__.config is not JSON", changed(file, { config: "{" })],
    ["with null for a configuration", "config: got null, expected a JSON object", changed(file, { config: "null" })],
    ["with an illegal configuration", "config.inputs: got 0, expected an integer ≥ 1", withConfig({ inputs: 0 })],
    ["with an unknown option", "config.dropout: expected no such key", withConfig({ dropout: 0.5 })],
    ["with an unknown strategy", 'config.degrees: got "odd"', withConfig({ degrees: "odd" })],
    ["with degrees of another strategy", "mask 0 is not the one that seed 1 gives", withConfig({ degrees: "equal" })],
    ["with half a switch", "config.conditionOnMask: got 1, expected true or false", withConfig({ conditionOnMask: 1 })],
    ["without its connectivity weights", 'there is no tensor "U1"', withConfig({ conditionOnMask: true })],
    ["with masks of an unknown kind", 'config.masks: got "some"', withConfig({ masks: "some" })],
    ["with other inputs than its masks", 'tensor "masks.ordering": got [3,7] of I32', withConfig({ inputs: 8 })],
    [
      "with fewer masks than its configuration has",
      "masks.ordering: got 3 masks, expected config.masks = 4",
      withConfig({ masks: 4 }),
    ],
    ["with masks of another seed", "mask 0 is not the one that seed 2 gives", withConfig({ seed: 2 })],
    ["with more layers than its masks", 'no tensor "masks.degrees4"', withConfig({ hidden: [9, 5, 4, 4] })],
    ["with wider layers than it says", 'tensor "masks.degrees1": got [3,9]', withConfig({ hidden: [8, 5, 4] })],
    [
      "with masks that are given and illegal",
      "config.masks[0].ordering[0]: got 0, expected every position 1 … 7 exactly once",
      changed(withConfig({ masks: "given" }), { "masks.ordering": zeros("I32", 3, D) }),
    ],
    ["without a parameter", 'there is no tensor "W2", expected one of shape [5,9]', changed(file, { W2: undefined })],
    ["without a moment", 'there is no tensor "moment1.c"', changed(file, { "moment1.c": undefined })],
    ["with a tensor too many", 'got a tensor "W9", expected', changed(file, { W9: zeros("F64", 1) })],
    ["of two precisions", '"b1": got [9] of F32, expected [9] of F64', changed(file, { b1: zeros("F32", 9) })],
    ["with a value that is not finite", 'tensor "b1": value 2 is NaN, expected a finite', changed(file, { b1: nan })],
    ["without a run", '__metadata__ has no "run"', changed(file, { run: undefined })],
    ["with half a run", "run.step: got undefined, expected it to be there", changed(file, { run: "{}" })],
    ["with an unknown part of a run", "run.steps: got 3, expected no such key", withRun({ steps: 3 })],
    ["with a negative step", "run.step: got -1, expected an integer ≥ 0", withRun({ step: -1 })],
    ["with an unknown optimiser", "run.optimizer (adamax)", withRun({ optimizer: { name: "adamax" } })],
    ["with half an optimiser", "run.optimizer.learningRate", withRun({ optimizer: { name: "sgd" } })],
    [
      "with half a schedule",
      "run.optimizer (adam): optimizer.learningRate.every: got undefined, expected an integer ≥ 1",
      withRun({ optimizer: { ...run.optimizer, learningRate: { name: "step", learningRate: 1 } } }),
    ],
    ["without what the run kept", 'got a tensor "last.W1"', withRun({ kept: undefined, best: undefined })],
    ["with something kept for nothing", 'one of "best" and "kept"', withRun({ best: undefined })],
    ["with a broken report", "run.fit.reports[0].trainNll", withRun({ fit: { reports: [{ epoch: 1 }] } })],
    [
      "with a broken part of an epoch",
      "run.fit.part.of.shuffle: got 1, expected true or false",
      withRun({
        fit: {
          reports: [],
          part: { step: 1, rows: 8, nllSum: 1, seconds: 1, of: { rows: 60, batchSize: 8, shuffle: 1 } },
        },
      }),
    ],
  ])("is refused: %s", async (_, message, bytes) => {
    await expect(Made.load(bytes, cpu)).rejects.toThrow(FormatError);
    await expect(Made.load(bytes, cpu)).rejects.toThrow(message);
  });
});
