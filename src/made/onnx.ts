// A model as an ONNX graph: x → log p and p. Masks are baked into the weights, so any runtime can score with it. It
// touches no engine. Messages and their field numbers are those of onnx.proto; operators are of opset 17.
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import { ArgumentError } from "../errors.ts";
import { bytes, type Field, integer, join, message } from "../io/protobuf.ts";
import type { Activation, ResolvedConfig } from "./config.ts";
import type { Mask } from "./masks.ts";
import { biasOf, connectivityOf, type Parameter, type Parameters, parameterShapes } from "./parameters.ts";
import { connections } from "./reference/model.ts";

const IR_VERSION = 8;
const OPSET = 17;
/** Protocol Buffers know no longer messages, and no runtime takes them. */
const MAX_BYTES = 2 ** 31 - 1;
const FLOAT = 1;
const INT64 = 7;

const OPERATORS: Record<Exclude<Activation, "softplus">, string> = { relu: "Relu", tanh: "Tanh", sigmoid: "Sigmoid" };

/** A graph as it grows: nodes by their outputs' names, and constants. */
class Graph {
  readonly nodes: Field[] = [];
  readonly initializers: Field[] = [];
  #values = 0;

  /** Adds a node; gives the name of its output. */
  node(operator: string, inputs: readonly string[], attributes: readonly Field[] = [], output = this.#name(operator)) {
    const ins = inputs.map((name) => bytes(1, name));
    this.nodes.push(message(1, ...ins, bytes(2, output), bytes(3, output), bytes(4, operator), ...attributes));
    return output;
  }

  /** Adds a constant; gives its name. */
  constant(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    const raw = new Uint8Array(values.byteLength);
    const view = new DataView(raw.buffer);
    values.forEach((value, i) => {
      if (typeof value === "bigint") view.setBigInt64(8 * i, value, true);
      else view.setFloat32(4 * i, value, true);
    });
    const type = values instanceof Float32Array ? FLOAT : INT64;
    this.initializers.push(
      message(5, ...shape.map((n) => integer(1, n)), integer(2, type), bytes(8, name), bytes(9, raw)),
    );
    return name;
  }

  #name(operator: string): string {
    return `${operator.toLowerCase()}_${this.#values++}`;
  }
}

/**
 * The model under `masks` as the bytes of an ONNX file: input `x` [N, D] of 0 and 1 as float32; outputs `logp` [N],
 * the log of the mean of the masks' probabilities in nats, and `p` [N, D], p(x_d = 1 | x_<d) under the first mask.
 * @throws ArgumentError where it would be larger than ONNX allows
 */
export function exportOnnx(config: ResolvedConfig, parameters: Parameters, masks: readonly Mask[]): Uint8Array {
  const weights = [...parameterShapes({ ...config, conditionOnMask: false })].filter(([, shape]) => shape.length === 2);
  const size = 4 * masks.length * weights.reduce((sum, [, [out, width]]) => sum + out * width, 0);
  if (size > MAX_BYTES)
    throw new ArgumentError(
      `masks: the weights under ${masks.length} masks take ${size} bytes, expected at most ${MAX_BYTES} for an ONNX file`,
    );
  const graph = new Graph();
  graph.constant("one", [], Float32Array.of(1));
  graph.constant("two", [], Float32Array.of(2));
  graph.constant("columns", [1], BigInt64Array.of(1n));
  if (!config.conditionOnMask)
    for (const [name, { shape, data }] of Object.entries(parameters))
      if (shape.length === 1) graph.constant(name, shape, data);
  // (1 − 2x): with it −log p(x_d | x_<d) = softplus((1 − 2x) z), which cancels nothing where z is large.
  const signs = graph.node("Sub", ["one", graph.node("Mul", ["two", "x"])]);
  const logits = masks.map((mask, k) => forward(graph, config, parameters, mask, k));
  const logp = logits.map((z, k) => {
    const nll = graph.node("ReduceSum", [softplus(graph, graph.node("Mul", [signs, z])), "columns"]);
    return graph.node("Neg", [nll], [], `logp_${k}`);
  });
  // σ(z) = exp(−softplus(−z)): a runtime's Sigmoid may be off by 1e-7, which is a lot where p is small.
  const minusLogP = softplus(graph, graph.node("Neg", [logits[0]]));
  graph.node("Exp", [graph.node("Neg", [minusLogP])], [], "p");
  graph.node("Squeeze", [logMeanExp(graph, logp), "columns"], [], "logp");
  const { inputs: D } = config;
  const file = join(
    integer(1, IR_VERSION),
    bytes(2, "made-webgpu"),
    message(
      7,
      ...graph.nodes,
      bytes(2, "made"),
      ...graph.initializers,
      tensorInfo(11, "x", ["N", D]),
      tensorInfo(12, "logp", ["N"]),
      tensorInfo(12, "p", ["N", D]),
    ),
    message(8, integer(2, OPSET)),
    ...(config.inputNames ? [message(14, bytes(1, "input_names"), bytes(2, JSON.stringify(config.inputNames)))] : []),
  );
  if (file.length > MAX_BYTES)
    throw new ArgumentError(`masks: got an ONNX file of ${file.length} bytes, expected at most ${MAX_BYTES}`);
  return file;
}

