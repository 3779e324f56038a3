// The small network with its weights, once with masks and once without, on the library's CPU engine: it trains a few
// steps at a time and says how probable each of all 2^D rows is. Knows nothing of the page.

import { Made } from "../../src/made/made.ts";
import type { Mask } from "../../src/made/masks.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { dataOf, everyRow } from "./patterns.ts";
import { masksOf, type Settings } from "./settings.ts";

/** Seed of the weights: the two networks begin with the same ones. */
const WEIGHTS_SEED = 1;
const LEARNING_RATE = 0.02;

/** What one of the two networks makes of all rows. */
export interface Measure {
  /** q(x) of each row, (2^D). */
  readonly q: Float64Array;
  /** Σ q(x). */
  readonly sum: number;
  /** Of every mask alone, (K); of the network without masks nothing. */
  readonly sums: readonly number[];
  /** Training steps taken. */
  readonly steps: number;
}

export class Laboratory {
  readonly settings: Settings;
  readonly masks: readonly Mask[];
  /** How often each row comes in the data, (2^D). */
  readonly frequencies: readonly number[];
  readonly #data: BinaryRows;
  readonly #all: BinaryRows;
  readonly #made: { masked: Made; plain: Made };
  readonly #steps = { masked: 0, plain: 0 };

  private constructor(settings: Settings, masks: readonly Mask[], made: { masked: Made; plain: Made }) {
    this.settings = settings;
    this.masks = masks;
    this.#made = made;
    const { rows, frequencies } = dataOf(settings.pattern, settings.inputs);
    this.#data = rows;
    this.frequencies = frequencies;
    this.#all = BinaryRows.from(everyRow(settings.inputs));
  }

  static async open(settings: Settings): Promise<Laboratory> {
    const { inputs, hidden, directConnections } = settings;
    const masks = masksOf(settings);
    const config = { inputs, hidden, directConnections, masks, activation: "tanh", seed: WEIGHTS_SEED } as const;
    return new Laboratory(settings, masks, {
      masked: await Made.create(config, { device: "cpu" }),
      plain: await Made.create({ ...config, masked: false }, { device: "cpu" }),
    });
  }

  /** The model with masks: the one that can be drawn from. */
  get model(): Made {
    return this.#made.masked;
  }

  /** Takes `steps` training steps, each over all rows of the data, with the next mask in turn. */
  async train(masked: boolean, steps: number): Promise<void> {
    const which = masked ? "masked" : "plain";
    await this.#made[which].fit(this.#data, {
      epochs: steps,
      batchSize: this.#data.rows,
      shuffle: false,
      optimizer: { name: "adam", learningRate: LEARNING_RATE },
      resume: this.#steps[which] > 0,
    });
    this.#steps[which] += steps;
  }

  /** q(x) = exp(log p(x)) of every row; without masks the same product of the outputs, which is no probability. */
  async measure(masked: boolean): Promise<Measure> {
    const which = masked ? "masked" : "plain";
    const made = this.#made[which];
    const q = (await made.logProb(this.#all)).map(Math.exp);
    const byMask = masked ? (await made.logProbByMask(this.#all)).map(Math.exp) : new Float64Array();
    const rows = this.#all.rows;
    const sums = Array.from({ length: byMask.length / rows }, (_, k) =>
      total(byMask.subarray(k * rows, (k + 1) * rows)),
    );
    return { q, sum: total(q), sums, steps: this.#steps[which] };
  }

  dispose(): void {
    this.#made.masked.dispose();
    this.#made.plain.dispose();
  }
}

const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
