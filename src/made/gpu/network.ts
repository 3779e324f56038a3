// The network on the GPU: one Network of two. Buffers and kernels are made once; passes over data only record.

import { arrangeWeights } from "../../../shaders/arrange-weights.ts";
import { reduceLoss } from "../../../shaders/reduce-loss.ts";
import { DisposedError } from "../../errors.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { ceilDiv } from "../../gpu/kernel-spec.ts";
import type { Profile } from "../../gpu/profile.ts";
import { Stream, type StreamOptions } from "../../gpu/stream.ts";
import type { ResolvedConfig } from "../config.ts";
import { type Mask, MaskSupply } from "../masks.ts";
import type { ConditionalsAs, Epoch, LoadedRows, Network, Progress } from "../network.ts";
import type { Optimizer } from "../optimizer.ts";
import { type Parameters, parameterShapes } from "../parameters.ts";
import type { BinaryRows } from "../rows.ts";
import { Layer } from "./layer.ts";
import { MaskTable } from "./mask-table.ts";
import { GpuRows } from "./rows.ts";
import { maskLayout } from "./staircase.ts";
import { StepRing } from "./step-ring.ts";
import { CHUNK, CHUNKS, Trainer } from "./trainer.ts";
import { type Ready, ready, type Shared, Workspace, workOf } from "./workspace.ts";

/** Most rows scored at once, and most bytes of activations a layer that allows. */
const SCORE_ROWS = 2048;
const SCORE_BYTES = 2 ** 25;
/** Most bytes of results that are gathered on the GPU before they are read back. */
const RESULT_BYTES = 2 ** 26;

export interface GpuNetworkOptions {
  /** Milliseconds a submit should take; see {@link StreamOptions}. */
  submitBudget?: number;
  /** Times every dispatch. */
  profile?: Profile;
}

/** One pass over rows under several masks. */
interface Pass {
  data: GpuRows;
  workspace: Workspace;
  masks: readonly Mask[];
  gather: Ready<{ inputs: number; rows: number }>;
  /** Index of the first result of the rows from `firstRow` on, under mask number k. */
  resultAt: (k: number, firstRow: number) => number;
  signal?: AbortSignal;
}

export class GpuNetwork implements Network {
  readonly engine: string;
  readonly #gpu: Gpu;
  readonly #config: ResolvedConfig;
  readonly #options: StreamOptions;
  readonly #supply: MaskSupply;
  readonly #layers: readonly Layer[];
  readonly #table: MaskTable;
  readonly #steps: StepRing;
  readonly #shared: Shared;
  #arrange: readonly Ready<{ units: number; inputs: number }>[] = [];
  /** The mask whose order the working copies of the weights are in. */
  #arranged: Mask | undefined;
  #trainer: { key: string; trainer: Trainer } | undefined;
  #scoring: Workspace | undefined;
  /** Whether weights that a mask hides may have moments: since the last reset, another mask showed them or they decayed. */
  #hiddenMoved = false;
  #disposed = false;

