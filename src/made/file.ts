// A model as a file: safetensors with everything that is needed to score, and to train on as if there had been no
// file in between. docs/model-file.md describes it field by field. It touches no engine.

import { FormatError, MadeError, NotFiniteError } from "../errors.ts";
import { parseSafetensors, type Tensor, writeSafetensors } from "../io/safetensors.ts";
import { type MadeConfig, type ResolvedConfig, resolveConfig } from "./config.ts";
import { type Mask, maskAt } from "./masks.ts";
import type { NetworkState, Values } from "./network.ts";
import { MOMENTS, ruleOf } from "./optimizer.ts";
import { parameterShapes, sizeOf } from "./parameters.ts";
import { printRun, type RunState, readRun } from "./run-state.ts";

/** All of a model but the engine it runs on. */
export interface ModelFile {
  readonly config: ResolvedConfig;
  /** Every mask, or of an endless supply those that the model is evaluated under. */
  readonly masks: readonly Mask[];
  readonly state: NetworkState;
  readonly run: RunState;
}

const FORMAT = "made-webgpu";
const VERSION = "1";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** @throws NotFiniteError naming a value that is not finite: it would make a file that no one can use */
export function writeModel({ config, masks, state, run }: ModelFile): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const shapes = parameterShapes(config);
  const add = (prefix: string, values: Values) => {
    for (const [name, shape] of shapes) tensors.set(prefix + name, tensorOf(prefix + name, shape, values[name]));
  };
  add("", state.parameters);
  state.moments.forEach((moment, i) => {
    add(`moment${i + 1}.`, moment);
  });
  if (run.kept && state.kept) add(`${run.kept}.`, state.kept);
  for (const [name, shape] of maskShapes(config, masks.length)) {
    const rows = masks.map(({ ordering, degrees }) => (name === ORDERING ? ordering : degrees[layerOf(name)]));
    tensors.set(name, tensorOf(name, shape, Int32Array.from(rows.flat())));
  }
  const metadata = new Map([
    ["format", FORMAT],
    ["format_version", VERSION],
    ["config", printConfig(config)],
    ["run", printRun(run)],
  ]);
  return writeSafetensors({ metadata, tensors });
}

/**
 * Reads what {@link writeModel} wrote.
 * @throws FormatError saying what is wrong: not safetensors, not a model, another version, or parts that do not fit together
 */
export function readModel(bytes: Uint8Array): ModelFile {
  const { metadata, tensors } = parseSafetensors(bytes);
  if (metadata.get("format") !== FORMAT)
    throw new FormatError(
      `model file: __metadata__.format: got ${JSON.stringify(metadata.get("format"))}, expected "${FORMAT}": ` +
        "these are not the tensors of a model saved by made.save()",
    );
  if (metadata.get("format_version") !== VERSION)
    throw new FormatError(
      `model file: __metadata__.format_version: got ${JSON.stringify(metadata.get("format_version"))}, expected "${VERSION}"`,
    );
  const run = readRun(readJson(metadata, "run"));
  const { config, masks } = readConfig(readJson(metadata, "config"), tensors);
  const shapes = parameterShapes(config);
  const expected = new Set(maskShapes(config, masks.length).keys());
  const dtype = tensors.get("V")?.dtype === "F64" ? "F64" : "F32";
  const take = (prefix: string): Values =>
    Object.fromEntries(
      [...shapes].map(([name, shape]) => {
        expected.add(prefix + name);
        return [name, valuesOf(prefix + name, tensors, dtype, shape) as Float32Array | Float64Array];
      }),
    );
  const moments = run.optimizer ? MOMENTS[ruleOf(run.optimizer)] : 0;
  const state: NetworkState = {
    parameters: take(""),
    moments: Array.from({ length: moments }, (_, i) => take(`moment${i + 1}.`)),
    kept: run.kept && take(`${run.kept}.`),
  };
  for (const name of tensors.keys())
    if (!expected.has(name))
      throw new FormatError(`model file: got a tensor "${name}", expected ${[...expected].join(", ")} and no others`);
  return { config, masks, state, run };
}

const ORDERING = "masks.ordering";
const degreesName = (l: number) => `masks.degrees${l + 1}`;
const layerOf = (name: string) => Number(name.slice("masks.degrees".length)) - 1;

/** Names and shapes of the tensors that hold K masks: `masks.ordering` [K, D], `masks.degrees1` [K, H1] … */
const maskShapes = ({ inputs, hidden }: Pick<ResolvedConfig, "inputs" | "hidden">, K: number): Shapes =>
  new Map([
    [ORDERING, [K, inputs]],
    ...hidden.map((units, l): [string, readonly number[]] => [degreesName(l), [K, units]]),
  ]);

