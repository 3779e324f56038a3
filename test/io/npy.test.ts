// NPY: what NumPy wrote comes back value for value, and nothing else than NPY is taken for it.

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { parseNpy } from "../../src/io/npy.ts";
import { concat, fixture, npy, u32 } from "./support.ts";

const read = (name: string) => parseNpy(fixture(`npy/${name}.npy`));
const HEADER = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n";

// The formulas of test/fixtures/generate.py, i the row-major index.
const FORMULAS: Record<string, (i: number) => number> = {
  b: (i) => Number(i % 3 === 0),
  u: (i) => i * 7,
  i: (i) => i * 7 - 80,
  f: (i) => (i * 7 - 80) / 8,
};
const want = (kind: string, length = 24) => Array.from({ length }, (_, i) => FORMULAS[kind](i));

describe("parseNpy", () => {
  for (const [code, dtype, ArrayType] of [
    ["b1", "bool", Uint8Array],
    ["u1", "uint8", Uint8Array],
    ["i1", "int8", Int8Array],
    ["u2", "uint16", Uint16Array],
    ["i2", "int16", Int16Array],
    ["u4", "uint32", Uint32Array],
    ["i4", "int32", Int32Array],
    ["u8", "uint64", Float64Array],
    ["i8", "int64", Float64Array],
    ["f4", "float32", Float32Array],
    ["f8", "float64", Float64Array],
  ] as const)
    for (const endian of code.endsWith("1") ? [""] : ["-little", "-big"])
      for (const order of ["c", "fortran"])
        it(`reads ${code}${endian}-${order}`, () => {
          const array = read(`${code}${endian}-${order}`);
          expect(array).toEqual({ shape: [2, 3, 4], dtype, data: ArrayType.from(want(code[0])) });
        });

  it.each([1, 2, 3])("reads version %i.0", (version) => {
    expect([...read(`version-${version}`).data]).toEqual(want("f"));
  });

  it("reads a single value, a vector, and an array without values", () => {
    expect(read("scalar")).toEqual({ shape: [], dtype: "float64", data: Float64Array.of(2.5) });
    expect(read("vector")).toEqual({ shape: [5], dtype: "int32", data: Int32Array.from(want("i", 5)) });
    expect(read("empty")).toEqual({ shape: [0, 4], dtype: "float32", data: new Float32Array() });
  });

  it("keeps the limits of each type and the special floats", () => {
    expect([...read("limits-u4").data]).toEqual([0, 2 ** 32 - 1]);
    expect([...read("limits-i4").data]).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    expect([...read("limits-i8").data]).toEqual([-(2 ** 53), 2 ** 53]);
    expect([...read("special-f8").data]).toEqual([Infinity, -Infinity, NaN, -0, 5e-324]);
  });

  it("refuses integers that float64 would round, naming the value", () => {
    expect(() => read("beyond-i8")).toThrow("value 1 is -9007199254740993, expected at most 2^53");
    expect(() => read("beyond-u8")).toThrow("value 1 is 18446744073709551615, expected at most 2^53");
  });

  it("refuses the types it does not read, naming them", () => {
    expect(() => read("unreadable-f2")).toThrow("got the element type '<f2', expected |b1");
    expect(() => read("unreadable-text")).toThrow("got the element type '<U2'");
    expect(() => read("unreadable-record")).toThrow("expected a string that names one element type");
  });

  it("takes an ArrayBuffer, a Buffer and a view into a larger buffer, and copies the values", () => {
    const file = npy(HEADER, [1, 2, 3]);
    const shifted = new Uint8Array(concat([9], file, [9]).buffer, 1, file.length);
    for (const bytes of [file.buffer as ArrayBuffer, Buffer.from(file), shifted, file])
      expect([...parseNpy(bytes).data]).toEqual([1, 2, 3]);
    const { data } = parseNpy(file);
    file.fill(0);
    expect([...data]).toEqual([1, 2, 3]);
    expect(() => parseNpy("text" as never)).toThrow("bytes: got [object String], expected a Uint8Array");
  });

  it.each([
    ["nothing", [], "got 0 bytes, expected at least 8"],
    ["another magic", concat([0x93], "NUMPZ", [1, 0]), "byte 5 is 90, expected 89"],
    ["a cut magic", concat([0x93], "NUM"), "got 4 bytes, expected at least 8"],
    ["another version", concat([0x93], "NUMPY", [4, 0], u32(0)), "got version 4.0"],
    ["no header length", concat([0x93], "NUMPY", [2, 0, 9]), "got 9 bytes, expected at least 12"],
    ["a header beyond the file", concat([0x93], "NUMPY", [2, 0], u32(2 ** 32 - 1)), "expected at least 4294967307"],
    ["too few bytes", npy(HEADER, [1, 2]), "got 2 bytes of data from byte 68 on, expected 3 for shape (3) of uint8"],
    ["too many bytes", npy(HEADER, [1, 2, 3, 4]), "got 4 bytes of data from byte 68 on, expected 3"],
    ["a boolean of 2", npy(HEADER.replace("u1", "b1"), [1, 2, 0]), "byte 69 is 2, expected a boolean"],
    ["an unknown type", npy(HEADER.replace("|u1", "toString")), "got the element type 'toString'"],
    ["no byte order", npy(HEADER.replace("|u1", "|f4")), "got the element type '|f4'"],
  ])("refuses %s, saying where", (_, bytes, message) => {
    expect(() => parseNpy(Uint8Array.from(bytes))).toThrow(FormatError);
    expect(() => parseNpy(Uint8Array.from(bytes))).toThrow(message);
  });

  it.each([
    ["", 'byte 10: got the end of the header, expected "{"'],
    ["{}", "got the keys (none), expected descr, fortran_order and shape"],
    ["{'descr': '|u1', 'fortran_order': False}", "got the keys descr, fortran_order, expected"],
    ["{'descr': '|u1', 'descr': '|u1'}", "byte 27: got \"'descr': '|u1'}\", expected 'descr' only once"],
    ["{'colour': 1}", "expected the key 'descr', 'fortran_order' or 'shape'"],
    ["{'descr': 1}", "expected a string that names one element type"],
    ["{'descr': '|\\x75'}", "expected a string that names one element type"],
    ["{'fortran_order': 0}", "expected True or False"],
    ["{'shape': 3}", 'got "3}", expected "("'],
    ["{'shape': (3)}", 'got ")}", expected ","'],
    ["{'shape': (,)}", "expected an integer below 2^53"],
    ["{'shape': (-1,)}", 'got "-1,)}", expected an axis'],
    ["{'shape': (99999999999999999999,)}", "expected an integer below 2^53"],
    [`{'shape': (${"1, ".repeat(65)})}`, "expected at most 64 axes"],
    ["{'shape': (3,), 'descr': __import__('os')}", "got \"__import__('os')\", expected a string"],
    [`${HEADER}x`, 'byte 68: got "x", expected nothing after the header'],
  ])("refuses the header %s", (header, message) => {
    expect(() => parseNpy(npy(header, [1, 2, 3]))).toThrow(FormatError);
    expect(() => parseNpy(npy(header, [1, 2, 3]))).toThrow(message);
  });

  it("refuses absurd shapes without taking memory for them", () => {
    for (const shape of [
      "9007199254740991, 9007199254740991",
      "4294967296, 4294967296, 4294967296",
      "1, 4503599627370496",
    ])
      expect(() => parseNpy(npy(HEADER.replace("3,", shape), [1, 2, 3]))).toThrow("got 3 bytes of data");
    expect(parseNpy(npy(HEADER.replace("3,", "0, 9007199254740991"))).data.length).toBe(0);
  });

  it("reads the literals that other writers produce", () => {
    const headers = ['{"shape":(3L,),"fortran_order":False,"descr":"|u1"}', `\n ${HEADER}   `];
    for (const header of headers) expect([...parseNpy(npy(header, [1, 2, 3])).data]).toEqual([1, 2, 3]);
  });
});
