// IDX: files built by hand from the format's definition.

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { parseIdx } from "../../src/io/idx.ts";
import { concat, u32big } from "./support.ts";

const file = (type: number, shape: number[], data: number[]) =>
  concat([0, 0, type, shape.length], shape.flatMap(u32big), data);

describe("parseIdx", () => {
  it.each([
    [0x08, "uint8", [2], [1, 255], Uint8Array.of(1, 255)],
    [0x09, "int8", [2], [1, 255], Int8Array.of(1, -1)],
    [0x0b, "int16", [2], [1, 2, 0xff, 0xfe], Int16Array.of(258, -2)],
    [0x0c, "int32", [1], [0x80, 0, 0, 1], Int32Array.of(-(2 ** 31) + 1)],
    [0x0d, "float32", [2], [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], Float32Array.of(1, -2.5)],
    [0x0e, "float64", [1], [0x3f, 0xe8, 0, 0, 0, 0, 0, 0], Float64Array.of(0.75)],
  ])("reads type %i, %s", (type, dtype, shape, bytes, data) => {
    expect(parseIdx(file(type, shape, bytes))).toEqual({ shape, dtype, data });
  });

  it("reads several axes, empty ones too", () => {
    const { shape, data } = parseIdx(file(8, [2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    expect(shape).toEqual([2, 3, 2]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(parseIdx(file(8, [0, 28, 28], [])).data.length).toBe(0);
  });

  it.each([
    ["nothing", [], "got 0 bytes, expected at least the 4 of the magic"],
    ["text", concat("<!doctype html>"), "got 3c 21 64 6f, expected 00 00, a type"],
    ["an unknown type", file(0x0a, [1], [1]), "got 00 00 0a 01"],
    ["no axes", file(8, [], [1]), "at least 01 axis"],
    ["cut sizes", [0, 0, 8, 3, 0, 0, 0, 1], "got 8 bytes, expected at least 16 for the sizes of 3 axes"],
    ["cut data", file(0x0b, [2], [1, 2, 3]), "got 3 bytes of data from byte 8 on, expected 4 for shape (2) of int16"],
    ["data in excess", file(8, [2], [1, 2, 3]), "got 3 bytes of data from byte 8 on, expected 2"],
    ["absurd sizes", file(8, Array(255).fill(2 ** 32 - 1), [1]), "got 1 bytes of data from byte 1024 on"],
  ])("refuses %s, saying where", (_, bytes, message) => {
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(FormatError);
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(message);
  });
});
