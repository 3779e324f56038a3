// The network as an ONNX model: a graph of seven kinds of nodes, written as protobuf by hand.
// Field numbers are those of onnx.proto (ONNX 1.16, IR version 9, operator set 17).

import type { DenseLayer } from "../problem.ts";

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 9;
const OPERATOR_SET = 17;

/** A field of a protobuf message: a varint, bytes, text, or a message. */
type Field = readonly [number: number, value: number | Uint8Array | string];

/**
 * @param output `"nll"`: −log p of each row, (rows); `"probabilities"`: p(x_d = 1 | x_<d), (rows, D)
 * @returns the model's bytes; its input is `x`, (rows, D)
 */
export function onnxModel(layers: readonly DenseLayer[], output: "nll" | "probabilities"): Uint8Array<ArrayBuffer> {
  const D = layers[0].inputs;
  const initializers: Uint8Array[] = [];
  const nodes: Uint8Array[] = [];
  let h = "x";
  layers.forEach(({ inputs, outputs, weights, mask, bias }, l) => {
    initializers.push(
      tensor(`weights${l}`, FLOAT, [inputs, outputs], weights),
      tensor(`mask${l}`, FLOAT, [inputs, outputs], mask),
      tensor(`bias${l}`, FLOAT, [outputs], bias),
    );
    nodes.push(
      node("Mul", [`weights${l}`, `mask${l}`], `masked${l}`),
      node("MatMul", [h, `masked${l}`], `product${l}`),
      node("Add", [`product${l}`, `bias${l}`], `z${l}`),
    );
    h = `z${l}`;
    if (l < layers.length - 1) nodes.push(node("Relu", [h], `h${l}`));
    if (l < layers.length - 1) h = `h${l}`;
  });
  if (output === "probabilities") {
    nodes.push(node("Sigmoid", [h], output));
  } else {
    initializers.push(tensor("columns", INT64, [1], BigInt64Array.of(1n)));
    nodes.push(
      node("Softplus", [h], "softplus"),
      node("Mul", ["x", h], "seen"),
      node("Sub", ["softplus", "seen"], "terms"),
      node("ReduceSum", ["terms", "columns"], output, [attribute("keepdims", 0)]),
    );
  }
  const graph = message(
    ...nodes.map((bytes): Field => [1, bytes]),
    [2, "made"],
    ...initializers.map((bytes): Field => [5, bytes]),
    [11, valueInfo("x", ["rows", D])],
    [12, valueInfo(output, output === "nll" ? ["rows"] : ["rows", D])],
  );
  return message([1, IR_VERSION], [7, graph], [8, message([1, ""], [2, OPERATOR_SET])]);
}

/** NodeProto. */
const node = (operator: string, inputs: readonly string[], output: string, attributes: readonly Uint8Array[] = []) =>
  message(
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [3, `${operator} ${output}`],
    [4, operator],
    ...attributes.map((bytes): Field => [5, bytes]),
  );

/** AttributeProto of an integer (type 2). */
const attribute = (name: string, value: number) => message([1, name], [3, value], [20, 2]);

/** TensorProto with raw little-endian data. */
const tensor = (name: string, type: number, shape: readonly number[], data: Float32Array | BigInt64Array) =>
  message(
    ...shape.map((size): Field => [1, size]),
    [2, type],
    [8, name],
    [9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  );

/** ValueInfoProto of a float tensor; a dimension is a number, or a name where it is open. */
function valueInfo(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = message(
    ...shape.map((size): Field => [1, typeof size === "number" ? message([1, size]) : message([2, size])]),
  );
  return message([1, name], [2, message([1, message([1, FLOAT], [2, dimensions])])]);
}

/** A protobuf message: for each field its number and wire type, then a varint, or a length and that many bytes. */
export function message(...fields: Field[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (typeof value === "number") {
      parts.push(varint(number << 3), varint(value));
      continue;
    }
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    parts.push(varint((number << 3) | 2), varint(bytes.length), bytes);
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Uint8Array.from([...bytes, value]);
}
