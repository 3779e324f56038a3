/// <reference types="@webgpu/types" preserve="true" />
// What the package exports as made-webgpu/csv: tables as text, and as binary inputs. A door of its own, as it brings Papa Parse.

export { type CsvOptions, CsvParser, type TableRow } from "./io/csv.ts";
export {
  binaryColumns,
  ColumnFinder,
  type DecodedRows,
  decodeTable,
  type EncodedRows,
  type EncoderOptions,
  type FindColumnsOptions,
  TableEncoder,
} from "./io/table.ts";
export type { Column } from "./made/columns.ts";
