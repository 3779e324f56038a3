// Tables as inputs: which columns become what, that a mapping is data and can be inverted, and what is refused in which words.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TableRow } from "../../src/io/csv.ts";
import { binaryColumns, ColumnFinder, decodeTable, TableEncoder } from "../../src/io/table.ts";
import { BinaryRows } from "../../src/made/rows.ts";

/** Rows as they come from a file with a header. */
const table = (...rows: string[][]): TableRow[] => rows.map((cells, r) => ({ row: r + 2, cells }));
function columnsOf(names: string[], rows: TableRow[], maxCategories?: number) {
  const finder = new ColumnFinder(names, { maxCategories });
  for (const row of rows) finder.add([row]);
  return finder.columns();
}
/** A table of one column. */
const one = (...cells: string[]) => table(...cells.map((cell) => [cell]));

describe("columns", () => {
  it.each([
    [
      ["0", "1", "0"],
      ["0", "1"],
    ],
    [
      ["1.0", "?", "0.0"],
      ["0.0", "1.0"],
    ],
    [
      ["True", "False"],
      ["False", "True"],
    ],
    [["TRUE"], ["FALSE", "TRUE"]],
    [
      ["Yes", "NA"],
      ["No", "Yes"],
    ],
    [
      ["no", "", "NaN"],
      ["no", "yes"],
    ],
    [["1"], ["0", "1"]],
    [["1.0"], ["0", "1.0"]],
  ])("of %j are binary and keep their name", (cells, values) => {
    expect(columnsOf(["a"], one(...cells))).toEqual([{ column: "a", kind: "binary", values, inputs: ["a"] }]);
  });

  it("of any two values are binary and say which value is 1", () => {
    expect(columnsOf(["sex"], one("m", "f", "m"))).toEqual([
      { column: "sex", kind: "binary", values: ["f", "m"], inputs: ["sex=m"] },
    ]);
    expect(columnsOf(["n"], one("10", "9"))[0].values).toEqual(["9", "10"]);
  });

  it("of a few values become indicators, numbers by size", () => {
    expect(columnsOf(["odor"], one("n", "f", "?", "a"))).toEqual([
      { column: "odor", kind: "categories", values: ["a", "f", "n"], inputs: ["odor=a", "odor=f", "odor=n"] },
    ]);
    expect(columnsOf(["doors"], one("10", "2", "3", "5more"))[0].values).toEqual(["10", "2", "3", "5more"]);
    expect(columnsOf(["doors"], one("10", "2", "3"))[0].values).toEqual(["2", "3", "10"]);
    expect(columnsOf(["a"], one("x"))).toMatchObject([{ kind: "categories", values: ["x"] }]);
  });

  it.each([
    [
      one(...Array.from({ length: 17 }, (_, i) => `${i}.5`)),
      /^column "a": got more than 16 values \(0.5, 1.5, 2.5, 3.5 …\)/,
    ],
    [one("?", ""), 'column "a": got no values, expected at least one cell that is not missing'],
    [one("0", "1", "x", "1"), 'row 4, column "a": got "x", expected 0 or 1 as in the rest of the column'],
  ])("that cannot be used are refused (%#)", (rows, sentence) => {
    expect(() => columnsOf(["a"], rows)).toThrow(sentence);
  });

  it("may have as many categories as one likes", () => {
    const rows = one(...Array.from({ length: 40 }, (_, i) => `v${i}`));
    expect(columnsOf(["a"], rows, 40)[0].inputs).toHaveLength(40);
    expect(() => columnsOf(["a"], rows, 39)).toThrow("got more than 39 values");
    expect(() => new ColumnFinder(["a"], { maxCategories: 1 })).toThrow(
      "maxCategories: got 1, expected an integer ≥ 2",
    );
  });
});

