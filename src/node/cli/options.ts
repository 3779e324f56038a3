// Options that several commands have, with the words that --help says of them. Each is read and checked as it is met.

import { type Command, Option } from "commander";
import { ArgumentError } from "../../errors.ts";
import { asInteger, asItIs, asOneOf } from "../values.ts";
import { FORMATS, type Format } from "./formats.ts";
import type { Shard } from "./output.ts";
import type { RowsOptions } from "./rows.ts";
import type { SourceOptions } from "./source.ts";

/** An option with a value, which `as` reads and checks. */
export function valued<T>(flags: string, description: string, as: (value: string, option: string) => T): Option {
  const option = new Option(flags, description);
  return option.argParser((value: string) => {
    if (value === "") throw new ArgumentError(`${option.long}: got no value, expected one`);
    return as(value, option.long!);
  });
}

export type DeviceKind = "gpu" | "software" | "cpu";
export interface DeviceOptions {
  device: DeviceKind;
}
export interface ReportOptions {
  json?: boolean;
  quiet?: boolean;
}
export interface DataOptions extends SourceOptions, RowsOptions {}
export interface OutputOptions {
  output?: string;
  format?: Format;
  shard?: Shard;
}

const withOptions = (command: Command, ...options: Option[]): Command => {
  for (const option of options) command.addOption(option);
  return command;
};

export const addModelOption = (command: Command): Command =>
  withOptions(command, valued("-m, --model <file>", "the model, as made train wrote it", asItIs).makeOptionMandatory());

export const addDeviceOption = (command: Command): Command =>
  withOptions(
    command.optionsGroup("Engine and reports:"),
    valued(
      "--device <name>",
      "gpu, software (a GPU driver that runs on the processor) or cpu (no WebGPU, float64)",
      asOneOf<DeviceKind>(["gpu", "software", "cpu"]),
    ).default("gpu"),
  );

export const addReportOptions = (command: Command): Command =>
  command.option("--json", "reports as lines of JSON, for machines").option("-q, --quiet", "no progress; errors alone");

export const addDataOptions = (command: Command): Command =>
  withOptions(
    command.optionsGroup("Data:"),
    valued("--array <name>", "the array of an NPZ file (default: the only one)", asItIs),
    valued(
      "--threshold <share>",
      "values above this share of the greatest are 1 (grey values, probabilities)",
      asThreshold,
    ),
    new Option("--header", "the first row of a CSV file has the names of the columns (default: detected)"),
    new Option("--no-header", "it has not"),
    valued("--delimiter <sign>", "sign between the cells of a CSV file, or tab (default: detected)", asDelimiter),
    valued("--ignore <columns>", "columns of a table to leave out, with commas between them", asNames),
  );

export const addOutputOptions = (command: Command): Command =>
  withOptions(
    command.optionsGroup("Output:"),
    valued("-o, --output <file>", "where the results go (default: stdout)", asItIs),
    valued(
      "--format <name>",
      `${FORMATS.join(", ")} (default: by the name of the file; csv on stdout)`,
      asOneOf(FORMATS),
    ),
    valued("--shard <i/n>", "only the i-th of n parts; made merge puts them together", asShard),
  );

function asThreshold(value: string, option: string): number {
  const share = /^[\d.]/.test(value) ? Number(value) : Number.NaN;
  if (!(share >= 0 && share <= 1)) throw new ArgumentError(`${option}: got "${value}", expected a number in 0 … 1`);
  return share;
}

function asDelimiter(value: string, option: string): string {
  const sign = value === "tab" || value === "\\t" ? "\t" : value;
  if (sign.length !== 1) throw new ArgumentError(`${option}: got "${value}", expected one sign, or tab`);
  return sign;
}

const asNames = (value: string): string[] => value.split(",").map((name) => name.trim());

function asShard(value: string, option: string): Shard {
  const [, i, n] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  if (i === undefined || Number(i) < 1 || Number(i) > Number(n) || Number(n) > 9999)
    throw new ArgumentError(`${option}: got "${value}", expected i/n with 1 ≤ i ≤ n, such as 2/8`);
  return { part: Number(i), of: Number(n) };
}

/** Two whole numbers: 28x28. */
export function asSize(value: string, option: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(value) ?? [];
  if (!(Number(width) >= 1 && Number(height) >= 1))
    throw new ArgumentError(`${option}: got "${value}", expected width x height, such as 28x28`);
  return { width: Number(width), height: Number(height) };
}

export const asCount = asInteger(1);
export const asSeed = asInteger(0);
