// Names and shapes of the parameters, and the check of records that come from outside.

import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import { checkParameters, type Parameter, parameterShapes, sizeOf } from "../src/made/parameters.ts";

describe("parameterShapes", () => {
  test("W1 b1 … WL bL V c A in that order, weights (out, in)", () => {
    expect([...parameterShapes({ inputs: 5, hidden: [4, 3], directConnections: true })]).toEqual([
      ["W1", [4, 5]],
      ["b1", [4]],
      ["W2", [3, 4]],
      ["b2", [3]],
      ["V", [5, 3]],
      ["c", [5]],
      ["A", [5, 5]],
    ]);
  });

  test("without hidden layers V sees the inputs", () => {
    expect([
      ...parameterShapes({ inputs: 5, hidden: [4, 3], directConnections: true, conditionOnMask: true }).keys(),
    ]).toEqual(["W1", "b1", "W2", "b2", "V", "c", "A", "U1", "U2", "UV"]);
    expect([...parameterShapes({ inputs: 5, hidden: [], directConnections: false })]).toEqual([
      ["V", [5, 5]],
      ["c", [5]],
    ]);
  });
});

test("sizeOf is the number of values", () => {
  expect([sizeOf([4]), sizeOf([4, 5])]).toEqual([4, 20]);
});

describe("checkParameters", () => {
  const config = { inputs: 2, hidden: [3], directConnections: false };
  const record = (): Record<string, Parameter | Float32Array> => ({
    W1: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    b1: Float32Array.of(1, 2, 3),
    V: new Float32Array(6),
    c: { shape: [2], data: Float32Array.of(-1, 1) },
  });

  test("takes parameters and bare arrays, and returns copies with their shapes in the right order", () => {
    const given = record();
    const checked = checkParameters(config, Object.fromEntries(Object.entries(given).reverse()));
    expect(Object.entries(checked).map(([name, { shape }]) => [name, shape])).toEqual([...parameterShapes(config)]);
    expect(checked.b1.data).toEqual(given.b1);
    (given.b1 as Float32Array)[0] = 9;
    expect(checked.b1.data[0]).toBe(1);
  });

  test.each<[string, Record<string, unknown>]>([
    ['parameters: there is no "A" in this model, which has W1 b1 V c', { A: new Float32Array(4) }],
    ['parameters: "b1" is missing; this model has W1 b1 V c', { b1: undefined }],
    ["parameters.V: got 5 values, expected [2,3] = 6", { V: new Float32Array(5) }],
    ["parameters.V.shape: got [3,2], expected [2,3]", { V: { shape: [3, 2], data: new Float32Array(6) } }],
    ["parameters.c: got [object Array], expected a Float32Array", { c: { shape: [2], data: [0, 0] } }],
    ["parameters.c: got [object Float64Array], expected a Float32Array", { c: { data: new Float64Array(2) } }],
    ["parameters.c: value 1 is NaN, expected a finite number", { c: Float32Array.of(0, Number.NaN) }],
    [
      "parameters.c: value 0 is Infinity, expected a finite number",
      { c: Float32Array.of(Number.POSITIVE_INFINITY, 0) },
    ],
  ])("%s", (message, wrong) => {
    const act = () => checkParameters(config, { ...record(), ...wrong } as Record<string, Parameter>);
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });
});
