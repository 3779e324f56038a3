// The masks a model can be asked under: its own, more of the same kind, and those that put observed inputs first. It knows
// neither parameters nor engines.

import { ArgumentError } from "../errors.ts";
import type { ResolvedConfig } from "./config.ts";
import { checkMask, type Mask, MaskSupply } from "./masks.ts";

/** Masks a model with an endless supply is evaluated under, unless told otherwise. */
const DEFAULT_EVALUATION_MASKS = 32;

export class Ensemble {
  readonly #config: ResolvedConfig;
  readonly #supply: MaskSupply;

  constructor(config: ResolvedConfig) {
    this.#config = config;
    this.#supply = new MaskSupply(config);
  }

  /** The masks the model is evaluated under: all of them, or the first 32 of an endless supply. */
  masks(): Mask[] {
    const { count } = this.#supply;
    return this.#supply.first(Number.isFinite(count) ? count : DEFAULT_EVALUATION_MASKS);
  }

  /** Masks by their number or given; left out: {@link masks}. @throws ArgumentError */
  several(masks: number | readonly Mask[] | undefined): readonly Mask[] {
    if (masks === undefined) return this.masks();
    if (typeof masks === "number") {
      const most = typeof this.#config.masks === "number" ? Number.MAX_SAFE_INTEGER : this.#config.masks.length;
      if (!Number.isSafeInteger(masks) || masks < 1 || masks > most)
        throw new ArgumentError(`masks: got ${masks}, expected an integer in 1 … ${most}`);
      return this.#supply.first(masks);
    }
    if (masks.length === 0) throw new ArgumentError("masks: got an empty array, expected at least one mask");
    masks.forEach((mask, k) => {
      checkMask(this.#config, mask, `masks[${k}]`);
    });
    return masks;
  }

  /** A mask by its number or given. @throws ArgumentError */
  one(mask: number | Mask): Mask {
    if (typeof mask !== "number") {
      checkMask(this.#config, mask, "mask");
      return mask;
    }
    const { count } = this.#supply;
    if (!Number.isSafeInteger(mask) || mask < 0 || mask >= count)
      throw new ArgumentError(`mask: got ${mask}, expected an integer in 0 … ${count - 1}`);
    return this.#supply.at(mask);
  }

  /** Whether the model was made for any ordering: several masks, each with a random ordering of its own. */
  get anyOrder(): boolean {
    const { ordering, masks } = this.#config;
    return ordering === "random" && typeof masks === "number" && masks > 1;
  }

  /**
   * `count` masks under which the observed inputs come first, so that what the model says of them and of the others given
   * them is exact. Of a model made for any ordering: its own masks with the observed inputs moved to the front, each part in
   * the mask's order. Of another model: its own masks, if they are so; else undefined.
   * @param observed 1 where an input is observed, (D)
   */
  observedFirst(observed: ArrayLike<number>, count = 1): readonly Mask[] | undefined {
    if (this.anyOrder) return this.#supply.first(count).map((mask) => moveToFront(mask, observed));
    const own = this.masks();
    return own.every((mask) => comeFirst(mask, observed)) ? own : undefined;
  }
}

/** Whether the observed inputs have the first positions of the ordering. */
export function comeFirst({ ordering }: Mask, observed: ArrayLike<number>): boolean {
  let last = 0;
  let first = Number.POSITIVE_INFINITY;
  ordering.forEach((position, d) => {
    if (observed[d]) last = Math.max(last, position);
    else first = Math.min(first, position);
  });
  return last < first;
}

/** The same degrees; in the ordering the observed inputs first, each part in its order. */
function moveToFront({ ordering, degrees }: Mask, observed: ArrayLike<number>): Mask {
  const inputs = ordering.map((_, d) => d).sort((a, b) => ordering[a] - ordering[b]);
  const moved = new Array<number>(ordering.length);
  [...inputs.filter((d) => observed[d]), ...inputs.filter((d) => !observed[d])].forEach((d, i) => {
    moved[d] = i + 1;
  });
  return { ordering: moved, degrees };
}
