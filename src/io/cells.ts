// What a single cell of a table says: nothing, zero or one, a number. Shared by csv.ts and table.ts; knows no columns.

const MISSING: ReadonlySet<string> = new Set(["", "?", "na", "nan"]);

/** Whether a cell is missing: empty, "?", "NA" or "NaN", in capitals or not. */
export const isMissing = (cell: string): boolean => MISSING.has(cell.toLowerCase());

const BITS: ReadonlyMap<string, 0 | 1> = new Map([
  ["0", 0],
  ["1", 1],
  ["false", 0],
  ["true", 1],
  ["no", 0],
  ["yes", 1],
]);

/** 0 or 1 where a cell says so: 0, 1, 0.0, 1.0, true, false, yes, no, in capitals or not. */
export function bitOf(cell: string): 0 | 1 | undefined {
  const bit = BITS.get(cell);
  return bit === undefined ? BITS.get(cell.toLowerCase().replace(/^([01])\.0*$/, "$1")) : bit;
}

/** Whether a cell is a number as people and programs write it. */
export const isNumber = (cell: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);

/** Whether a cell cannot be the name of a column, as far as one can see. */
export const looksLikeData = (cell: string): boolean => isNumber(cell) || bitOf(cell) !== undefined;
