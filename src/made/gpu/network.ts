// The network on the GPU: one Network of two. Buffers and kernels are made once; passes over data only record.

import { type Blocks, blocksFor } from "../../../shaders/block.ts";
import { DisposedError } from "../../errors.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { ceilDiv } from "../../gpu/kernel-spec.ts";
import type { Profile } from "../../gpu/profile.ts";
import { Stream } from "../../gpu/stream.ts";
import type { ResolvedConfig } from "../config.ts";
import type { Dropout } from "../dropout.ts";
import { type Mask, MaskSupply } from "../masks.ts";
import type { Neighbours } from "../nearest.ts";
import {
  type ConditionalsAs,
  type Drawn,
  type DrawRequest,
  type Epoch,
  type LoadedRows,
  type Network,
  type NetworkState,
  optimizerAt,
  type Progress,
  type Values,
} from "../network.ts";
import { type Rule, ruleOf } from "../optimizer.ts";
import { biasOf, connectivityOf, type Parameters, parameterShapes } from "../parameters.ts";
import { connections } from "../reference/model.ts";
import type { BinaryRows } from "../rows.ts";
import { Arrangement } from "./arrangement.ts";
import { hyperparameters } from "./hyperparameters.ts";
import { Layer } from "./layer.ts";
import { MaskTable } from "./mask-table.ts";
import { findNearest } from "./nearest.ts";
import { GpuRows } from "./rows.ts";
import { Sampler } from "./sampler.ts";
import { Scorer } from "./scorer.ts";
import { maskLayout } from "./staircase.ts";
import { StepRing } from "./step-ring.ts";
import { CHUNK, CHUNKS, Trainer } from "./trainer.ts";
import type { Shared } from "./workspace.ts";

export interface GpuNetworkOptions {
  /** Milliseconds a submit should take; see Stream. */
  submitBudget?: number;
  /** Times every dispatch. */
  profile?: Profile;
  /** Blocks in place of those that suit the adapter. They change speed and no bit. */
  blocks?: Blocks;
}

export class GpuNetwork implements Network {
  readonly engine: string;
  readonly #gpu: Gpu;
  readonly #supply: MaskSupply;
  readonly #shared: Shared;
  #arrangement!: Arrangement;
  #scorer!: Scorer;
  #sampler!: Sampler;
  #trainer: { key: string; trainer: Trainer } | undefined;
  /** Whether weights that a mask hides may have moments: since the last reset, another mask showed them or they decayed. */
  #hiddenMoved = false;
  #disposed = false;