describe("encoding", () => {
  const columns = columnsOf(["ill", "odor", "sex"], table(["yes", "n", "m"], ["no", "f", "f"], ["no", "a", "f"]));

  it("sets a bit for a value, in the order of the mapping", () => {
    const { rows, observed, missing } = new TableEncoder(columns).encode(table(["yes", "f", "f"], ["FALSE", "n", "m"]));
    expect([...rows.toUint8Array()]).toEqual([1, 0, 1, 0, 0, /**/ 0, 0, 0, 1, 1]);
    expect([...observed.toUint8Array()]).toEqual(Array(10).fill(1));
    expect(missing).toBe(0);
  });

  it("finds columns by their names wherever they stand", () => {
    const encoder = new TableEncoder(columns, { names: ["sex", "ill", "odor"] });
    expect([...encoder.encode(table(["m", "yes", "a"])).rows.toUint8Array()]).toEqual([1, 1, 0, 0, 1]);
  });

  it("marks all inputs of a missing cell", () => {
    const { rows, observed, missing } = new TableEncoder(columns, { missing: "mark" }).encode(table(["yes", "?", ""]));
    expect([...rows.toUint8Array()]).toEqual([1, 0, 0, 0, 0]);
    expect([...observed.toUint8Array()]).toEqual([1, 0, 0, 0, 0]);
    expect(missing).toBe(2);
  });

  it.each([31, 32, 33, 64])("leaves no bit behind the last of %i inputs", (D) => {
    const names = Array.from({ length: D }, (_, d) => `c${d}`);
    const { rows, observed } = new TableEncoder(binaryColumns(names)).encode(table(Array(D).fill("1")));
    expect(rows.words).toEqual(BinaryRows.from(Array(D).fill(1), D).words);
    expect(observed.words).toEqual(rows.words);
  });

  it.each([
    [table(["yes", "n", "x"]), 'row 2, column "sex": got "x", expected one of f, m'],
    [table(["yes", "n", "m"], ["yes", "N", "m"]), 'row 3, column "odor": got "N", expected one of a, f, n'],
    [table(["2", "n", "m"]), 'row 2, column "ill": got "2", expected 0 or 1, true or false, yes or no'],
    [table(["", "n", "m"]), 'row 2, column "ill": got a missing cell (""), expected 0 or 1, true or false, yes or no'],
    [table(["NaN", "n", "m"]), 'row 2, column "ill": got a missing cell ("NaN"), expected 0 or 1'],
    [table(["0", "n"]), "row 2: got 2 cells, expected 3"],
  ])("refuses a cell by row, column and value (%#)", (rows, sentence) => {
    expect(() => new TableEncoder(columns).encode(rows)).toThrow(sentence);
  });

  it("refuses files with other columns, and mappings that are none", () => {
    expect(() => new TableEncoder(columns, { names: ["ill", "sex"] })).toThrow(
      'got no column "odor", expected it among ill, sex',
    );
    expect(() => new TableEncoder(columns, { names: ["ill", "sex", "odor", "id"] })).toThrow('got a column "id"');
    const broken = (change: object) => () => new TableEncoder([{ ...columns[0], ...change }]);
    expect(broken({ kind: "real" })).toThrow('columns[0].kind: got "real", expected "binary" or "categories"');
    expect(broken({ values: ["0"] })).toThrow('columns[0].values: got ["0"], expected two different strings');
    expect(broken({ inputs: [] })).toThrow("columns[0].inputs: got [], expected one name");
    expect(broken({ column: 7 })).toThrow("columns[0].column: got 7, expected a name that comes once");
  });
});

describe("decoding", () => {
  it("is the inverse of encoding, by a mapping that went through JSON", () => {
    const cell = (values: string[]) => fc.constantFrom(...values);
    const row = fc.tuple(
      cell(["a", "b", "c", 'd, "e"']),
      cell(["0", "1"]),
      cell(["left", "right"]),
      cell(["7", "8", "9"]),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), (cells) => {
        const rows = table(...cells);
        const columns = JSON.parse(JSON.stringify(columnsOf(["p", "q", "r", "s"], rows)));
        const { rows: encoded } = new TableEncoder(columns).encode(rows);
        expect(decodeTable(columns, encoded)).toEqual({ cells, undecided: 0 });
      }),
    );
  });

  it("leaves a cell empty where none of its indicators is 1, or several, and counts it", () => {
    const columns = columnsOf(["odor"], one("n", "f", "a"));
    const rows = BinaryRows.from([0, 0, 0, /**/ 0, 1, 0, /**/ 1, 0, 1], 3);
    expect(decodeTable(columns, rows)).toEqual({ cells: [[""], ["f"], [""]], undecided: 2 });
    expect(() => decodeTable(columns, BinaryRows.zeros(1, 4))).toThrow("rows: got rows of 4 values, expected 3");
  });
});
