// A mask as the kernels read it: for every layer the permutation that sorts its units by degree, for every weight
// matrix how far each unit sees in that order. O(D + ΣH) integers; nothing here or on the GPU is a matrix.

import type { ResolvedConfig } from "../config.ts";
import type { Mask } from "../masks.ts";

/** Where one weight matrix's tables begin inside a mask, in words; see LAYER in shaders/structs.ts. */
export interface LayerTables {
  readonly unitAt: number;
  readonly inputAt: number;
  readonly slotOfUnit: number;
  readonly slotOfInput: number;
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
}

type Shape = Pick<ResolvedConfig, "inputs" | "hidden" | "directConnections" | "masked">;

export function maskLayout({ inputs: D, hidden, directConnections }: Shape): MaskLayout {
  const L = hidden.length;
  const sizes = [D, ...hidden];
  let words = 0;
  const take = (n: number) => {
    const at = words;
    words += n;
    return at;
  };
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
      fanIn: take(sizes[above]),
      firstSeenBy: take(sizes[below]),
      directFanIn: 0,
    },
  });
  const layers = hidden.map((_, l) => layer(`W${l + 1}`, l + 1, l));
  const V = layer("V", 0, L);
  const A = directConnections ? [layer("A", 0, 0)] : [];
  layers.push({ ...V, tables: { ...V.tables, directFanIn: A[0]?.tables.fanIn ?? 0 } }, ...A);
  return { layers, words, inputAt: orders[0].unitAt };
}

/** Writes the tables of `mask` into `out`, (words). */
export function layOutMask(shape: Shape, layout: MaskLayout, mask: Mask, out: Uint32Array): void {
  const degrees = [mask.ordering, ...mask.degrees];
  const highest = shape.inputs;
  // seen[l][m]: units of layer l with a degree of at most m.
  const seen = degrees.map((layer) => {
    const count = new Uint32Array(highest + 1);
    for (const m of layer) count[m]++;
    for (let m = 1; m <= highest; m++) count[m] += count[m - 1];
    return count;
  });
  const done = new Set<number>();
  for (const { units, inputs, above, below, tables } of layout.layers) {
    for (const [l, unitAt, slotOf] of [
      [above, tables.unitAt, tables.slotOfUnit],
      [below, tables.inputAt, tables.slotOfInput],
    ]) {
      if (done.has(l)) continue;
      done.add(l);
      sortByDegree(
        shape.masked ? degrees[l] : undefined,
        seen[l],
        out.subarray(unitAt),
        out.subarray(slotOf),
        l === 0 ? shape.inputs : shape.hidden[l - 1],
      );
    }
    // Hidden units see degrees up to their own; outputs see strictly smaller ones.
    const strict = above === 0 ? 1 : 0;
    for (let slot = 0; slot < units; slot++) {
      const unit = out[tables.unitAt + slot];
      out[tables.fanIn + slot] = shape.masked ? seen[below][degrees[above][unit] - strict] : inputs;
    }
    for (let slot = 0, first = 0; slot < inputs; slot++) {
      while (first < units && out[tables.fanIn + first] <= slot) first++;
      out[tables.firstSeenBy + slot] = first;
    }
  }
}

/** Stable counting sort: which unit stands at each slot, and which slot each unit has. No degrees: no reordering. */
function sortByDegree(
  degrees: readonly number[] | undefined,
  seen: Uint32Array,
  unitAt: Uint32Array,
  slotOf: Uint32Array,
  units: number,
): void {
  const next = new Uint32Array(seen.length);
  next.set(seen.subarray(0, -1), 1);
  for (let unit = 0; unit < units; unit++) {
    const slot = degrees ? next[degrees[unit]]++ : unit;
    unitAt[slot] = unit;
    slotOf[unit] = slot;
  }
}
