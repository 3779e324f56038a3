// How much of MNIST each engine gets, and the sentences that say what came of it.

import { describe, expect, it } from "vitest";
import { resolveConfig } from "../src/made/config.ts";
import { Made } from "../src/made/made.ts";
import { BinaryRows } from "../src/made/rows.ts";
import {
  describeModel,
  describeTest,
  describeTraining,
  type EngineKind,
  kindOf,
  planFor,
  startAtMarginals,
  takeRows,
  thousands,
} from "../src/mnist-job.ts";
import type { TrainingJob } from "../src/training-job.ts";

const info = (given: Partial<GPUAdapterInfo>) =>
  ({ vendor: "", architecture: "", device: "", description: "", ...given }) as GPUAdapterInfo;

describe("planFor", () => {
  it("uses all of MNIST for twenty epochs on a GPU", () => {
    const plan = planFor("hardware");
    expect(plan).toMatchObject({ hidden: [500], masks: 1, epochs: 20 });
    expect([plan.trainRows, plan.validationRows, plan.testRows]).toEqual([50_000, 10_000, 10_000]);
    expect([plan.trainSeconds, plan.testSeconds]).toEqual([undefined, undefined]);
  });

  it("leaves half a minute of two to loading and drawing on anything slower", () => {
    for (const kind of ["software", "cpu"] as const) {
      const { trainSeconds, testSeconds, epochs } = planFor(kind);
      expect(trainSeconds! + testSeconds!).toBeLessThanOrEqual(90);
      expect(epochs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it("shows samples within seconds on the slowest software adapter", () => {
    const { roundRows, batchSize } = planFor("software");
    const secondsAStep = 0.3;
    expect((roundRows / batchSize) * secondsAStep).toBeLessThanOrEqual(6);
  });
});

describe("kindOf", () => {
  it.each<[Partial<GPUAdapterInfo>, EngineKind]>([
    [{ vendor: "google", architecture: "swiftshader" }, "software"],
    [{ description: "llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)" }, "software"],
    [{ vendor: "microsoft", description: "Microsoft Basic Render Driver" }, "software"],
    [{ vendor: "nvidia", architecture: "hopper" }, "hardware"],
    [{ vendor: "apple", architecture: "metal-3" }, "hardware"],
  ])("%o is %s", (given, kind) => {
    expect(kindOf(info(given))).toBe(kind);
  });
  it("knows the engine without an adapter", () => {
    expect(kindOf("cpu")).toBe("cpu");
  });
});

it("takes the first rows of each split, and all where fewer are there", () => {
  const rows = (n: number) =>
    BinaryRows.from(
      Uint8Array.from({ length: 2 * n }, (_, i) => i & 1),
      2,
    );
  const splits = { train: rows(30), validation: rows(20), test: rows(10) };
  const taken = takeRows(splits, { ...planFor("cpu"), trainRows: 12, validationRows: 20, testRows: 10_000 });
  expect([taken.train.rows, taken.validation.rows, taken.test.rows]).toEqual([12, 20, 10]);
  expect(taken.train).toEqual(splits.train.slice(0, 12));
});

it("starts the output biases at the log-odds of the training pixels where time is limited, and changes nothing else", async () => {
  const made = await Made.create({ inputs: 2, hidden: [3] }, { device: "cpu" });
  const before = await made.parameters();
  const rows = BinaryRows.from([
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 0],
  ]);
  await startAtMarginals(made, rows, {});
  expect(await made.parameters()).toEqual(before);
  await startAtMarginals(made, rows, { trainSeconds: 10 });
  const { c, ...after } = await made.parameters();
  expect([...c.data]).toEqual([Math.fround(Math.log(3.5 / 1.5)), Math.fround(Math.log(0.5 / 4.5))]);
  const { c: _, ...rest } = before;
  expect(after).toEqual(rest);
});

describe("what is said", () => {
  const rows = BinaryRows.zeros(50_000, 784);
  const data = { train: rows, test: rows.slice(0, 10_000) };
  const told = (job: Partial<TrainingJob>, stopped: "epochs" | "time" | "patience" | "aborted") =>
    describeTraining(job as TrainingJob, { data, model: "500 ReLU units, 1 mask", stopped, rowName: "digit" });

  it("says how many digits were seen, for how long, and why it ended", () => {
    expect(told({ rowsSeen: 26_300, seconds: 75.6 }, "time")).toBe(
      "500 ReLU units, 1 mask: saw 26,300 of 50,000 training digits once in 76 s, when its time was up.",
    );
    expect(told({ rowsSeen: 1_000_000, seconds: 14.2 }, "epochs")).toBe(
      "500 ReLU units, 1 mask: saw 50,000 training digits 20 times in 14 s.",
    );
    expect(told({ rowsSeen: 50_000, seconds: 1.25 }, "aborted")).toBe(
      "500 ReLU units, 1 mask: saw 50,000 training digits once in 1.3 s, when it was stopped.",
    );
  });

  it("says on how many rows the test NLL is measured", () => {
    expect(describeTest({ nll: 106.614, standardError: 0.287, rows: 10_000 }, data, "digit")).toBe(
      "Test NLL 106.61 ± 0.29 nats a digit (± standard error) on all 10,000 test digits.",
    );
    expect(describeTest({ nll: 106.614, standardError: 0.64, rows: 2000 }, data, "digit")).toBe(
      "Test NLL 106.61 ± 0.64 nats a digit (± standard error) on the first 2,000 of 10,000 test digits.",
    );
  });

  it("names the model", () => {
    const model = (config: object) => describeModel(resolveConfig({ inputs: 784, hidden: [500], ...config }));
    expect(model({})).toBe("500 ReLU units, 1 mask");
    expect(model({ hidden: [], masks: Number.POSITIVE_INFINITY, directConnections: true })).toBe(
      "no hidden layer, a new mask every step, direct connections",
    );
    expect(model({ hidden: [8000, 500], masks: 32, activation: "tanh" })).toBe("8,000 + 500 tanh units, 32 masks");
    expect(thousands(1234.6)).toBe("1,235");
  });
});
