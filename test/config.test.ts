// The configuration: its defaults, what is legal, and one sentence for everything that isn't.

import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { binaryColumns } from "../src/io/table.ts";
import { type MadeConfig, resolveConfig } from "../src/made/config.ts";

describe("resolveConfig", () => {
  test("completes what is given with defaults", () => {
    expect(resolveConfig({ inputs: 784, hidden: [500] })).toEqual({
      inputs: 784,
      hidden: [500],
      activation: "relu",
      directConnections: false,
      ordering: "natural",
      masks: 1,
      degrees: "uniform",
      conditionOnMask: false,
      masked: true,
      initialization: "torch",
      seed: 1,
    });
  });

  test("keeps everything that is given", () => {
    const config: Required<MadeConfig> = {
      inputs: 2,
      hidden: [3],
      activation: "softplus",
      directConnections: true,
      ordering: [2, 1],
      masks: [{ ordering: [1, 2], degrees: [[1, 1, 1]] }],
      degrees: "equal",
      conditionOnMask: true,
      masked: false,
      initialization: "glorot",
      seed: 2 ** 53 - 1,
      inputNames: ["wings", "feathers"],
      columns: [
        { column: "wings", kind: "binary", values: ["no", "yes"], inputs: ["wings"] },
        { column: "feathers", kind: "categories", values: ["many"], inputs: ["feathers=many"] },
      ],
    };
    expect(resolveConfig(config)).toEqual(config);
    expect(resolveConfig({ ...config, hidden: [], masks: Number.POSITIVE_INFINITY }).masks).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("does not follow later changes of the caller's hidden", () => {
    const hidden = [4];
    const config = resolveConfig({ inputs: 2, hidden });
    hidden[0] = 5;
    expect(config.hidden).toEqual([4]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["inputs: got 0, expected an integer ≥ 1", { inputs: 0 }],
    ["inputs: got 2.5, expected an integer ≥ 1", { inputs: 2.5 }],
    ["inputs: got undefined, expected an integer ≥ 1", { inputs: undefined }],
    ["inputs: got 3, expected an integer ≥ 1", { inputs: "3" }],
    ["hidden: got 500, expected an array of layer widths", { hidden: 500 }],
    ["hidden[1]: got 0, expected an integer ≥ 1", { hidden: [4, 0] }],
    ['activation: got "gelu", expected one of relu, softplus, tanh, sigmoid', { activation: "gelu" }],
    ['initialization: got "zeros", expected one of glorot, torch, orthogonal', { initialization: "zeros" }],
    ['degrees: got "random", expected one of uniform, equal', { degrees: "random" }],
    ["directConnections: got yes, expected true or false", { directConnections: "yes" }],
    ["conditionOnMask: got yes, expected true or false", { conditionOnMask: "yes" }],
    ["masked: got 1, expected true or false", { masked: 1 }],
    ["seed: got -1, expected an integer in 0 … 2⁵³−1", { seed: -1 }],
    ["seed: got 9007199254740992, expected an integer in 0 … 2⁵³−1", { seed: 2 ** 53 }],
    ["columns: got 7, expected an array of columns", { columns: 7 }],
    ["columns: got columns of 2 inputs, expected inputs = 3", { columns: binaryColumns(["a", "b"]) }],
    ["inputNames: got 2 names, expected 3", { inputNames: ["a", "b"] }],
    ["inputNames: got abc, expected 3", { inputNames: "abc" }],
    ['inputNames[2]: got "a", expected a string that comes once', { inputNames: ["a", "b", "a"] }],
    ["inputNames[1]: got 2, expected a string that comes once", { inputNames: ["a", 2, "b"] }],
    ['ordering: got "reverse", expected one of natural, random', { ordering: "reverse" }],
    ['ordering: got 4, expected "natural", "random", or an array of positions', { ordering: 4 }],
    ["ordering: got 2 positions, expected 3", { ordering: [1, 2] }],
    ["ordering[2]: got 1, expected every position 1 … 3 exactly once", { ordering: [1, 2, 1] }],
    ["masks: got 0, expected an integer ≥ 1, Infinity, or an array of masks", { masks: 0 }],
    ["masks: got NaN, expected an integer ≥ 1, Infinity, or an array of masks", { masks: Number.NaN }],
    ["masks: got many, expected a number or an array of masks", { masks: "many" }],
    ["masks: got an empty array, expected at least one mask", { masks: [] }],
    [
      "masks[1].degrees[0][0]: got 3, expected an integer in 1 … 2",
      {
        masks: [
          { ordering: [1, 2, 3], degrees: [[1, 2]] },
          { ordering: [1, 2, 3], degrees: [[3, 2]] },
        ],
      },
    ],
  ])("%s", (message, wrong) => {
    const act = () => resolveConfig({ inputs: 3, hidden: [2], ...wrong } as MadeConfig);
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
