// Made: the model as its users see it. Everything on the GPU or the CPU happens behind a Network.

import { ArgumentError, DisposedError } from "../errors.ts";
import { asBytes, type FileBytes } from "../io/elements.ts";
import { type Snapshot, throughLosses } from "./checkpoint.ts";
import { type MadeConfig, type ResolvedConfig, resolveConfig } from "./config.ts";
import { type Asked, type DrawResult, draw, type SampleOptions } from "./draw.ts";
import { type CreateOptions, Engine } from "./engine.ts";
import { Ensemble } from "./ensemble.ts";
import { readModel, writeModel } from "./file.ts";
import { checkRows, type FitOptions, type FitResult, runFit } from "./fit.ts";
import {
  type Completion,
  complete,
  type ImputeOptions,
  type LogMarginalOptions,
  logMarginal,
  maskFor,
} from "./impute.ts";
import { initialParameters } from "./initialize.ts";
import type { Mask } from "./masks.ts";
import { type Neighbours, nearest } from "./nearest.ts";
import type { ConditionalsAs, Network } from "./network.ts";
import { exportOnnx } from "./onnx.ts";
import { MOMENTS, ruleOf } from "./optimizer.ts";
import { checkParameters, type Parameter, type Parameters } from "./parameters.ts";
import type { BinaryRows } from "./rows.ts";
import { freshRun, setRun } from "./run-state.ts";
import { inParts, logProb, logProbByInput, logProbByMask } from "./score.ts";

/** Under which masks {@link Made.logProb} and its like score. */
export interface LogProbOptions {
  /**
   * How many masks to average over, or the masks themselves (default: the model's own; 32 of an endless supply). More
   * than the model was trained with are drawn afresh in the same way.
   */
  masks?: number | readonly Mask[];
  /** Rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Which conditionals {@link Made.conditionals} gives. */
export interface ConditionalsOptions {
  /** A mask by its number in {@link Made.masks}, or given (default 0). */
  mask?: number | Mask;
  /** Probabilities (default), or the logits z behind them: p = 1 / (1 + e⁻ᶻ). */
  as?: ConditionalsAs;
}

/**
 * A masked autoencoder for distribution estimation (Germain, Gregor, Murray, Larochelle, ICML 2015): an exact
 * log-likelihood of binary rows, learned, evaluated and sampled.
 *
 * Shapes are written (rows, D): D is the number of inputs, everything is row-major. Log-probabilities and NLLs are in nats.
 * A model does one thing at a time: a call while another is under way is refused with an ArgumentError. Every call may
 * reject with DisposedError after {@link Made.dispose} and with DeviceLostError where the GPU device goes away.
 */
export class Made {
  /** The configuration, every default filled in. */
  readonly config: ResolvedConfig;
  readonly #engine: Engine;
  readonly #ensemble: Ensemble;
  /** Where training stands. */
  readonly #run = freshRun();
  #busy: string | undefined;
  #disposed = false;

  private constructor(config: ResolvedConfig, engine: Engine) {
    this.config = config;
    this.#engine = engine;
    this.#ensemble = new Ensemble(config);
  }

  /**
   * Makes a model with fresh parameters, from `config.seed`.
   * @throws ArgumentError naming the field of an illegal configuration, NoDeviceError where there is WebGPU but no
   *   adapter, OutOfMemoryError where a weight matrix does not fit into a buffer
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

  /** What asks the model: always the present network, as training may open another. */
  get #asked(): Asked {
    return { config: this.config, network: this.#network, ensemble: this.#ensemble };
  }

  /** What the model runs on, in words: the adapter's name, or `"cpu"`. */
  get engine(): string {
    return this.#network.engine;
  }

  /**
   * Trains on `train`, (rows, D), by minibatches that each take their own mask. A run begins with fresh optimiser moments
   * unless it resumes one, and with the weights as they are.
   * @returns what happened, epoch by epoch; the model has the weights of `bestEpoch`.
   * @throws ArgumentError naming an illegal option, NotFiniteError where the loss overflows, DeviceLostError unless it
   *   recovers, CheckpointError where a checkpoint cannot be written, or what a callback throws
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
   * log p(x) of every row in nats, (rows): Σ_d log p(x_d | x_<d), and with K masks the log of the mean of their probabilities,
   * log 1/K Σ_k p_k(x).
   * With `masked: false` the same sum of terms, which is no log-probability: over all x it does not add up to 1.
   */
  logProb(rows: BinaryRows, options: LogProbOptions = {}): Promise<Float64Array> {
    return this.#alone("logProb", () => this.#logProb(rows, options));
  }

  /** log p_k(x) of every row under each mask k in nats, (masks, rows): the numbers that {@link logProb} averages. */
  logProbByMask(rows: BinaryRows, { masks, signal }: LogProbOptions = {}): Promise<Float64Array> {
    return this.#alone("logProbByMask", async () => {
      checkRows("rows", rows, this.config.inputs);
      return logProbByMask(this.#asked, rows, this.#ensemble.several(masks), signal);
    });
  }