  private constructor(gpu: Gpu, config: ResolvedConfig, options: GpuNetworkOptions) {
    const { submitBudget, profile, blocks = blocksFor(gpu) } = options;
    this.engine = gpu.name;
    this.#gpu = gpu;
    this.#supply = new MaskSupply(config);
    const oneMask = this.#supply.count === 1;
    const layout = maskLayout(config, oneMask ? this.#supply.at(0) : undefined);
    const layers = layout.layers.map((shape) => new Layer(gpu, shape, layout.home, config.conditionOnMask));
    const table = new MaskTable(gpu, config, layout, this.#supply.count);
    const ring = new StepRing(gpu);
    const openStream = () => {
      const stream = new Stream(gpu, { budget: submitBudget, profile });
      stream.onSubmit(ring.upload);
      stream.onSubmit(table.submitted);
      return stream;
    };
    this.#shared = {
      gpu,
      config,
      blocks,
      layers,
      table,
      ring,
      openStream,
      inputAt: layout.inputAt,
      home: layout.home,
      oneMask,
    };
  }

  /** @throws OutOfMemoryError where the model does not fit, GpuValidationError, DeviceLostError */
  static async create(gpu: Gpu, config: ResolvedConfig, options: GpuNetworkOptions = {}): Promise<GpuNetwork> {
    return gpu.scoped(async () => {
      const made = new GpuNetwork(gpu, config, options);
      made.#arrangement = await Arrangement.create(made.#shared);
      made.#scorer = new Scorer(made.#shared, made.#arrangement);
      made.#sampler = new Sampler(made.#shared, made.#arrangement);
      return made;
    });
  }

  async load(rows: BinaryRows): Promise<GpuRows> {
    this.#check();
    return this.#gpu.scoped(() => new GpuRows(this.#gpu, rows));
  }

  async *train(loaded: LoadedRows, epoch: Epoch): AsyncGenerator<Progress> {
    this.#check();
    const data = loaded as GpuRows;
    const { order, batchSize, firstStep, optimizer, dropout, signal } = epoch;
    this.#hiddenMoved ||= this.#supply.count > 1 || optimizer.weightDecay > 0;
    const trainer = await this.#trainerFor(batchSize, ruleOf(optimizer), dropout);
    const { workspace } = trainer;
    const { config, table, ring, openStream } = this.#shared;
    const gather = await this.#gpu.scoped(() => workspace.gather(data));
    data.inOrder(order);
    const stream = openStream();
    const staging = Array.from({ length: CHUNKS }, (_, i) =>
      this.#gpu.buffer(`losses-read-back${i}`, 4 * CHUNK, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ),
    );
    const reports: Promise<Progress>[] = [];
    try {
      const steps = ceilDiv(order.length, batchSize);
      let last = steps === 0 || signal?.aborted === true;
      if (!last) await this.#arrangement.bring(stream, this.#supply.at(firstStep));
      let inChunk = 0;
      let submits = stream.submits;
      for (let i = 0, chunk = 0; !last; i++) {
        const rows = Math.min(batchSize, order.length - i * batchSize);
        const mask = await table.at(stream, this.#supply.at(firstStep + i));
        const next = this.#supply.at(firstStep + i + 1);
        const step = await ring.add(stream, {
          rows,
          firstRow: i * batchSize,
          pitch: workspace.pitch,
          mask,
          nextMask: await table.at(stream, next),
          result: (chunk % CHUNKS) * CHUNK + inChunk++,
          number: firstStep + i,
          targets: workspace.targets,
          inverseRows: 1 / rows,
          ...hyperparameters(optimizerAt(epoch, firstStep + i), firstStep + i + 1),
          hiddenRest: this.#hiddenMoved ? 0 : 1,
        });
        await gather.dispatch(stream, { inputs: config.inputs, rows }, step, 4 * config.inputs * rows);
        await trainer.step(stream, rows, step);
        this.#arrangement.leftAt(next);
        last = i + 1 === steps || signal?.aborted === true;
        if (!last && !stream.full && stream.submits === submits && inChunk < CHUNK) continue;
        // The losses of the chunk come back while the next one runs.
        const buffer = staging[chunk % CHUNKS];
        const bytes = 4 * inChunk;
        stream.copy(trainer.losses, 4 * (chunk % CHUNKS) * CHUNK, buffer, 0, bytes);
        await stream.submit();
        const done = Math.min(order.length, (i + 1) * batchSize);
        const before = (i + 1 - inChunk) * batchSize;
        reports.push(
          this.#gpu.takeMapped(buffer, bytes).then((losses) => ({
            steps: i + 1,
            rows: done - before,
            nllSum: new Float32Array(losses).reduce((a, b) => a + b, 0),
          })),
        );
        reports.at(-1)!.catch(() => {}); // awaited below, in its turn
        chunk++;
        inChunk = 0;
        submits = stream.submits;
        while (reports.length >= CHUNKS - 1) yield (await reports.shift())!;
      }
      while (reports.length > 0) yield (await reports.shift())!;
    } catch (error) {
      this.#arrangement.forget(); // what was recorded and not submitted never happened
      throw error;
    } finally {
      await Promise.allSettled(reports);
      this.#gpu.free(...staging);
    }
  }

  score(loaded: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    this.#check();
    return this.#scorer.score(loaded as GpuRows, masks, signal);
  }

  scoreMixture(loaded: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    this.#check();
    return this.#scorer.scoreMixture(loaded as GpuRows, masks, signal);
  }

  conditionals(loaded: LoadedRows, mask: Mask, as: ConditionalsAs): Promise<Float32Array> {
    this.#check();
    return this.#scorer.conditionals(loaded as GpuRows, mask, as);
  }

  draw(request: DrawRequest): Promise<Drawn> {
    this.#check();
    return this.#sampler.draw(request);
  }

  nearest(rows: LoadedRows, among: LoadedRows, k: number, signal?: AbortSignal): Promise<Neighbours> {
    this.#check();
    return findNearest(this.#shared, rows as GpuRows, among as GpuRows, k, signal);
  }

  async read(): Promise<Parameters> {
    const values = await this.#readValues(({ parameters }) => parameters);
    const shapes = parameterShapes(this.#shared.config);
    return Object.fromEntries([...shapes].map(([name, shape]) => [name, { shape, data: values[name] }]));
  }

  write(parameters: Parameters): void {
    this.#check();
    this.#writeValues(
      ({ parameters }) => parameters,
      Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, data])),
    );
    this.#arrangement.forget();
  }

  async readState(parts: { moments: number; kept: boolean }): Promise<NetworkState> {
    const [parameters, moments, kept] = await Promise.all([
      this.#readValues((layer) => layer.parameters),
      this.readMoments(parts.moments),
      parts.kept ? this.#readValues((layer) => layer.kept) : undefined,
    ]);
    return { parameters, moments, kept };
  }

  async writeState({ parameters, moments, kept }: NetworkState): Promise<void> {
    this.#check();
    await this.#gpu.scoped(() => {
      this.#writeValues((layer) => layer.parameters, parameters);
      this.writeMoments(moments);
      if (kept) this.#writeValues((layer) => layer.kept, kept);
    });
    this.#arrangement.forget();
  }

  /** The first `count` moments of every parameter, in canonical order. */
  readMoments(count: number): Promise<Values[]> {
    const numbers = Array.from({ length: count }, (_, i) => i);
    return Promise.all(numbers.map((i) => this.#readValues((layer) => layer.moments(count)[i])));
  }

  /** Replaces the moments, given in canonical order, and sets those beyond them to zero. */
  writeMoments(moments: readonly Values[]): void {
    this.resetOptimizer();
    for (const [i, moment] of moments.entries()) this.#writeValues((layer) => layer.moments(moments.length)[i], moment);
    this.#hiddenMoved = moments.some((moment) => hasHidden(this.#shared.config, this.#supply.at(0), moment));
  }

  resetOptimizer(): void {
    this.#hiddenMoved = false;
    this.#each((layer, encoder) => layer.clearMoments(encoder));
  }

  keep(): void {
    this.#each((layer, encoder) => layer.keep(encoder));
  }

  swap(): void {
    const { layers } = this.#shared;
    const scratch = this.#gpu.storage("swap", 4 * Math.max(...layers.map(({ size }) => size)));
    this.#each((layer, encoder) => layer.swap(encoder, scratch));
    this.#gpu.free(scratch);
    this.#arrangement.forget();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#trainer?.trainer.free();
    this.#scorer.free();
    this.#sampler.free();
    const { layers, table, ring } = this.#shared;
    for (const layer of layers) layer.free();
    this.#gpu.free(table.buffer, ring.buffer);
  }

  /** The buffers behind the model, for tests and profiling. */
  inspect(): { layers: readonly Layer[]; trainer: Trainer | undefined } {
    return { layers: this.#shared.layers, trainer: this.#trainer?.trainer };
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError("the model");
    this.#gpu.check();
  }

  async #readValues(bufferOf: (layer: Layer) => GPUBuffer): Promise<Record<string, Float32Array>> {
    this.#check();
    const values: Record<string, Float32Array> = {};
    const read = this.#shared.layers.map(async (layer) => {
      const { name } = layer.shape;
      const home = new Float32Array(await this.#gpu.download(bufferOf(layer), 4 * layer.size));
      const { weights, bias, connectivity } = layer.fromHome(home);
      values[name] = weights;
      if (bias) values[biasOf(name)] = bias;
      if (connectivity) values[connectivityOf(name)] = connectivity;
    });
    await Promise.all(read);
    return values;
  }

  #writeValues(bufferOf: (layer: Layer) => GPUBuffer, values: Values): void {
    for (const layer of this.#shared.layers) {
      const { name } = layer.shape;
      const home = layer.toHome({
        weights: values[name],
        bias: values[biasOf(name)],
        connectivity: values[connectivityOf(name)],
      });
      this.#gpu.upload(bufferOf(layer), home);
    }
  }

  /** Records `record` for every layer and submits it. */
  #each(record: (layer: Layer, encoder: GPUCommandEncoder) => void): void {
    this.#check();
    const encoder = this.#gpu.device.createCommandEncoder({ label: "copy-parameters" });
    for (const layer of this.#shared.layers) record(layer, encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  async #trainerFor(batchSize: number, rule: Rule, dropout?: Dropout): Promise<Trainer> {
    const key = JSON.stringify([rule, batchSize, dropout]);
    if (this.#trainer?.key !== key) {
      this.#trainer?.trainer.free();
      this.#trainer = undefined;
      const trainer = await this.#gpu.scoped(() => Trainer.create(this.#shared, batchSize, rule, dropout));
      this.#trainer = { key, trainer };
    }
    return this.#trainer.trainer;
  }
}

/** Whether any value stands at a weight that `mask` hides, connectivity weights included. */
function hasHidden(config: ResolvedConfig, mask: Mask, values: Values): boolean {
  return Object.entries(connections(config, mask)).some(([name, seen]) =>
    [name, connectivityOf(name)].some((of) => values[of]?.some((value, i) => value !== 0 && seen[i] === 0)),
  );
}
