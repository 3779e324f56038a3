// A mask as the kernels read it: for every layer the permutation that sorts its units by degree, for every weight
// matrix how far each unit sees in that order. O(D + ΣH) integers; nothing here or on the GPU is a matrix.

import { UNIT_MULTIPLE } from "../../../shaders/block.ts";
import { roundUp } from "../../gpu/kernel-spec.ts";
import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";

/** Where one weight matrix's tables begin inside a mask, in words; see LAYER in shaders/structs.ts. */
export interface LayerTables {
  readonly unitAt: number;
  readonly inputAt: number;
  readonly slotOfUnit: number;
  readonly slotOfInput: number;
  /** Position in the ordering → input: the same for all layers. */
  readonly positionAt: number;
  /** The way back, input → position: the same too. */
  readonly positionOf: number;
  readonly fanIn: number;
  readonly firstSeenBy: number;
  /** fanIn of A, for V beside it. */
  readonly directFanIn: number;
}

/** One weight matrix of the network, [units, inputs]: W1 … WL, V, and A with direct connections. */
export interface LayerShape {
  readonly name: string;
  readonly units: number;
  readonly inputs: number;
  /** Index of the layer of units above and of the one below: 0 is the inputs x, 1 … L are hidden. */
  readonly above: number;
  readonly below: number;
  readonly tables: LayerTables;
}

/** The tables of a mask, laid out in words: the same for every mask of a model. */
export interface MaskLayout {
  readonly layers: readonly LayerShape[];
  /** Words a mask takes. */
  readonly words: number;
  /** Where the table position → input begins. */
  readonly inputAt: number;
  /** Where its inverse begins, input → position. */
  readonly positionOf: number;
  /** For every layer of units, x first, the canonical unit at each place of the order that weights are stored in. */
  readonly home: readonly Uint32Array[];
  /** The way back: the place of each canonical unit in that order. */
  readonly placeAtHome: readonly Uint32Array[];
}

type Shape = Pick<ResolvedConfig, "inputs" | "hidden" | "directConnections" | "masked">;

/**
 * Where everything stands. Weights and moments are stored in their *home order*: the degree order of `home`, which a
 * model with one mask never leaves; canonical order where there are several.
 */
export function maskLayout(shape: Shape, home?: Mask): MaskLayout {
  const { inputs: D, hidden, directConnections } = shape;
  const L = hidden.length;
  const sizes = [D, ...hidden];
  let words = 0;
  const take = (n: number) => {
    const at = words;
    words += n;
    return at;
  };
  const inputAt = take(D);
  const positionOf = take(D);
  const orders = sizes.map((n) => ({ unitAt: take(n), slotOf: take(n) }));
  const layer = (name: string, above: number, below: number): LayerShape => ({
    name,
    units: sizes[above],
    inputs: sizes[below],
    above,
    below,
    tables: {
      unitAt: orders[above].unitAt,
      slotOfUnit: orders[above].slotOf,
      inputAt: orders[below].unitAt,
      slotOfInput: orders[below].slotOf,
      positionAt: inputAt,
      positionOf,
      fanIn: take(roundUp(sizes[above], UNIT_MULTIPLE)),
      firstSeenBy: take(sizes[below]),
      directFanIn: 0,
    },
  });
  const layers = hidden.map((_, l) => layer(`W${l + 1}`, l + 1, l));
  const V = layer("V", 0, L);
  const A = directConnections ? [layer("A", 0, 0)] : [];
  layers.push({ ...V, tables: { ...V.tables, directFanIn: A[0]?.tables.fanIn ?? 0 } }, ...A);
  const atHome = home ? degreeOrders(shape, home) : sizes.map(identity);
  return { layers, words, inputAt, positionOf, home: atHome, placeAtHome: atHome.map(inverse) };
}

/** Writes the tables of `mask` into `out`, (words). */
export function layOutMask(shape: Shape, layout: MaskLayout, mask: Mask, out: Uint32Array): void {
  const orders = degreeOrders(shape, mask);
  out.set(orders[0], layout.inputAt);
  out.set(inverse(orders[0]), layout.positionOf);
  const degrees = [mask.ordering, ...mask.degrees];
  const placed = new Set<number>();
  for (const { units, inputs, above, below, tables } of layout.layers) {
    for (const [l, unitAt, slotOf] of [
      [above, tables.unitAt, tables.slotOfUnit],
      [below, tables.inputAt, tables.slotOfInput],
    ]) {
      if (placed.has(l)) continue;
      placed.add(l);
      const place = layout.placeAtHome[l];
      orders[l].forEach((unit, slot) => {
        out[unitAt + slot] = place[unit];
        out[slotOf + place[unit]] = slot;
      });
    }
    // Hidden units see degrees up to their own; outputs see strictly smaller ones. Both ascend along the slots.
    const strict = above === 0 ? 1 : 0;
    for (let slot = 0, seen = 0; slot < units; slot++) {
      const own = degrees[above][orders[above][slot]] - strict;
      while (seen < inputs && degrees[below][orders[below][seen]] <= own) seen++;
      out[tables.fanIn + slot] = shape.masked ? seen : inputs;
    }
    for (let slot = 0, first = 0; slot < inputs; slot++) {
      while (first < units && out[tables.fanIn + first] <= slot) first++;
      out[tables.firstSeenBy + slot] = first;
    }
  }
}

/** For every layer of units, x first: which unit stands at each slot when they are sorted by degree. */
function degreeOrders({ inputs, hidden, masked }: Shape, mask: Mask): Uint32Array[] {
  if (!masked) return [inputs, ...hidden].map(identity);
  return [mask.ordering, ...mask.degrees].map((degrees) => sortByDegree(degrees, inputs));
}

/** Stable counting sort. */
function sortByDegree(degrees: readonly number[], highest: number): Uint32Array {
  const next = new Uint32Array(highest + 2);
  for (const m of degrees) next[m + 1]++;
  for (let m = 1; m < next.length; m++) next[m] += next[m - 1];
  const order = new Uint32Array(degrees.length);
  degrees.forEach((m, unit) => {
    order[next[m]++] = unit;
  });
  return order;
}

const identity = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

function inverse(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  order.forEach((unit, place) => {
    places[unit] = place;
  });
  return places;
}
