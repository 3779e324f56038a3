// The CSV reader: the same rows however the text is cut, header and delimiter detected or told, and one sentence for what is
// wrong. Texts are written here by the rules of RFC 4180, not by the library that reads them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvOptions, CsvParser } from "../../src/io/csv.ts";

function read(text: string, options: CsvOptions = {}, cuts: readonly number[] = []) {
  const parser = new CsvParser(options);
  const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const rows = edges.slice(1).flatMap((end, i) => parser.push(text.slice(edges[i], end)));
  rows.push(...parser.end());
  return { columns: parser.columns, hasHeader: parser.hasHeader, rows };
}
const cellsOf = (text: string, options?: CsvOptions) => read(text, options).rows.map(({ cells }) => cells);

describe("rows", () => {
  it("gives what was written, wherever the text is cut and however its lines end", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "\n", "é", " ", "0"), maxLength: 6 });
    const row = fc.array(cell, { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.constantFrom("\n", "\r\n"),
        (rows, cuts, newline) => {
          const text = rows.map((cells) => cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(",")).join(newline);
          // A beginning that is looked at in one piece, then pieces: both ways through the parser.
          const long = `${`"${"x".repeat(70_000)}","y"${newline}`}${text}`;
          const expected = rows.map((cells) => cells.map((c) => c.trim()));
          for (const written of [text, text + newline])
            expect(cellsOf(written, { header: false, delimiter: "," })).toEqual(expected);
          const far = cuts.map((cut) => 70_000 + (cut % (long.length - 70_000)));
          const { rows: got } = read(long, { header: false, delimiter: "," }, far);
          expect(got.slice(1).map(({ cells }) => cells)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads every sign of a file through a stream of single characters", () => {
    const rows = Array.from({ length: 9000 }, (_, r) => [r % 2 ? "yes" : "no", `"a, ""${r}"""`, "0"].join(","));
    const parser = new CsvParser();
    const got = [...`one,two,three\r\n${rows.join("\r\n")}\r\n`].flatMap((sign) => parser.push(sign));
    got.push(...parser.end());
    expect(parser.columns).toEqual(["one", "two", "three"]);
    expect(got.map(({ cells }) => cells)).toEqual(rows.map((_, r) => [r % 2 ? "yes" : "no", `a, "${r}"`, "0"]));
    expect(got.map(({ row }) => row)).toEqual(rows.map((_, r) => r + 2));
  });

  it("counts rows as a spreadsheet does, and passes by lines without anything", () => {
    expect(read("\ufeffa,b\n\n1,0\n\n\n0,1\n\n").rows).toEqual([
      { row: 3, cells: ["1", "0"] },
      { row: 6, cells: ["0", "1"] },
    ]);
  });

  it("takes an empty line between others for a missing cell where there is one column", () => {
    expect(cellsOf("a\n1\n\n0\n\n\n")).toEqual([["1"], [""], ["0"]]);
  });

  it("reads lines that end in two ways, or as they did on old machines", () => {
    expect(cellsOf('1,0\r\n0,1\n"1",0\r\n')).toEqual([
      ["1", "0"],
      ["0", "1"],
      ["1", "0"],
    ]);
    expect(cellsOf("1,0\r0,1")).toEqual([
      ["1", "0"],
      ["0", "1"],
    ]);
  });
});

describe("the header", () => {
  it.each([
    ["names", "a,b\n0,1\n", ["a", "b"]],
    ["names over categories", "cap,odor\nx,n\ny,f\n", ["cap", "odor"]],
    ["numbered from 0", "0,1,2\n0,1,1\n", ["0", "1", "2"]],
    ["names alone", "a,b\n", ["a", "b"]],
  ])("is found: %s", (_, text, columns) => {
    expect(read(text)).toMatchObject({ columns, hasHeader: true });
  });

  it.each([
    ["bits", "0,1\n1,1\n"],
    ["words for bits", "true,false\nfalse,true\n"],
    ["a value that comes again", "x,n\ny,n\n"],
    ["the same twice", "x,x\ny,z\n"],
    ["a missing cell", "x,?\ny,z\n"],
  ])("is not made up: %s", (_, text) => {
    expect(read(text)).toMatchObject({ columns: ["1", "2"], hasHeader: false });
  });

  it("is what the caller says", () => {
    expect(read("x,y\nz,w\n", { header: false })).toMatchObject({
      columns: ["1", "2"],
      rows: [{ row: 1 }, { row: 2 }],
    });
    expect(read("1,0\n0,1\n", { header: true })).toMatchObject({ columns: ["1", "0"], rows: [{ row: 2 }] });
  });
});

it.each([
  [",", "a,b\n1,0"],
  ["\t", "a\tb\n1\t0"],
  [";", "a;b\n1;0"],
  ["|", '"x,y"|b\n1|0'],
])("finds the delimiter %j", (_, text) => {
  expect(cellsOf(text)).toEqual([["1", "0"]]);
});

it.each([
  ["", "CSV: got an empty file, expected rows of cells"],
  ["\n\n", "CSV: got an empty file, expected rows of cells"],
  ["a,b\n1,0\n1\n", "CSV: row 3 has 1 cell, expected 2 as in the first row"],
  ["a,b\n1,0,1\n", "CSV: row 2 has 3 cells, expected 2 as in the first row"],
  ['a,b\n1,"0\n', "CSV: row 2: got a cell that begins with a quote, expected one at its end: the file ends before it"],
  ['a,b\n1,0\n"1"x,0\n0,0\n', 'CSV: row 3: got a quote within a quoted cell, expected it doubled ("")'],
  ["a,a\n1,0\n", undefined],
])("refuses %j", (text, sentence) => {
  if (sentence) expect(() => read(text)).toThrow(sentence);
  else
    expect(() => read(text, { header: true })).toThrow(
      'CSV: row 1: got the column "a" twice, expected different names',
    );
});

it("refuses names that are none, and options that are none", () => {
  expect(() => read("a,\n1,0\n", { header: true })).toThrow("CSV: row 1: column 2 has no name, expected one");
  expect(() => new CsvParser({ delimiter: "::" })).toThrow('delimiter: got "::", expected one sign such as ","');
  expect(() => new CsvParser({ header: "yes" as never })).toThrow('header: got "yes", expected true or false');
});

it("gives up on a quote that is never closed before it has filled the memory", () => {
  const parser = new CsvParser();
  parser.push(`a,b\n${"0,1\n".repeat(20_000)}"`);
  const endless = () => {
    for (let i = 0; i < 100; i++) parser.push("0,1\n".repeat(20_000));
  };
  expect(endless).toThrow("CSV: row 20002 has no end within 4194304 characters");
});