  private constructor(gpu: Gpu, config: ResolvedConfig, { submitBudget, profile }: GpuNetworkOptions) {
    this.engine = gpu.name;
    this.#gpu = gpu;
    this.#config = config;
    this.#options = { budget: submitBudget, profile };
    this.#supply = new MaskSupply(config);
    const layout = maskLayout(config);
    this.#layers = layout.layers.map((shape) => new Layer(gpu, shape));
    this.#table = new MaskTable(gpu, config, layout);
    this.#steps = new StepRing(gpu);
    this.#shared = {
      gpu,
      config,
      layers: this.#layers,
      steps: this.#steps.binding,
      masks: this.#table.buffer,
      inputAt: layout.inputAt,
    };
  }

  /** @throws OutOfMemoryError where the model does not fit, GpuValidationError, DeviceLostError */
  static async create(gpu: Gpu, config: ResolvedConfig, options: GpuNetworkOptions = {}): Promise<GpuNetwork> {
    return gpu.scoped(async () => {
      const made = new GpuNetwork(gpu, config, options);
      made.#arrange = await Promise.all(
        made.#layers.map(({ goesOn, uniforms, parameters, forwardWeights, backwardWeights }) =>
          ready(gpu, arrangeWeights({ backward: goesOn }), {
            step: made.#shared.steps,
            layer: uniforms,
            masks: made.#shared.masks,
            parameters,
            forwardWeights,
            backwardWeights,
          }),
        ),
      );
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
    const { order, batchSize, firstStep, optimizer, signal } = epoch;
    this.#hiddenMoved ||= this.#supply.count > 1 || optimizer.weightDecay > 0;
    const trainer = await this.#trainerFor(batchSize, optimizer.name);
    const { workspace } = trainer;
    const gather = await this.#gpu.scoped(() => workspace.gather(data));
    data.setOrder(order);
    const stream = this.#stream();
    const staging = Array.from({ length: CHUNKS }, (_, i) =>
      this.#gpu.buffer(`losses-read-back${i}`, 4 * CHUNK, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ),
    );
    const reports: Promise<Progress>[] = [];
    try {
      await this.#arrangeFor(stream, this.#supply.at(firstStep));
      const steps = ceilDiv(order.length, batchSize);
      let inChunk = 0;
      let submits = stream.submits;
      let last = steps === 0 || signal?.aborted === true;
      for (let i = 0, chunk = 0; !last; i++) {
        const rows = Math.min(batchSize, order.length - i * batchSize);
        const mask = await this.#table.at(stream, this.#supply.at(firstStep + i));
        const next = this.#supply.at(firstStep + i + 1);
        const step = await this.#steps.add(stream, {
          rows,
          firstRow: i * batchSize,
          pitch: workspace.pitch,
          mask,
          nextMask: await this.#table.at(stream, next),
          result: (chunk % CHUNKS) * CHUNK + inChunk++,
          inverseRows: 1 / rows,
          ...optimizerFields(optimizer, firstStep + i + 1),
          hiddenRest: this.#hiddenMoved ? 0 : 1,
        });
        await gather.dispatch(stream, { inputs: this.#config.inputs, rows }, step, 4 * this.#config.inputs * rows);
        await trainer.step(stream, rows, step);
        this.#arranged = next;
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
      this.#arranged = undefined; // what was recorded and not submitted never happened
      throw error;
    } finally {
      await Promise.allSettled(reports);
      this.#gpu.free(...staging);
    }
  }

  async score(loaded: LoadedRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    this.#check();
    const data = loaded as GpuRows;
    const all = new Float64Array(masks.length * data.rows);
    const group = Math.max(1, Math.floor(RESULT_BYTES / (4 * Math.max(1, data.rows))));
    for (let first = 0; first < masks.length && data.rows > 0; first += group) {
      const some = masks.slice(first, first + group);
      all.set(await this.#scoreUnder(data, some, signal), first * data.rows);
    }
    return all;
  }

  async #scoreUnder(data: GpuRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float32Array> {
    const gpu = this.#gpu;
    const workspace = await this.#workspaceFor(data.rows);
    const bytes = 4 * masks.length * data.rows;
    const result = gpu.storage("scores", bytes);
    const blocks = gpu.uniformOf("blocks", new Uint32Array([workspace.blocks, 0, 0, 0]));
    try {
      const { nll } = workspace;
      const [gather, output, reduce] = await gpu.scoped(() =>
        Promise.all([
          workspace.gather(data),
          workspace.output("score", { nll }),
          ready(gpu, reduceLoss({ reduction: "rows" }), { step: this.#shared.steps, blocks, nll, result }),
        ]),
      );
      const stream = this.#stream();
      const resultAt = (k: number, firstRow: number) => k * data.rows + firstRow;
      await this.#pass(stream, { data, workspace, masks, gather, resultAt, signal }, async (step, rows) => {
        await output.dispatch(stream, { units: this.#config.inputs, rows }, step, this.#outputWork(rows));
        await reduce.dispatch(stream, { rows }, step, 0);
      });
      await stream.drain();
      return new Float32Array(await gpu.download(result, bytes));
    } finally {
      gpu.free(result, blocks);
    }
  }

  async conditionals(loaded: LoadedRows, mask: Mask, as: ConditionalsAs): Promise<Float32Array> {
    this.#check();
    const gpu = this.#gpu;
    const data = loaded as GpuRows;
    const D = this.#config.inputs;
    const all = new Float32Array(data.rows * D);
    if (data.rows === 0) return all;
    const workspace = await this.#workspaceFor(data.rows);
    const values = gpu.storage(as, 4 * workspace.capacity * D);
    try {
      const [gather, output] = await gpu.scoped(() =>
        Promise.all([workspace.gather(data), workspace.output(as, { values })]),
      );
      const stream = this.#stream();
      const pass = { data, workspace, masks: [mask], gather, resultAt: () => 0 };
      await this.#pass(stream, pass, async (step, rows, firstRow) => {
        await output.dispatch(stream, { units: D, rows }, step, this.#outputWork(rows));
        await stream.submit();
        all.set(new Float32Array(await gpu.download(values, 4 * rows * D)), firstRow * D);
      });
      return all;
    } finally {
      gpu.free(values);
    }
  }

  async read(): Promise<Parameters> {
    this.#check();
    const parameters: Parameters = {};
    const shapes = parameterShapes(this.#config);
    for (const { shape, size, hasBias, parameters: buffer } of this.#layers) {
      const values = new Float32Array(await this.#gpu.download(buffer, 4 * size));
      const { name, units, inputs } = shape;
      parameters[name] = { shape: shapes.get(name)!, data: values.slice(0, units * inputs) };
      const bias = biasOf(name);
      if (hasBias) parameters[bias] = { shape: shapes.get(bias)!, data: values.slice(units * inputs) };
    }
    // In the paper's order, whatever order the layers came in.
    return Object.fromEntries([...shapes.keys()].map((name) => [name, parameters[name]]));
  }

  write(parameters: Parameters): void {
    this.#check();
    for (const { shape, size, hasBias, parameters: buffer } of this.#layers) {
      const values = new Float32Array(size);
      values.set(parameters[shape.name].data);
      if (hasBias) values.set(parameters[biasOf(shape.name)].data, shape.units * shape.inputs);
      this.#gpu.upload(buffer, values);
    }
    this.#arranged = undefined;
  }

  resetOptimizer(): void {
    this.#hiddenMoved = false;
    this.#each((layer, encoder) => layer.clearMoments(encoder));
  }

  keep(): void {
    this.#each((layer, encoder) => layer.keep(encoder));
  }

  restore(): void {
    this.#each((layer, encoder) => layer.restore(encoder));
    this.#arranged = undefined;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#trainer?.trainer.free();
    this.#scoring?.free();
    for (const layer of this.#layers) layer.free();
    this.#gpu.free(this.#table.buffer, this.#steps.buffer);
  }

  /** The buffers behind the model, for tests and profiling. */
  inspect(): { layers: readonly Layer[]; trainer: Trainer | undefined } {
    return { layers: this.#layers, trainer: this.#trainer?.trainer };
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError("the model");
    this.#gpu.check();
  }

  #stream(): Stream {
    const stream = new Stream(this.#gpu, this.#options);
    stream.onSubmit(this.#steps.upload);
    stream.onSubmit(this.#table.submitted);
    return stream;
  }

  /** Records `record` for every layer and submits it. */
  #each(record: (layer: Layer, encoder: GPUCommandEncoder) => void): void {
    this.#check();
    const encoder = this.#gpu.device.createCommandEncoder({ label: "copy-parameters" });
    for (const layer of this.#layers) record(layer, encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** Records what brings the working copies into the order of `mask`, unless they are. */
  async #arrangeFor(stream: Stream, mask: Mask): Promise<void> {
    if (this.#arranged === mask) return;
    const at = await this.#table.at(stream, mask);
    const step = await this.#steps.add(stream, { rows: 0, firstRow: 0, pitch: 0, mask: at, nextMask: at, result: 0 });
    for (const [l, kernel] of this.#arrange.entries()) {
      const { units, inputs } = this.#layers[l].shape;
      await kernel.dispatch(stream, { units, inputs }, step, 4 * units * inputs);
    }
    this.#arranged = mask;
  }

  /** Goes through the rows under each mask, up to and with the hidden layers; `then` records what follows. */
  async #pass(
    stream: Stream,
    { data, workspace, masks, gather, resultAt, signal }: Pass,
    then: (step: number, rows: number, firstRow: number) => Promise<void>,
  ): Promise<void> {
    const { inputs } = this.#config;
    for (const [k, mask] of masks.entries()) {
      await this.#arrangeFor(stream, mask);
      for (let firstRow = 0; firstRow < data.rows; firstRow += workspace.capacity) {
        signal?.throwIfAborted();
        const rows = Math.min(workspace.capacity, data.rows - firstRow);
        const at = await this.#table.at(stream, mask);
        const result = resultAt(k, firstRow);
        const values = { rows, firstRow, pitch: workspace.pitch, mask: at, nextMask: at, result };
        const step = await this.#steps.add(stream, values);
        await gather.dispatch(stream, { inputs, rows }, step, 4 * inputs * rows);
        await workspace.forward(stream, rows, step);
        await then(step, rows, firstRow);
      }
    }
  }

  async #trainerFor(batchSize: number, optimizer: Optimizer["name"]): Promise<Trainer> {
    const key = `${optimizer} ${batchSize}`;
    if (this.#trainer?.key !== key) {
      this.#trainer?.trainer.free();
      this.#trainer = undefined;
      const trainer = await this.#gpu.scoped(() => Trainer.create(this.#shared, batchSize, optimizer));
      this.#trainer = { key, trainer };
    }
    return this.#trainer.trainer;
  }

  /** A workspace for scoring `rows` rows, in chunks where they are many. */
  async #workspaceFor(rows: number): Promise<Workspace> {
    const widest = Math.max(this.#config.inputs, ...this.#config.hidden);
    const most = Math.max(64, Math.min(SCORE_ROWS, Math.floor(SCORE_BYTES / (4 * widest))));
    const capacity = Math.min(rows, most);
    if (!this.#scoring || this.#scoring.capacity < capacity) {
      this.#scoring?.free();
      this.#scoring = undefined;
      this.#scoring = await this.#gpu.scoped(() => Workspace.create(this.#shared, capacity, false));
    }
    return this.#scoring;
  }

  #outputWork(rows: number): number {
    return this.#layers
      .filter(({ shape }) => shape.above === 0)
      .reduce((sum, { shape }) => sum + workOf(shape.units, shape.inputs, rows), 0);
  }
}

/** The bias that goes with a weight matrix: b1 with W1, c with V. */
const biasOf = (weights: string): string => (weights === "V" ? "c" : weights.replace("W", "b"));

/** The optimiser's numbers for step t ≥ 1, computed in float64 and rounded once. */
function optimizerFields(optimizer: Optimizer, t: number) {
  const { learningRate, weightDecay } = optimizer;
  if (optimizer.name === "sgd") return { stepSize: learningRate, weightDecay };
  const { beta1, beta2, epsilon } = optimizer;
  return {
    stepSize: learningRate / (1 - beta1 ** t),
    secondMomentScale: 1 / Math.sqrt(1 - beta2 ** t),
    beta1,
    beta2,
    gain1: 1 - beta1,
    gain2: 1 - beta2,
    epsilon,
    weightDecay,
  };
}
