// safetensors: the canonical bytes, and one sentence for every way in which a file can be wrong.

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.ts";
import { parseSafetensors, type Tensor, writeSafetensors } from "../../src/io/safetensors.ts";
import { concat } from "./support.ts";

const f32 = (...values: number[]): Tensor => ({
  dtype: "F32",
  shape: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** A file with this header, padded as it is, and these data. */
const file = (header: string, data: ArrayLike<number> = []): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return concat(length, text, data);
};
const entry = (offsets: string, shape = "[1]", dtype = "U8") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe("writeSafetensors", () => {
  it("writes the bytes of the format, the header padded to eight", () => {
    const bytes = writeSafetensors({ metadata: new Map([["k", "v"]]), tensors: new Map([["a", f32(1)]]) });
    const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(bytes).toEqual(file(header.padEnd(80, " "), [0, 0, 0x80, 0x3f]));
    expect(header.length).toBe(79);
  });

  it("aligns every tensor to its elements, whatever order they come in", () => {
    const tensors = new Map<string, Tensor>([
      ["byte", { dtype: "U8", shape: [3], bytes: Uint8Array.of(1, 2, 3) }],
      ["float", f32(4, 5, 6)],
      ["double", { dtype: "F64", shape: [1, 1], bytes: new Uint8Array(Float64Array.of(7).buffer) }],
      ["empty", { dtype: "F32", shape: [0, 9], bytes: new Uint8Array() }],
      ["scalar", { dtype: "U8", shape: [], bytes: Uint8Array.of(8) }],
    ]);
    const bytes = writeSafetensors({ metadata: new Map(), tensors });
    const read = parseSafetensors(bytes);
    expect([...read.tensors.keys()]).toEqual(["double", "float", "empty", "byte", "scalar"]);
    for (const [name, tensor] of tensors) expect(read.tensors.get(name)).toEqual(tensor);
    expect(read.tensors.get("double")!.bytes.byteOffset % 8).toBe(0);
    expect(read.tensors.get("float")!.bytes.byteOffset % 4).toBe(0);
    expect(writeSafetensors(read)).toEqual(bytes);
  });
});

describe("parseSafetensors", () => {
  it("reads tensors in any order, without metadata, and a header that is not padded", () => {
    const bytes = file(`{"b":${entry("[1,3]", "[2]")},"a":${entry("[0,1]")}}`, [1, 2, 3]);
    const { metadata, tensors } = parseSafetensors(bytes);
    expect(metadata.size).toBe(0);
    expect([...tensors].map(([name, tensor]) => [name, [...tensor.bytes]])).toEqual([
      ["a", [1]],
      ["b", [2, 3]],
    ]);
  });

  const wrong: [what: string, message: string, bytes: Uint8Array][] = [
    ["nothing", "got 0 bytes, expected at least the 8 of the header's length", new Uint8Array()],
    ["a cut length", "got 7 bytes, expected at least the 8", new Uint8Array(7)],
    ["no header", "byte 0: got a header of 0 bytes, expected 2 … 3 in a file of 11 bytes", concat(new Uint8Array(11))],
    [
      "a header longer than the file",
      "byte 0: got a header of 18446744073709551615 bytes, expected 2 … 2 in a file of 10 bytes",
      concat(new Uint8Array(8).fill(255), "{}"),
    ],
    ["what is not UTF-8", "the header, bytes 8 … 10, is not UTF-8", concat([3, 0, 0, 0, 0, 0, 0, 0], "{", [0xff], "}")],
    ["no object", 'byte 8: got " ", expected "{" of the header', file(" {}")],
    ["what is not JSON", "the header, bytes 8 … 11, is not JSON", file('{"a}')],
    ["a key twice", 'byte 61: got the key "a" a second time', file(`{"a":${entry("[0,1]")},"\\u0061":1}`, [1])],
    [
      "a key twice behind letters of several bytes",
      'byte 21: got the key "é" a second time',
      file('{"é":{ },   "é":{ }}'),
    ],
    ["a key twice in an entry", 'got the key "dtype" a second time', file('{"a":{"dtype":"U8","dtype":"U8"}}')],
    ["metadata that are no strings", "__metadata__.n: got 1, expected a string", file('{"__metadata__":{"n":1}}')],
    ["metadata that are no object", "__metadata__: got [], expected a JSON object", file('{"__metadata__":[]}')],
    ["an entry that is no object", 'tensor "a": got 3, expected a JSON object', file('{"a":3}')],
    ["a missing type", 'tensor "a": dtype: got undefined, expected one of BOOL, U8', file('{"a":{}}')],
    ["an unknown type", 'tensor "a": dtype: got "C64", expected one of', file(`{"a":${entry("[0,1]", "[1]", "C64")}}`)],
    ["an inherited type", 'dtype: got "toString"', file(`{"a":${entry("[0,1]", "[1]", "toString")}}`)],
    [
      "an unknown key",
      'tensor "a": got "stride", expected the keys dtype, shape and data_offsets, and no others',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"stride":1}}', [1]),
    ],
    ["a negative axis", 'tensor "a": shape: got [-1]', file(`{"a":${entry("[0,1]", "[-1]")}}`, [1])],
    ["a broken axis", 'tensor "a": shape: got [1.5]', file(`{"a":${entry("[0,1]", "[1.5]")}}`, [1])],
    ["offsets in reverse", "data_offsets: got [1,0]", file(`{"a":${entry("[1,0]")}}`, [1])],
    ["three offsets", "data_offsets: got [0,1,2]", file(`{"a":${entry("[0,1,2]")}}`, [1])],
    [
      "a shape that is not its bytes",
      'tensor "a": got 4 bytes (data_offsets [0,4]), expected 8 for shape [2] of F32',
      file(`{"a":${entry("[0,4]", "[2]", "F32")}}`, [0, 0, 0, 0]),
    ],
    [
      "a shape beyond all numbers",
      'tensor "a": got 4 bytes (data_offsets [0,4]), expected',
      file(`{"a":${entry("[0,4]", "[4294967296,4294967296,4294967296]", "F32")}}`, [0, 0, 0, 0]),
    ],
    [
      "an overlap",
      'tensor "b" begins at byte 114, expected 115, where "a" ends: they overlap',
      file(`{"a":${entry("[0,2]", "[2]")},"b":${entry("[1,3]", "[2]")}}`, [1, 2, 3]),
    ],
    [
      "a gap",
      'tensor "a" begins at byte 62, expected 61, where the header ends: they leave a gap',
      file(`{"a":${entry("[1,2]")}}`, [1, 2]),
    ],
    [
      "a cut end",
      'tensor "a" ends at byte 63, but the file has 62 bytes: it is cut off',
      file(`{"a":${entry("[0,2]", "[2]")}}`, [1]),
    ],
    [
      "trailing bytes",
      "the last tensor ends at byte 62, expected the end of the file, byte 64",
      file(`{"a":${entry("[0,1]")}}`, [1, 2, 3]),
    ],
  ];
  it.each(wrong)("says what is wrong with %s", (_, message, bytes) => {
    expect(() => parseSafetensors(bytes)).toThrow(FormatError);
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it("takes a key of its prototype's for a name like any other", () => {
    const names = parseSafetensors(file(`{"__proto__":${entry("[0,1]")},"constructor":${entry("[1,2]")}}`, [1, 2]));
    expect([...names.tensors.keys()]).toEqual(["__proto__", "constructor"]);
  });
});
