// The engine without a GPU: the float64 reference behind the same contract as the network on the GPU. It gives the
// event loop a turn about every 50 ms; it does not use more than the one thread it runs on.

import { ArgumentError, DisposedError, MadeError } from "../../errors.ts";
import { AncestralWalk } from "../ancestral.ts";
import type { ResolvedConfig } from "../config.ts";
import { type Dropout, dropoutFactors } from "../dropout.ts";
import { type Mask, MaskSupply } from "../masks.ts";
import { type Neighbours, nearestTo } from "../nearest.ts";
import {
  type ConditionalsAs,
  type Drawn,
  type DrawRequest,
  type Epoch,
  type Values as ExactValues,
  type LoadedRows,
  type Network,
  type NetworkState,
  optimizerAt,
  type Progress,
} from "../network.ts";
import { type Parameters, parameterShapes } from "../parameters.ts";
import { Random } from "../random.ts";
import { BinaryRows } from "../rows.ts";
import { sigmoid, softplus } from "./activation.ts";
import { type Factors, forward, negativeLogLikelihood } from "./forward.ts";
import { gradients } from "./gradients.ts";
import { mixtureNll } from "./log-mean-exp.ts";
import { copyOf, createModel, type Model, type Sees, seesUnder, type Values } from "./model.ts";
import { type Moments, optimizerStep, zeroMoments } from "./optimizer.ts";

/** Work this long, then let the event loop run. */
const TURN_MS = 50;

/** Rows of one forward pass while scoring. */
const BLOCK = 64;

/** Rows as this engine keeps them: as they came, unpacked a batch at a time. */
class ReferenceRows implements LoadedRows {
  #data: BinaryRows | undefined;
  readonly rows: number;

  constructor(data: BinaryRows) {
    this.#data = data;
    this.rows = data.rows;
  }

  get data(): BinaryRows {
    if (!this.#data) throw new DisposedError("LoadedRows");
    return this.#data;
  }

  dispose() {
    this.#data = undefined;
  }
}

/** A MADE in float64 on the CPU. Parameters are 0 until written. */
export class ReferenceNetwork implements Network {
  readonly engine = "cpu";
  readonly #config: ResolvedConfig;
  readonly #model: Model;
  readonly #supply: MaskSupply;
  #moments: Moments;
  #kept: Values | undefined;
  #disposed = false;
  /** When the event loop last had its turn. */
  #turn = performance.now();

  constructor(config: ResolvedConfig) {
    this.#config = config;
    this.#model = createModel(config);
    this.#supply = new MaskSupply(config);
    this.#moments = zeroMoments(this.#model.parameters);
  }

  async load(rows: BinaryRows): Promise<LoadedRows> {
    this.#check();
    const { inputs } = this.#config;
    if (rows.inputs !== inputs) throw new ArgumentError(`rows: got ${rows.inputs} values a row, expected ${inputs}`);
    return new ReferenceRows(rows);
  }

  train(rows: LoadedRows, epoch: Epoch): AsyncIterable<Progress> {
    this.#check();
    return this.#train(dataOf(rows), epoch);
  }

  async *#train(data: BinaryRows, epoch: Epoch) {
    const { order, batchSize, firstStep, signal } = epoch;
    const batches = Math.ceil(order.length / batchSize);
    let steps = 0;
    let since = { rows: 0, nllSum: 0 };
    while (steps < batches && !signal?.aborted) {
      const x = unpack(data, order.subarray(steps * batchSize, (steps + 1) * batchSize)); // (B, D)
      since.nllSum += this.#step(x, firstStep + steps, epoch);
      since.rows += x.length / data.inputs;
      steps++;
      if (performance.now() - this.#turn < TURN_MS) continue;
      yield { steps, ...since };
      since = { rows: 0, nllSum: 0 };
      await this.#letOthersRun();
    }
    if (since.rows > 0) yield { steps, ...since };
  }

