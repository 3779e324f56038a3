// The inputs of a column as one choice among its values: a row is legal where every column of categories has exactly one
// indicator that is 1. For whoever draws rows, fills them in, or turns them into cells.

import type { Column } from "../made/columns.ts";
import type { BinaryRows } from "../made/rows.ts";

/** A column, and where its inputs are. */
export interface Group {
  readonly column: Column;
  /** Its first input. */
  readonly first: number;
}

export function groupsOf(columns: readonly Column[]): Group[] {
  let next = 0;
  return columns.map((column) => {
    const first = next;
    next += column.inputs.length;
    return { column, first };
  });
}

/** Number of the value that row `r` has in a column, or −1 where that is none or several. */
export function valueAt({ column: { kind, inputs }, first }: Group, rows: BinaryRows, r: number): number {
  if (kind === "binary") return rows.get(r, first);
  let value = -1;
  for (let i = 0; i < inputs.length; i++) {
    if (!rows.get(r, first + i)) continue;
    if (value >= 0) return -1;
    value = i;
  }
  return value;
}

/** Sets a column of row `r` to its value of that number. */
export function setValue({ column: { kind, inputs }, first }: Group, rows: BinaryRows, r: number, value: number): void {
  for (let i = 0; i < inputs.length; i++) {
    const bit = kind === "binary" ? value : Number(i === value);
    const word = r * rows.wordsPerRow + ((first + i) >>> 5);
    const at = 1 << ((first + i) & 31);
    rows.words[word] = bit ? rows.words[word] | at : rows.words[word] & ~at;
  }
}
