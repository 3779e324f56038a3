// Results as text or bytes: CSV, NDJSON, NPZ, and a PNG of pictures. What they say is the same however their rows are cut
// into pieces. Knows no files.

import { zipSync } from "fflate";
import { BinaryRows } from "../../made/rows.ts";
import { encodeGrid, type GridOptions } from "../png.ts";

export const FORMATS = ["csv", "ndjson", "npz", "png"] as const;
export type Format = (typeof FORMATS)[number];

/** A column of results. */
export interface Field {
  name: string;
  /** The array of an NPZ file that it goes to; fields that share one are its columns. Left out there without it. */
  array?: string;
  type: "float64" | "uint8" | "text";
}

/** What results look like: plain data. */
export interface Layout {
  format: Format;
  fields: readonly Field[];
  /** Of a PNG. */
  image?: GridOptions;
}

export type Rows = readonly (readonly (number | string)[])[];

export interface Encoder {
  head(): string;
  rows(rows: Rows): string;
  tail(): string | Uint8Array;
}

export const encoderOf = (layout: Layout): Encoder =>
  ({ csv: csvEncoder, ndjson: ndjsonEncoder, npz: npzEncoder, png: pngEncoder })[layout.format](layout);

const cell = (value: number | string): string => {
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvLine = (values: readonly (number | string)[]): string => {
  const line = values.map(cell).join(",");
  return line === "" ? '""\n' : `${line}\n`; // a line without anything is no row
};

const csvEncoder = ({ fields }: Layout): Encoder => ({
  head: () => csvLine(fields.map(({ name }) => name)),
  rows: (rows) => rows.map(csvLine).join(""),
  tail: () => "",
});

const ndjsonEncoder = ({ fields }: Layout): Encoder => {
  const keys = fields.map(({ name }) => JSON.stringify(name));
  // Text that is empty stands for a cell that has no value.
  const json = (value: number | string) => (value === "" ? "null" : JSON.stringify(value));
  const object = (row: Rows[number]) => `{${row.map((value, i) => `${keys[i]}:${json(value)}`).join(",")}}\n`;
  return { head: () => "", rows: (rows) => rows.map(object).join(""), tail: () => "" };
};

/** Values of some fields of every row, as they come. */
class Columns {
  readonly #fields: readonly number[];
  readonly #make: (length: number) => Float64Array | Uint8Array;
  readonly #parts: (Float64Array | Uint8Array)[] = [];
  rows = 0;

  constructor(fields: readonly number[], type: Field["type"]) {
    this.#fields = fields;
    this.#make = (length) => (type === "uint8" ? new Uint8Array(length) : new Float64Array(length));
  }

  add(rows: Rows): void {
    const width = this.#fields.length;
    const part = this.#make(rows.length * width);
    for (const [r, row] of rows.entries())
      for (let i = 0; i < width; i++) part[r * width + i] = Number(row[this.#fields[i]]);
    this.#parts.push(part);
    this.rows += rows.length;
  }

  all(): Float64Array | Uint8Array {
    const all = this.#make(this.rows * this.#fields.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** One .npy array for every name that fields have, put together in memory. */
function npzEncoder({ fields }: Layout): Encoder {
  const arrays = new Map<string, { columns: Columns; width: number; matrix: boolean; type: Field["type"] }>();
  for (const { name, array, type } of fields) {
    if (array === undefined || arrays.has(array)) continue;
    const its = fields.flatMap((field, i) => (field.array === array ? [i] : []));
    arrays.set(array, { columns: new Columns(its, type), width: its.length, matrix: name !== array, type });
  }
  return {
    head: () => "",
    rows(rows) {
      for (const { columns } of arrays.values()) columns.add(rows);
      return "";
    },
    tail() {
      const files = [...arrays].map(([name, { columns, width, matrix, type }]): [string, Uint8Array] => {
        const shape = matrix ? `(${columns.rows}, ${width})` : `(${columns.rows},)`;
        return [`${name}.npy`, npyFile(type === "uint8" ? "|u1" : "<f8", shape, columns.all())];
      });
      // ZIP's first day: the same results give the same bytes.
      return zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1) });
    },
  };
}

/** NumPy's format 1.0; float64 in little-endian order. */
function npyFile(descr: string, shape: string, values: Float64Array | Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + length + values.byteLength);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  file.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  const view = new DataView(file.buffer, 10 + length);
  if (values instanceof Uint8Array) file.set(values, 10 + length);
  else for (const [i, value] of values.entries()) view.setFloat64(8 * i, value, true);
  return file;
}

function pngEncoder({ fields, image }: Layout): Encoder {
  const columns = new Columns(
    fields.map((_, i) => i),
    "uint8",
  );
  return {
    head: () => "",
    rows(rows) {
      columns.add(rows);
      return "";
    },
    tail: () => encodeGrid(BinaryRows.from(columns.all(), fields.length), image!),
  };
}
