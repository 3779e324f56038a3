// Masks as the paper has them: an ordering of the inputs and a degree for every hidden unit. A mask is a pure
// function of (seed, index), so an endless supply of them needs no state. No mask matrix is made here.

import { ArgumentError } from "../errors.ts";
import { Random } from "./random.ts";

/** One member of the ensemble: which order the inputs come in and how far each hidden unit may see. */
export interface Mask {
  /** m⁰: `ordering[d]` is the 1-based position of input d, (D). */
  readonly ordering: readonly number[];
  /** m¹ … mᴸ: `degrees[l − 1][k]` is the degree of unit k of hidden layer l, (H_l). */
  readonly degrees: readonly (readonly number[])[];
}

/**
 * How the units of a hidden layer get their degrees, between the smallest degree m of the layer below and D − 1.
 * `"uniform"`: drawn anew for every mask, each with the same probability (section 4.1 of the paper). `"equal"`: spread
 * evenly, unit k of H getting m + ⌊(k + ½)(D − m) / H⌋; all masks then have the same degrees and differ by their ordering
 * alone.
 */
export type Degrees = "uniform" | "equal";

export const DEGREES: readonly Degrees[] = ["uniform", "equal"];

/** What masks follow from: the part of a configuration that says so. */
export interface MaskSource {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly ordering: "natural" | "random" | readonly number[];
  readonly masks: number | readonly Mask[];
  /** Left out: `"uniform"`. */
  readonly degrees?: Degrees;
  readonly seed: number;
}

/**
 * Mask number `index` of a model: given, or drawn from (seed, index). With D = 1 there is no legal degree and every unit
 * gets 1, which no output sees.
 */
export function maskAt(source: MaskSource, index: number): Mask {
  const { inputs: D, hidden, ordering, masks, seed } = source;
  if (typeof masks !== "number") return masks[index % masks.length];
  const m0 =
    ordering === "random"
      ? [...new Random(seed, "ordering", index).permutation(D)].map((position) => position + 1)
      : ordering === "natural"
        ? Array.from({ length: D }, (_, d) => d + 1)
        : ordering;
  const random = new Random(seed, "degrees", index);
  const equal = source.degrees === "equal";
  let lowest = 1;
  const degrees = hidden.map((units) => {
    // With n legal degrees, how far above the lowest of them unit k is.
    const above = (k: number, n: number) => (equal ? Math.floor(((2 * k + 1) * n) / (2 * units)) : random.below(n));
    const layer = Array.from({ length: units }, (_, k) => lowest + (D > 1 ? above(k, D - lowest) : 0));
    lowest = layer.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return layer;
  });
  return { ordering: m0, degrees };
}

/** The masks of a training run by minibatch: minibatch t uses mask t mod K, or mask t where the supply is endless. */
export class MaskSupply {
  /** K, or Infinity. */
  readonly count: number;
  readonly #source: MaskSource;
  /** Masks by index, kept where they will come round again. */
  readonly #kept: Mask[] = [];
  #last: { index: number; mask: Mask } | undefined;

  constructor(source: MaskSource) {
    this.#source = source;
    this.count = typeof source.masks === "number" ? source.masks : source.masks.length;
  }

  /** The mask of minibatch t: the same object whenever the same mask comes round again. */
  at(t: number): Mask {
    if (this.count === Number.POSITIVE_INFINITY) {
      if (this.#last?.index !== t) this.#last = { index: t, mask: maskAt(this.#source, t) };
      return this.#last.mask;
    }
    return this.#keep(t % this.count);
  }

  /**
   * The first `count` masks, to evaluate under: those of training, then fresh ones drawn in the same way; the same
   * objects every time. Of given masks there are no more than were given.
   */
  first(count: number): Mask[] {
    return Array.from({ length: count }, (_, index) => this.#keep(index));
  }

  #keep(index: number): Mask {
    this.#kept[index] ??= maskAt(this.#source, index);
    return this.#kept[index];
  }
}

/** Checks a mask that somebody gives. @throws ArgumentError naming what is wrong with it. */
export function checkMask({ inputs: D, hidden }: Pick<MaskSource, "inputs" | "hidden">, mask: Mask, name: string) {
  if (!Array.isArray(mask?.ordering) || !Array.isArray(mask.degrees) || !mask.degrees.every(Array.isArray))
    throw new ArgumentError(
      `${name}: got ${JSON.stringify(mask)}, expected { ordering: [...], degrees: [[...], ...] }`,
    );
  checkOrdering(D, mask.ordering, `${name}.ordering`);
  if (mask.degrees.length !== hidden.length)
    throw new ArgumentError(`${name}.degrees: got ${mask.degrees.length} layers, expected ${hidden.length}`);
  const highest = Math.max(1, D - 1);
  mask.degrees.forEach((layer, l) => {
    if (layer.length !== hidden[l])
      throw new ArgumentError(`${name}.degrees[${l}]: got ${layer.length} degrees, expected ${hidden[l]}`);
    const bad = layer.findIndex((m) => !Number.isInteger(m) || m < 1 || m > highest);
    if (bad >= 0)
      throw new ArgumentError(
        `${name}.degrees[${l}][${bad}]: got ${layer[bad]}, expected an integer in 1 … ${highest}`,
      );
  });
}

/** Checks that `ordering` is a permutation of 1 … D. @throws ArgumentError */
export function checkOrdering(D: number, ordering: readonly number[], name: string) {
  if (ordering.length !== D) throw new ArgumentError(`${name}: got ${ordering.length} positions, expected ${D}`);
  const seen = new Set<number>();
  ordering.forEach((position, d) => {
    if (!Number.isInteger(position) || position < 1 || position > D || seen.has(position))
      throw new ArgumentError(`${name}[${d}]: got ${position}, expected every position 1 … ${D} exactly once`);
    seen.add(position);
  });
}
