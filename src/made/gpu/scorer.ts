// Passes over rows without learning: −log p under several masks or of their mixture, and conditionals under one. Results
// gather on the GPU and come back once, not once a mask.

import { reduceLoss } from "../../../shaders/reduce-loss.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { Mask } from "../masks.ts";
import type { ConditionalsAs } from "../network.ts";
import type { Arrangement } from "./arrangement.ts";
import type { GpuRows } from "./rows.ts";
import { type Ready, ready, type Shared, Workspace, workOf } from "./workspace.ts";

/** Most rows scored at once, and most bytes of activations a layer that allows. */
const SCORE_ROWS = 2048;
const SCORE_BYTES = 2 ** 25;
/** Most bytes of results that are gathered on the GPU before they are read back. */
const RESULT_BYTES = 2 ** 26;

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

export class Scorer {
  readonly #shared: Shared;
  readonly #arrangement: Arrangement;
  #workspace: Workspace | undefined;

  constructor(shared: Shared, arrangement: Arrangement) {
    this.#shared = shared;
    this.#arrangement = arrangement;
  }

  /** −log p(x) in nats, (masks, rows). */
  async score(data: GpuRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    const all = new Float64Array(masks.length * data.rows);
    const group = Math.max(1, Math.floor(RESULT_BYTES / (4 * Math.max(1, data.rows))));
    for (let first = 0; first < masks.length && data.rows > 0; first += group)
      all.set(await this.#scoreUnder(data, masks.slice(first, first + group), "rows", signal), first * data.rows);
    return all;
  }

  /**
   * −log p(x) of the mixture in nats, (rows). What comes back are the largest log p of a row and how often it the
   * probabilities make, both float32; the logarithm is taken here, where it loses nothing of a large log p.
   */
  async scoreMixture(data: GpuRows, masks: readonly Mask[], signal?: AbortSignal): Promise<Float64Array> {
    if (data.rows === 0) return new Float64Array(0);
    const parts = await this.#scoreUnder(data, masks, "mixture", signal);
    return Float64Array.from(
      { length: data.rows },
      (_, r) => -parts[2 * r] - Math.log(parts[2 * r + 1] / masks.length),
    );
  }

  async #scoreUnder(
    data: GpuRows,
    masks: readonly Mask[],
    reduction: "rows" | "mixture",
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const { gpu, config, ring } = this.#shared;
    const workspace = await this.#workspaceFor(data.rows);
    const each = reduction === "rows";
    const bytes = (each ? 4 * masks.length : 8) * data.rows;
    const result = gpu.storage("scores", bytes);
    const blocks = gpu.uniformOf("blocks", new Uint32Array([workspace.blocks, 0, 0, 0]));
    try {
      const { nll } = workspace;
      const [gather, output, reduce] = await gpu.scoped(() =>
        Promise.all([
          workspace.gather(data),
          workspace.output("score", { nll }),
          ready(gpu, reduceLoss({ reduction }), { step: ring.binding, blocks, nll, result }),
        ]),
      );
      const stream = this.#shared.openStream();
      const resultAt = (k: number, firstRow: number) => (each ? k * data.rows : 0) + firstRow;
      await this.#pass(stream, { data, workspace, masks, gather, resultAt, signal }, async (step, rows) => {
        await output.dispatch(stream, { units: config.inputs, rows }, step, this.#outputWork(rows));
        await reduce.dispatch(stream, { rows }, step, 0);
      });
      await stream.drain();
      return new Float32Array(await gpu.download(result, bytes));
    } finally {
      gpu.free(result, blocks);
    }
  }

  /** p(x_d = 1 | x_<d) or its logits under one mask, (rows, D). */
  async conditionals(data: GpuRows, mask: Mask, as: ConditionalsAs): Promise<Float32Array> {
    const { gpu, config } = this.#shared;
    const D = config.inputs;
    const all = new Float32Array(data.rows * D);
    if (data.rows === 0) return all;
    const workspace = await this.#workspaceFor(data.rows);
    const values = gpu.storage(as, 4 * workspace.capacity * D);
    try {
      const [gather, output] = await gpu.scoped(() =>
        Promise.all([workspace.gather(data), workspace.output(as, { values })]),
      );
      const stream = this.#shared.openStream();
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

  free(): void {
    this.#workspace?.free();
  }

  /** Goes through the rows under each mask, up to and with the hidden layers; `then` records what follows. */
  async #pass(
    stream: Stream,
    { data, workspace, masks, gather, resultAt, signal }: Pass,
    then: (step: number, rows: number, firstRow: number) => Promise<void>,
  ): Promise<void> {
    const { config, table, ring } = this.#shared;
    data.inOwnOrder();
    try {
      for (const [k, mask] of masks.entries()) {
        await this.#arrangement.bring(stream, mask);
        for (let firstRow = 0; firstRow < data.rows; firstRow += workspace.capacity) {
          signal?.throwIfAborted();
          const rows = Math.min(workspace.capacity, data.rows - firstRow);
          const at = await table.at(stream, mask);
          const result = resultAt(k, firstRow);
          const values = { rows, firstRow, pitch: workspace.pitch, mask: at, nextMask: at, result, number: k };
          const step = await ring.add(stream, values);
          await gather.dispatch(stream, { inputs: config.inputs, rows }, step, 4 * config.inputs * rows);
          await workspace.forward(stream, rows, step);
          await then(step, rows, firstRow);
        }
      }
    } catch (error) {
      this.#arrangement.forget(); // what was recorded and not submitted never happened
      throw error;
    }
  }

  /** A workspace for `rows` rows, in chunks where they are many. */
  async #workspaceFor(rows: number): Promise<Workspace> {
    const { gpu, config } = this.#shared;
    const widest = Math.max(config.inputs, ...config.hidden);
    const most = Math.max(64, Math.min(SCORE_ROWS, Math.floor(SCORE_BYTES / (4 * widest))));
    const capacity = Math.min(rows, most);
    if (!this.#workspace || this.#workspace.capacity < capacity) {
      this.#workspace?.free();
      this.#workspace = undefined;
      this.#workspace = await gpu.scoped(() => Workspace.create(this.#shared, capacity, false));
    }
    return this.#workspace;
  }

  #outputWork(rows: number): number {
    return this.#shared.layers
      .filter(({ shape }) => shape.above === 0)
      .reduce((sum, { shape }) => sum + workOf(shape.units, shape.inputs, rows), 0);
  }
}
