// A small network as a graph: its units with their degrees, the connections that the library's mask matrices leave, and
// what can be reached along them. Numbers only, no pictures.

import type { Mask } from "../../src/made/masks.ts";
import { connections } from "../../src/made/reference/model.ts";

/** Layer 0 are the inputs, 1 … L the hidden layers, L + 1 the outputs; `index` counts from 0. */
export interface Unit {
  readonly layer: number;
  readonly index: number;
}

/** A connection that is left, of the weight matrix `weights`: `W1 … WL V A`. */
export interface Edge {
  readonly weights: string;
  readonly from: Unit;
  readonly to: Unit;
}

/** What a unit may use: units and connections on the paths that lead to it, and the inputs where they begin. */
export interface Reach {
  readonly units: ReadonlySet<string>;
  readonly edges: ReadonlySet<Edge>;
  /** From 0, ascending. */
  readonly inputs: readonly number[];
}

/** A mask matrix, or their product: how many connections or paths lead from a unit below to one above. */
export interface Matrix {
  /** `W1 … WL V A`, or `product`. */
  readonly name: string;
  /** Degrees of the units above and below, (out) and (in). */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** (out, in) */
  readonly counts: readonly (readonly number[])[];
}

export const keyOf = ({ layer, index }: Unit): string => `${layer}:${index}`;

export class Wiring {
  readonly mask: Mask;
  readonly masked: boolean;
  /** D, H_1 … H_L, D. */
  readonly widths: readonly number[];
  readonly edges: readonly Edge[];
  /** M¹ … Mᴸ Mⱽ, and Mᴬ with direct connections. */
  readonly matrices: readonly Matrix[];
  readonly #into = new Map<string, Edge[]>();

  constructor(mask: Mask, { masked, directConnections }: { masked: boolean; directConnections: boolean }) {
    this.mask = mask;
    this.masked = masked;
    const D = mask.ordering.length;
    this.widths = [D, ...mask.degrees.map(({ length }) => length), D];
    const L = mask.degrees.length;
    this.matrices = Object.entries(connections({ masked, directConnections }, mask)).map(([name, ones]) => {
      const above = name === "V" || name === "A" ? L + 1 : Number(name.slice(1));
      const rows = this.degrees(above);
      const columns = this.degrees(name === "A" ? 0 : above - 1);
      const counts = rows.map((_, k) => [...ones.subarray(k * columns.length, (k + 1) * columns.length)]);
      return { name, rows, columns, counts };
    });
    this.edges = this.matrices.flatMap(({ name, counts }) => {
      const to = name === "V" || name === "A" ? L + 1 : Number(name.slice(1));
      const from = name === "A" ? 0 : to - 1;
      return counts.flatMap((row, k) =>
        row.flatMap((one, j) =>
          one ? [{ weights: name, from: { layer: from, index: j }, to: { layer: to, index: k } }] : [],
        ),
      );
    });
    for (const edge of this.edges) {
      const key = keyOf(edge.to);
      this.#into.set(key, [...(this.#into.get(key) ?? []), edge]);
    }
  }

  /** L + 1, the layer of the outputs. */
  get top(): number {
    return this.widths.length - 1;
  }

  /** The degrees of a layer: positions in the ordering for inputs and outputs. */
  degrees(layer: number): readonly number[] {
    return layer === 0 || layer === this.widths.length - 1 ? this.mask.ordering : this.mask.degrees[layer - 1];
  }

  /** The connections that end in a unit. */
  into(unit: Unit): readonly Edge[] {
    return this.#into.get(keyOf(unit)) ?? [];
  }

  /** Goes back along every path from a unit. */
  reach(unit: Unit): Reach {
    const units = new Set([keyOf(unit)]);
    const edges = new Set<Edge>();
    const inputs = new Set<number>();
    const open = [unit];
    for (let at = open.pop(); at; at = open.pop()) {
      if (at.layer === 0) inputs.add(at.index);
      for (const edge of this.into(at)) {
        edges.add(edge);
        if (units.has(keyOf(edge.from))) continue;
        units.add(keyOf(edge.from));
        open.push(edge.from);
      }
    }
    return { units, edges, inputs: [...inputs].sort((a, b) => a - b) };
  }

  /** Mⱽ Mᴸ … M¹ (+ Mᴬ): how many paths lead from each input to each output (the paper's section 4). */
  product(): Matrix {
    const chain = this.matrices.filter(({ name }) => name !== "A").map(({ counts }) => counts);
    const through = chain.reduce((below, above) => multiply(above, below));
    const direct = this.matrices.find(({ name }) => name === "A")?.counts;
    const counts = through.map((row, d) => row.map((paths, j) => paths + (direct?.[d][j] ?? 0)));
    return { name: "product", rows: this.mask.ordering, columns: this.mask.ordering, counts };
  }
}

/** Where each unit goes when its layer is sorted by degree; of equal degrees the first stays first. */
export function placesByDegree(degrees: readonly number[]): number[] {
  const places = new Array<number>(degrees.length);
  degrees
    .map((_, k) => k)
    .sort((a, b) => degrees[a] - degrees[b] || a - b)
    .forEach((k, place) => {
      places[k] = place;
    });
  return places;
}

const multiply = (a: Matrix["counts"], b: Matrix["counts"]): number[][] =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
