/// <reference lib="esnext.disposable" preserve="true" />
// Made: the model as its users see it. Everything on the GPU or the CPU happens behind a Network.

import { ArgumentError, DisposedError } from "../errors.ts";
import { asBytes, type FileBytes } from "../io/elements.ts";
import { drawRows } from "./ancestral.ts";
import { type Snapshot, throughLosses } from "./checkpoint.ts";
import { type MadeConfig, type ResolvedConfig, resolveConfig } from "./config.ts";
import { type CreateOptions, Engine } from "./engine.ts";
import { readModel, writeModel } from "./file.ts";
import { checkRows, type FitOptions, type FitResult, runFit } from "./fit.ts";
import { initialParameters } from "./initialize.ts";
import { checkMask, type Mask, MaskSupply } from "./masks.ts";
import type { ConditionalsAs, Network } from "./network.ts";
import { exportOnnx } from "./onnx.ts";
import { MOMENTS, ruleOf } from "./optimizer.ts";
import { checkParameters, type Parameter, type Parameters } from "./parameters.ts";
import { Random } from "./random.ts";
import { mixtureNll } from "./reference/log-mean-exp.ts";
import { BinaryRows } from "./rows.ts";
import { freshRun, setRun } from "./run-state.ts";

/** Masks a model with an endless supply is evaluated under, unless told otherwise. */
const DEFAULT_EVALUATION_MASKS = 32;
/** Rows scored at a time: what is uploaded at once stays small however many rows there are. */
const ROWS_AT_A_TIME = 65_536;

export interface LogProbOptions {
  /**
   * How many masks to average over, or the masks themselves (default: the model's own; 32 of an endless supply). More
   * than the model was trained with are drawn afresh in the same way.
   */
  masks?: number | readonly Mask[];
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface ConditionalsOptions {
  /** A mask by number or given (default 0). */
  mask?: number | Mask;
  /** Default `"probabilities"`. */
  as?: ConditionalsAs;
}

export interface SampleOptions {
  /** Default: the model's seed. */
  seed?: number;
  /** Which mask to sample under, or `"mixture"` (default): one drawn for every row. */
  mask?: number | "mixture";
  /** n × D numbers in [0, 1) in place of the generator: input d of row r becomes 1 iff `uniforms[r·D + d] < p`. */
  uniforms?: ArrayLike<number>;
}

/**
 * A masked autoencoder for distribution estimation (Germain, Gregor, Murray, Larochelle, ICML 2015): an exact
 * log-likelihood of binary rows, learned, evaluated and sampled.
 */
export class Made {
  readonly config: ResolvedConfig;
  readonly #engine: Engine;
  readonly #masks: MaskSupply;
  /** Where training stands. */
  readonly #run = freshRun();
  #busy: string | undefined;
  #disposed = false;

  private constructor(config: ResolvedConfig, engine: Engine) {
    this.config = config;
    this.#engine = engine;
    this.#masks = new MaskSupply(config);
  }

  /**
   * Makes a model with fresh parameters.
   * @throws ArgumentError on an illegal configuration, NoDeviceError, OutOfMemoryError
   */
  static async create(config: MadeConfig, options: CreateOptions = {}): Promise<Made> {
    const resolved = resolveConfig(config);
    return new Made(
      resolved,
      await Engine.open(resolved, options, (network) => network.write(initialParameters(resolved))),
    );
  }

  /**
   * Makes the model that {@link save} wrote: it scores alike, and `fit(…, { resume: true })` goes on where that one
   * was. The same engine gives the same bits; the CPU's float64 values are rounded on a GPU.
   * @throws FormatError saying what is wrong with the file, NoDeviceError, OutOfMemoryError
   */
  static async load(bytes: FileBytes, options: CreateOptions = {}): Promise<Made> {
    const { config, state, run } = readModel(asBytes(bytes));
    const made = new Made(config, await Engine.open(config, options, (network) => network.writeState(state)));
    setRun(made.#run, run);
    return made;
  }

  get #network(): Network {
    return this.#engine.network;
  }

  /** What the model runs on, in words: the adapter's name, or `"cpu"`. */
  get engine(): string {
    return this.#network.engine;
  }

  /**
   * Trains on `train`. A run begins with fresh optimiser moments unless it resumes one.
   * @returns what happened, epoch by epoch; the model has the weights of `bestEpoch`.
   * @throws ArgumentError, NotFiniteError, DeviceLostError
   */
  fit(train: BinaryRows, options: FitOptions = {}): Promise<FitResult> {
    return this.#alone("fit", () => {
      if (!options.recover) return this.#fit(train, options);
      this.#engine.checkRenewable();
      return throughLosses(
        (keep, resume) => this.#fit(train, resume ? { ...options, resume } : options, keep),
        async ({ state, run }) => {
          await this.#engine.renew(state);
          setRun(this.#run, run);
        },
      );
    });
  }

