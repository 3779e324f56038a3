// Where the inputs of a model come from when they were the columns of a table: plain data, kept with the model. What is
// legal is checked here; encoding and decoding cells is the business of src/io/table.ts.

import { ArgumentError } from "../errors.ts";

/** How one column of a table became inputs. */
export interface Column {
  /** Its name. */
  readonly column: string;
  /** `"binary"`: one input, 0 for `values[0]` and 1 for `values[1]`. `"categories"`: an indicator for every value. */
  readonly kind: "binary" | "categories";
  /** The values as they stand in the table, all different; as many as `inputs`, or two where the column is binary. */
  readonly values: readonly string[];
  /** Names of the inputs it became, in their order. */
  readonly inputs: readonly string[];
}

const KINDS: readonly unknown[] = ["binary", "categories"];

/**
 * Checks what may come from a file.
 * @returns a copy, without keys that nobody knows
 * @throws ArgumentError naming the column and the field
 */
export function checkColumns(columns: unknown, name = "columns"): Column[] {
  if (!Array.isArray(columns) || columns.length === 0) throw failure(name, columns, "an array of columns");
  const seen = new Set<string>();
  return columns.map((entry: unknown, i) => {
    const at = `${name}[${i}]`;
    if (typeof entry !== "object" || entry === null) throw failure(at, entry, "an object");
    const { column, kind, values, inputs } = entry as Record<string, unknown>;
    if (typeof column !== "string" || seen.has(column)) throw failure(`${at}.column`, column, "a name that comes once");
    seen.add(column);
    if (!KINDS.includes(kind)) throw failure(`${at}.kind`, kind, '"binary" or "categories"');
    if (!areNames(values) || (kind === "binary" && values.length !== 2))
      throw failure(`${at}.values`, values, kind === "binary" ? "two different strings" : "different strings");
    if (!areNames(inputs) || inputs.length !== (kind === "binary" ? 1 : values.length))
      throw failure(`${at}.inputs`, inputs, kind === "binary" ? "one name" : "a name for each of its values");
    return { column, kind: kind as Column["kind"], values: [...values], inputs: [...inputs] };
  });
}

/** D: how many inputs columns become. */
export const inputsOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, { inputs }) => sum + inputs.length, 0);

const areNames = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((name) => typeof name === "string") &&
  new Set(value).size === value.length;

const failure = (name: string, got: unknown, expected: string) =>
  new ArgumentError(`${name}: got ${JSON.stringify(got)?.slice(0, 80)}, expected ${expected}`);
