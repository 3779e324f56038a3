// What a model runs on: a network on a GPU device or on the CPU, opened once, and opened again on a new device where
// the old one was lost.

import { ArgumentError } from "../errors.ts";
import { Gpu } from "../gpu/gpu.ts";
import type { ResolvedConfig } from "./config.ts";
import { GpuNetwork } from "./gpu/network.ts";
import type { Network, NetworkState } from "./network.ts";
import { ReferenceNetwork } from "./reference/network.ts";

/** What {@link Made.create} and {@link Made.load} take beside the model: where it runs. */
export interface CreateOptions {
  /**
   * A device of yours, which is never destroyed here; a function that gives one, which the model then owns, destroys,
   * and asks for again where training recovers from a loss; `"cpu"` for the float64 engine; left out: a GPU device of
   * the model's own, or the CPU engine where there is no WebGPU. A GPUDevice serves any number of models.
   */
  device?: GPUDevice | (() => Promise<GPUDevice>) | "cpu";
  /**
   * Milliseconds of work the GPU gets at a time (default 40). Less lets other users of it, a page's own drawing among
   * them, in more often, and an abort be noticed sooner; more saves submits. It changes no result.
   */
  submitBudget?: number;
}

/** Gives a new network its values. */
type Fill = (network: Network) => void | Promise<void>;

export class Engine {
  readonly #config: ResolvedConfig;
  readonly #options: CreateOptions;
  #open!: { network: Network; gpu?: Gpu };

  private constructor(config: ResolvedConfig, options: CreateOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** @throws NoDeviceError, OutOfMemoryError, DeviceLostError, or what `fill` throws; nothing stays allocated then */
  static async open(config: ResolvedConfig, options: CreateOptions, fill: Fill): Promise<Engine> {
    const engine = new Engine(config, options);
    engine.#open = await engine.#start(fill);
    return engine;
  }

  get network(): Network {
    return this.#open.network;
  }

  /** @throws ArgumentError where a lost device could not be replaced */
  checkRenewable(): void {
    if (typeof this.#options.device === "object")
      throw new ArgumentError(
        "recover: the model was given a GPUDevice, expected a function that gives one, or no device at all",
      );
  }

  /** Opens a new device in place of a lost one, with the values of `state` on it. */
  async renew(state: NetworkState): Promise<void> {
    const renewed = await this.#start((network) => network.writeState(state));
    this.dispose();
    this.#open = renewed;
  }

  dispose(): void {
    const { network, gpu } = this.#open;
    network.dispose();
    gpu?.dispose();
  }

  async #start(fill: Fill) {
    const { device, ...options } = this.#options;
    const onCpu = device === "cpu" || (device === undefined && !globalThis.navigator?.gpu);
    const own = typeof device === "function";
    const gpu = onCpu ? undefined : await Gpu.open({ device: own ? await device() : device, own: own || undefined });
    try {
      const network = gpu ? await GpuNetwork.create(gpu, this.#config, options) : new ReferenceNetwork(this.#config);
      await fill(network);
      return { network, gpu };
    } catch (error) {
      gpu?.dispose();
      throw error;
    }
  }
}