  /**
   * log p(x) of every row in nats, (rows): with K masks the log of the mean of their probabilities.
   * With `masked: false` the same sum of terms, which is no log-probability: over all x it does not add up to 1.
   */
  logProb(rows: BinaryRows, options: LogProbOptions = {}): Promise<Float64Array> {
    return this.#alone("logProb", () => this.#logProb(rows, options));
  }

  /** p(x_d = 1 | x_<d) under one mask, or the logits behind them, (rows, D), row-major. */
  conditionals(rows: BinaryRows, { mask = 0, as = "probabilities" }: ConditionalsOptions = {}): Promise<Float32Array> {
    return this.#alone("conditionals", async () => {
      checkRows("rows", rows, this.config.inputs);
      const under = this.#maskNamed(mask);
      const all = new Float32Array(rows.rows * rows.inputs);
      await this.#inParts(rows, async (part, first) => {
        const loaded = await this.#network.load(part);
        try {
          all.set(await this.#network.conditionals(loaded, under, as), first * rows.inputs);
        } finally {
          loaded.dispose();
        }
      });
      return all;
    });
  }

  /** Draws `n` rows, each value in its turn, from the model or from one of its masks. */
  sample(n: number, { seed = this.config.seed, mask = "mixture", uniforms }: SampleOptions = {}): Promise<BinaryRows> {
    return this.#alone("sample", async () => {
      const { inputs: D } = this.config;
      if (!this.config.masked) throw new ArgumentError("sample: a model with masked: false is no distribution");
      if (!Number.isSafeInteger(n) || n < 1) throw new ArgumentError(`n: got ${n}, expected an integer ≥ 1`);
      if (uniforms && uniforms.length !== n * D)
        throw new ArgumentError(`uniforms: got ${uniforms.length} numbers, expected n × inputs = ${n * D}`);
      const masks = mask === "mixture" ? this.masks() : [this.#maskNamed(mask)];
      const parameters = await this.#network.read();
      const values = new Uint8Array(n * D);
      const rowsOf = new Map<Mask, number[]>();
      const u = new Float64Array(n * D);
      for (let r = 0; r < n; r++) {
        const random = new Random(seed, "sample", r);
        const under = masks[masks.length > 1 ? random.below(masks.length) : 0];
        rowsOf.set(under, [...(rowsOf.get(under) ?? []), r]);
        for (let d = 0; d < D; d++) u[r * D + d] = uniforms ? uniforms[r * D + d] : random.uniform();
      }
      for (const [under, rows] of rowsOf) {
        const some = new Float64Array(rows.length * D);
        rows.forEach((r, i) => {
          some.set(u.subarray(r * D, (r + 1) * D), i * D);
        });
        const drawn = drawRows({
          config: this.config,
          parameters,
          mask: under,
          uniforms: some,
          rows: rows.length,
        }).rows;
        rows.forEach((r, i) => {
          values.set(drawn.slice(i, i + 1).toUint8Array(), r * D);
        });
      }
      return BinaryRows.from(values, D);
    });
  }

  /** Values of all parameters by their names in the paper, weights `[out, in]`, hidden entries included. */
  parameters(): Promise<Parameters> {
    return this.#alone("parameters", () => this.#network.read());
  }

  /** Replaces all parameters. @throws ArgumentError on a wrong name, shape or value; nothing is changed then. */
  setParameters(parameters: Record<string, Parameter | Float32Array>): void {
    this.#check("setParameters");
    this.#network.write(checkParameters(this.config, parameters));
    // What a run would have gone back to belongs to the weights that are gone.
    this.#run.best = undefined;
    this.#run.kept = undefined;
  }

  /** The masks the model is evaluated under: all of them, or the first 32 of an endless supply. */
  masks(): Mask[] {
    const count = Number.isFinite(this.#masks.count) ? this.#masks.count : DEFAULT_EVALUATION_MASKS;
    return this.#masks.first(count);
  }

  /**
   * The model as a safetensors file: parameters, masks, configuration, and where training stands with all that it
   * needs to go on. docs/model-file.md describes it. The same state gives the same bytes.
   * @throws NotFiniteError where a value is not finite, DeviceLostError
   */
  save(): Promise<Uint8Array> {
    return this.#alone("save", async () => {
      const { optimizer, kept } = this.#run;
      const moments = optimizer ? MOMENTS[ruleOf(optimizer)] : 0;
      const state = await this.#network.readState({ moments, kept: kept !== undefined });
      return this.#fileOf({ state, run: this.#run });
    });
  }

  /**
   * The model as an ONNX file (opset 17), to score with in other runtimes: input `x` [N, D], 0 and 1 as float32; outputs
   * `logp` [N] in nats, over all masks as {@link logProb}, and `p` [N, D], the conditionals under mask 0 as
   * {@link conditionals}: a mixture over orderings has no conditionals of its own. Weights come once for each mask.
   * @throws ArgumentError where they take more than the 2 GiB of an ONNX file
   */
  exportOnnx(): Promise<Uint8Array> {
    return this.#alone("exportOnnx", async () => exportOnnx(this.config, await this.#network.read(), this.masks()));
  }

  /** Frees everything the model holds. A device of the caller's stays. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #fit(train: BinaryRows, options: FitOptions, keep?: (snapshot: Snapshot) => void): Promise<FitResult> {
    const { seed, inputs, hidden } = this.config;
    const context = {
      network: this.#network,
      seed,
      inputs,
      layers: hidden.length,
      run: this.#run,
      validate: async (rows: BinaryRows, signal?: AbortSignal) => {
        const logp = await this.#logProb(rows, { signal });
        return -logp.reduce((a, b) => a + b, 0) / rows.rows;
      },
      save: (snapshot: Snapshot) => this.#fileOf(snapshot),
      keep,
    };
    return runFit(context, train, options);
  }

  #fileOf({ state, run }: Snapshot): Uint8Array {
    return writeModel({ config: this.config, masks: this.masks(), state, run });
  }

  async #logProb(rows: BinaryRows, { masks, signal }: LogProbOptions): Promise<Float64Array> {
    checkRows("rows", rows, this.config.inputs);
    const under = this.#masksNamed(masks);
    const all = new Float64Array(rows.rows);
    await this.#inParts(rows, async (part, first) => {
      const loaded = await this.#network.load(part);
      try {
        const nll = await this.#network.score(loaded, under, signal);
        all.set(
          mixtureNll(nll, under.length).map((v) => -v),
          first,
        );
      } finally {
        loaded.dispose();
      }
    });
    return all;
  }

  /** Calls `then` with consecutive parts of `rows` that are small enough to lie on a GPU at once. */
  async #inParts(rows: BinaryRows, then: (part: BinaryRows, first: number) => Promise<void>): Promise<void> {
    if (rows.rows <= ROWS_AT_A_TIME) return then(rows, 0);
    for (let first = 0; first < rows.rows; first += ROWS_AT_A_TIME)
      await then(rows.slice(first, Math.min(rows.rows, first + ROWS_AT_A_TIME)), first);
  }

  #masksNamed(masks: number | readonly Mask[] | undefined): readonly Mask[] {
    if (masks === undefined) return this.masks();
    if (typeof masks === "number") {
      const most = typeof this.config.masks === "number" ? Number.MAX_SAFE_INTEGER : this.config.masks.length;
      if (!Number.isSafeInteger(masks) || masks < 1 || masks > most)
        throw new ArgumentError(`masks: got ${masks}, expected an integer in 1 … ${most}`);
      return this.#masks.first(masks);
    }
    if (masks.length === 0) throw new ArgumentError("masks: got an empty array, expected at least one mask");
    masks.forEach((mask, k) => {
      checkMask(this.config, mask, `masks[${k}]`);
    });
    return masks;
  }

  #maskNamed(mask: number | Mask): Mask {
    if (typeof mask !== "number") {
      checkMask(this.config, mask, "mask");
      return mask;
    }
    const { count } = this.#masks;
    if (!Number.isSafeInteger(mask) || mask < 0 || mask >= count)
      throw new ArgumentError(`mask: got ${mask}, expected an integer in 0 … ${count - 1}`);
    return this.#masks.at(mask);
  }

  /** One call at a time: two at once would share buffers. */
  async #alone<T>(call: string, run: () => Promise<T>): Promise<T> {
    this.#check(call);
    this.#busy = call;
    try {
      return await run();
    } finally {
      this.#busy = undefined;
    }
  }

  #check(call: string): void {
    if (this.#disposed) throw new DisposedError("the model");
    if (this.#busy) throw new ArgumentError(`${call}: the model is busy with ${this.#busy}; wait for it first`);
  }
}
