// Parquet as a table of cells, a row group at a time. The reader is hyparquet, which whoever needs it installs.

import { FormatError, MadeError } from "../../errors.ts";
import type { TableRow } from "../../io/csv.ts";
import { type SourceOptions, type TableSource, tableOf } from "./source.ts";

/** @throws MadeError (code `missing-package`) with the command that installs hyparquet */
export async function openParquet(file: string, options: SourceOptions): Promise<TableSource> {
  const parquet = await import("hyparquet").catch((cause) => {
    throw new MadeError(
      "missing-package",
      `${file}: got no package hyparquet, expected it after \`npm install hyparquet\``,
      {
        cause,
      },
    );
  });
  let share = 0;
  const openIt = async () => {
    const bytes = await parquet.asyncBufferFromFile(file);
    const metadata = await damaged(() => parquet.parquetMetadataAsync(bytes));
    const names = parquet.parquetSchema(metadata).children.map(({ element }) => element.name);
    const total = Number(metadata.num_rows);
    async function* rows() {
      let first = 0;
      for (const { num_rows } of metadata.row_groups) {
        const end = first + Number(num_rows);
        const range = { file: bytes, metadata, rowStart: first, rowEnd: end };
        const values = await damaged(() => parquet.parquetReadObjects(range));
        yield values.map(
          (record, r): TableRow => ({ row: first + r + 1, cells: names.map((name) => textOf(record[name])) }),
        );
        first = end;
        share = first / total;
      }
    }
    return { names, hasNames: true, rows: rows() };
  };
  return tableOf(file, openIt, options, () => share);
}

/** A value as it would stand in a CSV file. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value).trim();
}

async function damaged<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new FormatError(`Parquet: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
}
