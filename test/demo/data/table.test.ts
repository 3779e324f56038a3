// Tables on the page: what a column becomes, which cells are in the way, and files that are no tables.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTable } from "../../../demo/data/read-table.ts";
import { type BadCellsError, encode, mapColumns, withMissing } from "../../../demo/data/table.ts";

const csv = (text: string, name = "t.csv") => new File([text], name);
/** 24 rows: x and y take turns, `cells` replaces some. */
const rows = (cells: Record<number, string> = {}) =>
  [
    "id,x,y,same",
    ...Array.from({ length: 24 }, (_, r) => cells[r] ?? `p${r},${r % 2},${["a", "b", "c"][r % 3]},no`),
  ].join("\n");

test("names and constants are left out with a reason, the rest becomes inputs", async () => {
  const table = await readTable(csv(rows({ 3: "p3,,?,no" })));
  const { columns, leftOut } = await mapColumns(table);
  expect(columns.map(({ column, inputs }) => [column, inputs])).toEqual([
    ["x", ["x"]],
    ["y", ["y=a", "y=b", "y=c"]],
  ]);
  expect(leftOut).toEqual([
    { column: "id", why: "it has 24 different values, more than the 16 that can be categories" },
    { column: "same", why: "it says the same in every row" },
  ]);
  const { rows: bits, observed, missing } = await encode(table, columns);
  expect(missing).toBe(2);
  expect([...bits.toUint8Array().slice(8, 16)]).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  expect([...observed.toUint8Array().slice(8, 16)]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
});

test("bad cells are told by row, column and value, and can count as missing", async () => {
  const table = await readTable(csv(rows({ 3: "p3,oops,a,no", 9: "p9,maybe,b,no" })));
  const error: BadCellsError = await mapColumns(table).then(
    () => expect.fail("expected an error"),
    (reason) => reason,
  );
  expect(error.message).toBe('row 5, column "x": got "oops", expected 0 or 1 as in the rest of the column');
  expect(error.cells).toEqual([
    { row: 5, column: "x", value: "oops" },
    { row: 11, column: "x", value: "maybe" },
  ]);
  const without = withMissing(table, error.cells);
  const { columns } = await mapColumns(without);
  expect((await encode(without, columns)).missing).toBe(2);
});

test("a table that does not fit a model says which columns and which cells", async () => {
  const { columns } = await mapColumns(await readTable(csv(rows())));
  const other = await readTable(csv(rows().replace("id,x", "id,z")));
  await expect(encode(other, columns)).rejects.toThrow("t.csv has no “x”, expected all of them");
  const unknown = await readTable(csv(rows({ 3: "p3,1,d,no" })));
  await expect(encode(unknown, columns)).rejects.toMatchObject({
    message: 'row 5, column "y": got "d", expected one of a, b, c',
    cells: [{ row: 5, column: "y", value: "d" }],
  });
});

test("files that are no tables are told what they should be", async () => {
  const png = new File([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13)], "photo.png");
  await expect(readTable(png)).rejects.toThrow("photo.png: got a file that is no text, expected a table as CSV");
  await expect(readTable(new File([Uint8Array.of(0xe9, 0x2c, 0x31)], "latin.csv"))).rejects.toThrow("not UTF-8");
  await expect(readTable(csv("a,b\n0,1\n"))).rejects.toThrow("got 1 row, expected at least 20");
  await expect(readTable(csv("name\n".concat("x\n".repeat(30)))).then(mapColumns)).rejects.toThrow(
    "got no column of yes and no or of a few categories",
  );
  const npz = readFileSync("test/fixtures/splits-stored.npz");
  await expect(readTable(new File([npz.subarray(0, npz.length - 40)], "cut.npz"))).rejects.toThrow(/ZIP|NPZ/);
  const wide = await readTable(
    csv(
      `${Array.from({ length: 2100 }, (_, c) => `c${c}`).join()}\n${`${"0,".repeat(2099)}1\n${"1,".repeat(2099)}0\n`.repeat(12)}`,
    ),
  );
  await expect(mapColumns(wide)).rejects.toThrow("become 2100 inputs, expected at most 2048");
});
