// Fills missing cells: the probability of each value of each missing column, given the cells that are there and that
// every column has one value. So a column of categories always comes out as one category.

import { type Group, groupsOf, setValue, valueAt } from "../../src/io/choices.ts";
import type { EncodedRows } from "../../src/io/table.ts";
import type { Column } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";

/** What is asked of a model here; Made has it, and so has the page's worker. */
export interface FillingModel {
  logProb(rows: BinaryRows): Promise<Float64Array>;
  complete(
    rows: BinaryRows,
    observed: BinaryRows,
    options: { samples: number; seed: number },
  ): Promise<{ rows: BinaryRows; probability: Float32Array }>;
}

/** A cell that was missing. */
export interface FilledCell {
  readonly row: number;
  /** Number of its column in the mapping. */
  readonly column: number;
  /** Number of the value it has now, the most probable one, and that value's probability. */
  readonly value: number;
  readonly probability: number;
}

export interface Filled {
  /** All rows, with nothing missing. */
  readonly rows: BinaryRows;
  readonly cells: readonly FilledCell[];
}

/** Rows with as many ways at most to fill them are tried out in every one; with more, there are as many draws. */
export const WAYS = 256;
/** Rows asked about at a time. */
const AT_A_TIME = 4096;

interface Incomplete {
  readonly row: number;
  readonly missing: readonly Group[];
  readonly ways: number;
}

/** @param onProgress gets the share of the incomplete rows that is done */
export async function fill(
  model: FillingModel,
  columns: readonly Column[],
  { rows, observed }: EncodedRows,
  seed: number,
  onProgress?: (share: number) => void,
): Promise<Filled> {
  const groups = groupsOf(columns);
  const filled = rows.slice();
  const cells: FilledCell[] = [];
  const incomplete = incompleteRows(groups, observed);
  for (let done = 0; done < incomplete.length; ) {
    const exact = incomplete[done].ways <= WAYS;
    const part: Incomplete[] = [];
    for (let asked = 0; done < incomplete.length && asked < AT_A_TIME; done++) {
      if (incomplete[done].ways <= WAYS !== exact) break;
      part.push(incomplete[done]);
      asked += exact ? incomplete[done].ways : WAYS;
    }
    const found = exact ? await byTrying(model, rows, part) : await byDrawing(model, rows, observed, part, seed);
    part.forEach(({ row, missing }, i) => {
      missing.forEach((group, m) => {
        const probabilities = found[i][m];
        const value = probabilities.indexOf(Math.max(...probabilities));
        setValue(group, filled, row, value);
        cells.push({ row, column: groups.indexOf(group), value, probability: probabilities[value] });
      });
    });
    onProgress?.(done / incomplete.length);
  }
  return { rows: filled, cells: cells.sort((a, b) => a.row - b.row || a.column - b.column) };
}

/** Rows with missing cells, those that can be tried out first. */
function incompleteRows(groups: readonly Group[], observed: BinaryRows): Incomplete[] {
  const found: Incomplete[] = [];
  for (let row = 0; row < observed.rows; row++) {
    const missing = groups.filter(({ first }) => !observed.get(row, first));
    if (missing.length === 0) continue;
    found.push({ row, missing, ways: missing.reduce((ways, { column }) => ways * column.values.length, 1) });
  }
  return [...found.filter(({ ways }) => ways <= WAYS), ...found.filter(({ ways }) => ways > WAYS)];
}

/**
 * Exact: p(values | observed) = p(observed, values) / Σ p(observed, values′), over all ways to fill the row.
 * @returns for each row and missing column the probability of every value
 */
async function byTrying(model: FillingModel, rows: BinaryRows, part: readonly Incomplete[]): Promise<number[][][]> {
  const tried = rows.take(part.flatMap(({ row, ways }) => Array<number>(ways).fill(row)));
  let t = 0;
  for (const { missing, ways } of part)
    for (let way = 0; way < ways; way++, t++)
      for (const [m, group] of missing.entries()) setValue(group, tried, t, valueIn(missing, way, m));
  const logp = await model.logProb(tried);
  t = 0;
  return part.map(({ missing, ways }) => {
    const its = logp.subarray(t, t + ways);
    t += ways;
    const most = Math.max(...its);
    const sum = its.reduce((total, l) => total + Math.exp(l - most), 0);
    const found = missing.map(({ column }) => Array<number>(column.values.length).fill(0));
    for (let way = 0; way < ways; way++)
      for (let m = 0; m < missing.length; m++) found[m][valueIn(missing, way, m)] += Math.exp(its[way] - most) / sum;
    return found;
  });
}

/** The value of missing column `m` in way `way`, ways counted through with the first column fastest. */
function valueIn(missing: readonly Group[], way: number, m: number): number {
  for (let i = 0; i < m; i++) way = Math.floor(way / missing[i].column.values.length);
  return way % missing[m].column.values.length;
}

/**
 * By exact conditional draws, of which only legal ones count; where no draw is legal in all columns, those that are in the
 * column at hand, and then the indicators' own probabilities, made to sum to 1.
 */
async function byDrawing(
  model: FillingModel,
  rows: BinaryRows,
  observed: BinaryRows,
  part: readonly Incomplete[],
  seed: number,
): Promise<number[][][]> {
  const numbers = part.map(({ row }) => row);
  const drawn = await model.complete(rows.take(numbers), observed.take(numbers), { samples: WAYS, seed });
  return part.map(({ missing }, i) => {
    const draws = Array.from({ length: WAYS }, (_, s) =>
      missing.map((group) => valueAt(group, drawn.rows, i * WAYS + s)),
    );
    const legal = draws.filter((values) => values.every((value) => value >= 0));
    return missing.map(({ column, first }, m) => {
      const counting = legal.length > 0 ? legal : draws.filter((values) => values[m] >= 0);
      const weights = column.values.map((_, v) => counting.filter((values) => values[m] === v).length);
      if (counting.length === 0)
        for (const v of weights.keys()) weights[v] = drawn.probability[i * rows.inputs + first + v];
      const sum = weights.reduce((a, b) => a + b, 0);
      return weights.map((weight) => weight / sum);
    });
  });
}