  /**
   * What every cell adds to log p(x) in nats, (rows, D), so that a row's numbers sum to its log p: which cells make it
   * unlikely. With one mask that is log p(x_d | x_<d). With K masks it is their average, weighed by r_k = p_k(x) / Σ_j p_j(x);
   * the sum of that is log p(x) + KL(r ‖ uniform), so every cell carries KL / D less.
   */
  logProbByInput(rows: BinaryRows, { masks, signal }: LogProbOptions = {}): Promise<Float64Array> {
    return this.#alone("logProbByInput", async () => {
      checkRows("rows", rows, this.config.inputs);
      return logProbByInput(this.#asked, rows, this.#ensemble.several(masks), signal);
    });
  }

  /**
   * p(x_d = 1 | x_<d) under one mask, or the logits behind them, (rows, D): what comes before d is said by the mask's ordering.
   * A mixture of several orderings has no conditionals of its own.
   */
  conditionals(rows: BinaryRows, { mask = 0, as = "probabilities" }: ConditionalsOptions = {}): Promise<Float32Array> {
    return this.#alone("conditionals", async () => {
      checkRows("rows", rows, this.config.inputs);
      const under = this.#ensemble.one(mask);
      const all = new Float32Array(rows.rows * rows.inputs);
      await inParts(this.#asked, rows, async (loaded, first) => {
        all.set(await this.#network.conditionals(loaded, under, as), first * rows.inputs);
      });
      return all;
    });
  }

  /**
   * Draws `n` rows, each value in its turn, from the model or from one of its masks, at the cost of one forward pass.
   * @throws ArgumentError naming an illegal option, or where the model has `masked: false` and is no distribution
   */
  sample(n: number, options?: SampleOptions): Promise<BinaryRows> {
    return this.#alone("sample", async () => (await draw(this.#asked, n, options)).rows);
  }

  /** Draws rows as {@link sample} does, and says how likely they were and under which masks they were drawn. */
  draw(n: number, options?: SampleOptions): Promise<DrawResult> {
    return this.#alone("draw", () => draw(this.#asked, n, options));
  }

  /**
   * Completes rows: cells whose bit in `observed` (as many rows, or one for all) is 0 are drawn given those where it is 1.
   * Draws are exact where the model can be asked with the observed inputs first: a model of several masks with
   * `ordering: "random"` always can, another one if its ordering has them first. Otherwise particles estimate: see
   * {@link complete}, which also says how well.
   * @returns `samples` completions of row 0, then those of row 1 and so on, (rows · samples)
   */
  impute(rows: BinaryRows, observed: BinaryRows, options?: ImputeOptions): Promise<BinaryRows> {
    return this.#alone("impute", async () => (await complete(this.#asked, rows, observed, options, false)).rows);
  }

  /** Completes rows as {@link impute} does, and says how likely every cell and the observed part are, and how sure that is. */
  complete(rows: BinaryRows, observed: BinaryRows, options?: ImputeOptions): Promise<Completion> {
    return this.#alone("complete", () => complete(this.#asked, rows, observed, options));
  }

  /**
   * log p of the observed cells of every row in nats, (rows), whatever the others are: exact, under an ordering that puts
   * them first.
   * @throws ArgumentError where the model has no such ordering
   */
  logMarginal(rows: BinaryRows, observed: BinaryRows, options?: LogMarginalOptions): Promise<Float64Array> {
    return this.#alone("logMarginal", () => logMarginal(this.#asked, rows, observed, options));
  }

  /**
   * A mask under which the observed inputs come first, to ask {@link conditionals} or {@link sample} under: of a model made
   * for any ordering mask `index` of an endless supply with these inputs moved to the front, of another model its mask
   * `index` if it is such.
   * @param observed for each input whether it is observed, (D)
   * @throws ArgumentError where the model has no such mask
   */
  maskFor(observed: ArrayLike<number | boolean>, index = 0): Mask {
    return maskFor(this.#asked, observed, index);
  }

  /**
   * The `k` rows of `among` that differ from each of `rows` in fewest inputs, nearest first; of rows as far away the one with
   * the lower number comes first.
   * Hamming distances; the model lends its engine and nothing else.
   * @throws ArgumentError unless k is in 1 … rows of `among`
   */
  nearest(rows: BinaryRows, among: BinaryRows, k = 1, { signal }: { signal?: AbortSignal } = {}): Promise<Neighbours> {
    return this.#alone("nearest", () => nearest(this.#asked, rows, among, k, signal));
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
    return this.#ensemble.masks();
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

  /** Frees everything the model holds on the GPU; a device of the caller's stays. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.dispose();
  }

  /** {@link dispose}, at the end of the block of `using made = await Made.create(…)`. */
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
    return logProb(this.#asked, rows, this.#ensemble.several(masks), signal);
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