  /** Takes minibatch number `t` of a run and returns the sum of −log p(x) over its rows before the update. */
  #step(x: Float64Array, t: number, epoch: Epoch): number {
    this.#check();
    const sees = seesUnder(this.#model, this.#supply.at(t));
    const pass = forward(this.#model, sees, x, this.#factors(t, epoch.dropout, x.length / this.#model.D));
    const gradient = gradients(this.#model, sees, pass);
    optimizerStep(optimizerAt(epoch, t), t + 1, this.#model.parameters, gradient, this.#moments);
    return negativeLogLikelihood(pass.logits, x, this.#model.D).reduce((a, b) => a + b, 0);
  }

  /** What drops out of minibatch t of B rows, by layer. */
  #factors(t: number, dropout: Dropout | undefined, B: number): Factors {
    if (!dropout) return [];
    const { seed, inputs, hidden } = this.#config;
    const widths = [inputs, ...hidden];
    return [dropout.inputs, ...dropout.hidden].map((rate, layer) =>
      rate > 0 ? dropoutFactors({ seed, t, layer, rate }, widths[layer], B) : undefined,
    );
  }

  async score(rows: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    this.#check();
    const nll = new Float64Array(masks.length * rows.rows); // (masks, rows)
    for (const [k, mask] of masks.entries())
      for await (const { start, x, logits } of this.#passes(rows, mask, signal))
        nll.set(negativeLogLikelihood(logits, x, this.#model.D), k * rows.rows + start);
    return nll;
  }

  async scoreMixture(rows: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    return mixtureNll(await this.score(rows, masks, signal), masks.length);
  }

  async conditionals(rows: LoadedRows, mask: Mask, as: ConditionalsAs): Promise<Float32Array> {
    this.#check();
    const { D } = this.#model;
    const values = new Float32Array(rows.rows * D); // (rows, D)
    for await (const { start, logits } of this.#passes(rows, mask))
      values.set(as === "logits" ? logits : logits.map(sigmoid), start * D);
    return values;
  }

  /** Draws row after row. */
  async draw(request: DrawRequest): Promise<Drawn> {
    this.#check();
    const { D } = this.#model;
    const { rows: n, walks, temperature, signal, onProgress } = request;
    const rows = BinaryRows.zeros(n, D);
    const drawn = new Float64Array(n);
    const observed = new Float64Array(n);
    let done = 0;
    for (const { mask, rows: numbers } of walks) {
      const walk = new AncestralWalk(this.#model, mask);
      for (const r of numbers) {
        signal?.throwIfAborted();
        const uniforms = uniformsOf(request, r, D);
        walk.draw(uniforms, temperature);
        for (let d = 0; d < D; d++) {
          rows.words[r * rows.wordsPerRow + (d >>> 5)] |= walk.x[d] << (d & 31);
          const logp = walk.x[d] * walk.logits[d] - softplus(walk.logits[d]);
          if (uniforms[d] < 0 || uniforms[d] >= 1) observed[r] += logp;
          else drawn[r] += logp;
        }
        done++;
        await onProgress?.({ cells: done * D, of: n * D, snapshot: async () => rows.slice() });
        if (performance.now() - this.#turn >= TURN_MS) await this.#letOthersRun();
        this.#check();
      }
    }
    return { rows, drawn, observed };
  }

  async nearest(rows: LoadedRows, among: LoadedRows, k: number, signal?: AbortSignal): Promise<Neighbours> {
    this.#check();
    const [data, set] = [dataOf(rows), dataOf(among)];
    const found = { indices: new Uint32Array(data.rows * k), distances: new Uint32Array(data.rows * k) };
    for (let r = 0; r < data.rows; r++) {
      signal?.throwIfAborted();
      nearestTo(data, r, set, k).write(found, r);
      if (performance.now() - this.#turn >= TURN_MS) await this.#letOthersRun();
      this.#check();
    }
    return found;
  }

  /** Forward passes over all rows, a block at a time. @throws the signal's reason when it aborts */
  async *#passes(rows: LoadedRows, mask: Mask, signal?: AbortSignal) {
    const data = dataOf(rows);
    const sees: Sees = seesUnder(this.#model, mask);
    for (let start = 0; start < data.rows; start += BLOCK) {
      signal?.throwIfAborted();
      const end = Math.min(start + BLOCK, data.rows);
      const x = unpack(
        data,
        Uint32Array.from({ length: end - start }, (_, i) => start + i),
      );
      yield { start, x, logits: forward(this.#model, sees, x).logits };
      if (performance.now() - this.#turn >= TURN_MS) await this.#letOthersRun();
      this.#check();
    }
  }

  /** Values of every parameter, rounded to float32. */
  async read(): Promise<Parameters> {
    const values = this.readFloat64();
    const parameters: Parameters = {};
    for (const [name, shape] of parameterShapes(this.#config))
      parameters[name] = { shape, data: Float32Array.from(values[name]) };
    return parameters;
  }

  /** Values of every parameter as they are, a copy. */
  readFloat64(): Values {
    this.#check();
    return copyOf(this.#model.parameters);
  }

  write(parameters: Parameters) {
    this.#check();
    for (const [name, values] of Object.entries(this.#model.parameters)) values.set(parameters[name].data);
  }

  resetOptimizer() {
    this.#check();
    this.#moments = zeroMoments(this.#model.parameters);
  }

  keep() {
    this.#check();
    this.#kept = copyOf(this.#model.parameters);
  }

  swap() {
    const kept = this.#keptValues();
    this.#kept = copyOf(this.#model.parameters);
    for (const [name, data] of Object.entries(kept)) this.#model.parameters[name].set(data);
  }

  async readState({ moments, kept }: { moments: number; kept: boolean }): Promise<NetworkState> {
    this.#check();
    return {
      parameters: copyOf(this.#model.parameters),
      moments: momentsOf(this.#moments).slice(0, moments).map(copyOf),
      kept: kept ? copyOf(this.#keptValues()) : undefined,
    };
  }

  async writeState({ parameters, moments, kept }: NetworkState): Promise<void> {
    this.resetOptimizer();
    setAll(this.#model.parameters, parameters);
    for (const [i, moment] of moments.entries()) setAll(momentsOf(this.#moments)[i], moment);
    if (!kept) return;
    this.keep();
    setAll(this.#keptValues(), kept);
  }

  dispose() {
    this.#disposed = true;
  }

  #keptValues(): Values {
    this.#check();
    if (!this.#kept) throw new MadeError("nothing-kept", "swap(): no parameters were kept, expected keep() before it");
    return this.#kept;
  }

  #check() {
    if (this.#disposed) throw new DisposedError("ReferenceNetwork");
  }

  async #letOthersRun() {
    await new Promise((resolve) => setTimeout(resolve));
    this.#turn = performance.now();
  }
}

const momentsOf = ({ first, second }: Moments): Values[] => [first, second];

function setAll(to: Values, from: ExactValues) {
  for (const [name, values] of Object.entries(to)) values.set(from[name]);
}

/** The rows behind the handle that `load` gave. */
function dataOf(rows: LoadedRows): BinaryRows {
  if (!(rows instanceof ReferenceRows))
    throw new ArgumentError("rows: got rows of another engine, expected rows of load()");
  return rows.data;
}

/** The numbers that decide row r, (D): −1 and 1 where a cell is given as 1 and as 0. */
function uniformsOf({ seed, streams, uniforms, given }: DrawRequest, r: number, D: number): Float64Array {
  const random = new Random(seed, "sample", streams[r]);
  return Float64Array.from({ length: D }, (_, d) => {
    const u = uniforms ? uniforms[r * D + d] : random.uniform();
    if (!given?.observed.get(given.observed.rows > 1 ? given.of[r] : 0, d)) return u;
    return given.values.get(given.of[r], d) === 1 ? -1 : 1;
  });
}

/** The rows numbered `order` as 0/1 numbers, (order.length, D). */
function unpack(data: BinaryRows, order: Uint32Array): Float64Array {
  const D = data.inputs;
  const x = new Float64Array(order.length * D);
  for (let b = 0; b < order.length; b++) for (let d = 0; d < D; d++) x[b * D + d] = data.get(order[b], d);
  return x;
}