/** Adds a pass under mask number `k`; gives the name of its logits, (N, D). */
function forward(graph: Graph, config: ResolvedConfig, parameters: Parameters, mask: Mask, k: number): string {
  const seen = connections(config, mask);
  const weights = (name: string) => {
    const { shape, data } = parameters[name];
    const values = data.map((w, i) => (seen[name][i] ? w : 0));
    return graph.constant(`${name}_${k}`, shape, values);
  };
  const bias = (name: string) => {
    const [b, U] = [parameters[biasOf(name)], parameters[connectivityOf(name)]];
    return U ? graph.constant(`${biasOf(name)}_${k}`, b.shape, biasUnder(b, U, seen[name])) : biasOf(name);
  };
  let h = "x";
  config.hidden.forEach((_, l) => {
    const z = graph.node("Gemm", [h, weights(`W${l + 1}`), bias(`W${l + 1}`)], [TRANSPOSED]);
    h = config.activation === "softplus" ? softplus(graph, z) : graph.node(OPERATORS[config.activation], [z]);
  });
  const z = graph.node("Gemm", [h, weights("V"), bias("V")], [TRANSPOSED]);
  if (!config.directConnections) return z;
  return graph.node("Add", [z, graph.node("Gemm", ["x", weights("A")], [TRANSPOSED])]);
}

/** b + (U ⊙ M) 1 of section 4.2 of the paper, (out), summed in float64 and rounded once. */
function biasUnder({ data: b }: Parameter, { data: U }: Parameter, seen: Uint8Array): Float32Array {
  const width = U.length / b.length;
  return b.map((value, k) => {
    let sum = value;
    for (let i = k * width; i < (k + 1) * width; i++) if (seen[i]) sum += U[i];
    return sum;
  });
}

/**
 * softplus(z) = max(z, 0) + log(1 + u) with u = e^−|z|, and log(1 + u) = 2 artanh(u / (2 + u)), which keeps every digit
 * of a small u; ONNX has no log1p, and its Softplus may be a runtime's log(1 + eᶻ).
 */
function softplus(graph: Graph, z: string): string {
  const u = graph.node("Exp", [graph.node("Neg", [graph.node("Abs", [z])])]);
  const artanh = graph.node("Atanh", [graph.node("Div", [u, graph.node("Add", ["two", u])])]);
  return graph.node("Add", [graph.node("Relu", [z]), graph.node("Mul", ["two", artanh])]);
}

/** log 1/K Σ_k exp(logp_k), (N, 1) each; the largest is taken out first. */
function logMeanExp(graph: Graph, logp: readonly string[]): string {
  if (logp.length === 1) return logp[0];
  const all = graph.node("Concat", logp, [attribute("axis", 1)]); // (N, K)
  const most = graph.node("ReduceMax", [all], [message(5, bytes(1, "axes"), integer(8, 1), integer(20, 7))]);
  const sum = graph.node("ReduceSum", [graph.node("Exp", [graph.node("Sub", [all, most])]), "columns"]);
  const K = graph.constant("log_masks", [], Float32Array.of(Math.log(logp.length)));
  return graph.node("Add", [most, graph.node("Sub", [graph.node("Log", [sum]), K])]);
}

/** An integer attribute of a node (type 2). */
const attribute = (name: string, value: number): Field => message(5, bytes(1, name), integer(3, value), integer(20, 2));

/** Gemm's weights are `[out, in]`. */
const TRANSPOSED = attribute("transB", 1);

/** What goes in or out: a float tensor, its axes by size or, where they are free, by name. */
const tensorInfo = (field: number, name: string, axes: readonly (number | string)[]): Field =>
  message(
    field,
    bytes(1, name),
    message(
      2,
      message(
        1,
        integer(1, FLOAT),
        message(2, ...axes.map((n) => message(1, typeof n === "number" ? integer(1, n) : bytes(2, n)))),
      ),
    ),
  );