/** Masks that were given lie in tensors, like drawn ones: here stands that they were given. */
function printConfig({ masks, ...config }: ResolvedConfig): string {
  const { inputs, hidden, activation, directConnections, ordering, degrees, conditionOnMask } = config;
  const { masked, initialization, seed, inputNames, columns } = config;
  const supply = typeof masks !== "number" ? "given" : Number.isFinite(masks) ? masks : "endless";
  return JSON.stringify({
    inputs,
    hidden,
    activation,
    directConnections,
    ordering,
    masks: supply,
    degrees,
    conditionOnMask,
    masked,
    initialization,
    seed,
    inputNames,
    columns,
  });
}

function readConfig(json: unknown, tensors: ReadonlyMap<string, Tensor>) {
  if (typeof json !== "object" || json === null)
    throw new FormatError(`model file: __metadata__.config: got ${json}, expected a JSON object`);
  const { masks: supply, ...given } = json as Omit<MadeConfig, "masks"> & { masks: unknown };
  // Of given masks the first stands for all, until their shapes are known.
  const count = supply === "given" ? 1 : supply === "endless" ? Number.POSITIVE_INFINITY : supply;
  if (typeof count !== "number")
    throw new FormatError(
      `model file: config.masks: got ${JSON.stringify(supply)}, expected a number, "endless" or "given"`,
    );
  const drawn = resolve({ ...given, masks: count });
  const K = tensors.get(ORDERING)?.shape[0] ?? 0;
  const rows = new Map([...maskShapes(drawn, K)].map(([name, shape]) => [name, valuesOf(name, tensors, "I32", shape)]));
  const row = (name: string, k: number, length: number) => [...rows.get(name)!.subarray(k * length, (k + 1) * length)];
  const masks = Array.from(
    { length: K },
    (_, k): Mask => ({
      ordering: row(ORDERING, k, drawn.inputs),
      degrees: drawn.hidden.map((units, l) => row(degreesName(l), k, units)),
    }),
  );
  if (supply === "given") return { config: resolve({ ...given, masks }), masks };
  if (supply === "endless" ? K === 0 : K !== supply)
    throw new FormatError(`model file: ${ORDERING}: got ${K} masks, expected config.masks = ${supply}`);
  masks.forEach((mask, k) => {
    if (JSON.stringify(mask) !== JSON.stringify(maskAt(drawn, k)))
      throw new FormatError(`model file: mask ${k} is not the one that seed ${drawn.seed} gives: the file is damaged`);
  });
  return { config: drawn, masks };
}

function resolve(config: MadeConfig): ResolvedConfig {
  try {
    const resolved = resolveConfig(config);
    const unknown = Object.keys(config).find((key) => !(key in resolved));
    if (unknown) throw new FormatError(`model file: config.${unknown}: expected no such key`);
    return resolved;
  } catch (cause) {
    if (cause instanceof MadeError && cause.code === "invalid-argument")
      throw new FormatError(`model file: config.${cause.message}`, { cause });
    throw cause;
  }
}

function readJson(metadata: ReadonlyMap<string, string>, key: string): unknown {
  const text = metadata.get(key);
  if (text === undefined) throw new FormatError(`model file: __metadata__ has no "${key}", expected it as JSON`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`model file: __metadata__.${key} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

type Numbers = Float32Array | Float64Array | Int32Array;

function tensorOf(name: string, shape: readonly number[], values: Numbers): Tensor {
  const bad = values.findIndex((v: number) => !Number.isFinite(v));
  if (bad >= 0) throw new NotFiniteError(`${name}: value ${bad} is ${values[bad]}, expected finite numbers to save`);
  const dtype = values instanceof Int32Array ? "I32" : values instanceof Float64Array ? "F64" : "F32";
  const bytes = new Uint8Array(values.byteLength);
  const view = new DataView(bytes.buffer);
  const set = { I32: view.setInt32, F32: view.setFloat32, F64: view.setFloat64 }[dtype].bind(view);
  for (let i = 0; i < values.length; i++) set(i * values.BYTES_PER_ELEMENT, values[i], true);
  return { dtype, shape, bytes };
}

/** The values of a tensor, a copy. @throws FormatError unless it is there, of this type and shape, and finite */
function valuesOf(
  name: string,
  tensors: ReadonlyMap<string, Tensor>,
  dtype: "I32" | "F32" | "F64",
  shape: readonly number[],
): Numbers {
  const tensor = tensors.get(name);
  if (!tensor) throw new FormatError(`model file: there is no tensor "${name}", expected one of shape [${shape}]`);
  if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape))
    throw new FormatError(
      `model file: tensor "${name}": got [${tensor.shape}] of ${tensor.dtype}, expected [${shape}] of ${dtype}`,
    );
  const { bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const get = { I32: view.getInt32, F32: view.getFloat32, F64: view.getFloat64 }[dtype].bind(view);
  const values = new { I32: Int32Array, F32: Float32Array, F64: Float64Array }[dtype](sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = get(i * values.BYTES_PER_ELEMENT, true);
  const bad = values.findIndex((v: number) => !Number.isFinite(v));
  if (bad >= 0)
    throw new FormatError(`model file: tensor "${name}": value ${bad} is ${values[bad]}, expected a finite number`);
  return values;
}
