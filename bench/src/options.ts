// What a run is asked to do: reads and checks the command line. Does nothing of it.

import { parseArgs } from "node:util";
import { OPERATIONS, type Operation, WORKLOADS } from "./workloads.ts";

export const SECTIONS = ["ceilings", "compare", "staircase", "masks", "growth"] as const;
export type Section = (typeof SECTIONS)[number];
export const PLACES = ["browser", "node"] as const;
export type PlaceName = (typeof PLACES)[number];
const NAMES = ["ours", "tensorflow", "jax-js", "onnxruntime", "pytorch"];

export const USAGE = `npm run bench [-- options]

Times made-webgpu beside TensorFlow.js, jax-js, ONNX Runtime Web and PyTorch, in a headless Chromium and in
Node with Dawn, on whatever adapters they find, and measures how made-webgpu grows. Every peer must compute
the same as made-webgpu before it is timed. The first run installs the peers into bench/node_modules.

  --place NAME        browser or node (both)
  --sections LIST     of ${SECTIONS.join(",")} (all)
  --only LIST         peers to compare with, of ${NAMES.slice(1).join(",")} (all);
                      ours alone: --only ours
  --workloads LIST    of ${WORKLOADS.map(({ name }) => name).join(",")} (all)
                      ${WORKLOADS.map(({ name, inputs, hidden }) => `${name}: D=${inputs} H=${hidden}`).join("; ")}
  --operations LIST   of ${Object.keys(OPERATIONS).join(",")} (all)
  --repeats N         rounds, of which the median is told (5)
  --full              all sizes of the growth curves, and no round left out for slow peers (about an hour
                      on a software adapter)
  --seed N            of data and weights (1)
  --json FILE         where the results go (bench/results/TIME.json)
  --chart FILE        also draws the chart, an SVG
  --markdown FILE     also writes the tables as Markdown; into docs/benchmarks.md between its two marks
  --from FILE,FILE    measures nothing: shows what these results say together
  --help              this text`;

export interface Options {
  places: readonly PlaceName[];
  sections: readonly Section[];
  only: readonly string[] | undefined;
  workloads: readonly string[];
  operations: readonly Operation[];
  repeats: number;
  full: boolean;
  seed: number;
  json: string | undefined;
  chart: string | undefined;
  markdown: string | undefined;
  from: readonly string[] | undefined;
}

const TEXT = { type: "string" } as const;
const SWITCH = { type: "boolean", default: false } as const;

/** @throws Error saying which option is wrong, and what was expected */
export function readOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      place: TEXT,
      sections: TEXT,
      only: TEXT,
      workloads: TEXT,
      operations: TEXT,
      repeats: TEXT,
      full: SWITCH,
      seed: TEXT,
      json: TEXT,
      chart: TEXT,
      markdown: TEXT,
      from: TEXT,
      help: SWITCH,
    },
  });
  if (values.help) return "help";
  return {
    places: listOf("place", values.place, PLACES) ?? PLACES,
    sections: listOf("sections", values.sections, SECTIONS) ?? SECTIONS,
    only: listOf("only", values.only, NAMES),
    workloads: listOf("workloads", values.workloads, names) ?? names,
    operations: listOf("operations", values.operations, operations) ?? operations,
    repeats: integer("repeats", values.repeats, 5, 1),
    full: values.full,
    seed: integer("seed", values.seed, 1, 0),
    json: values.json,
    chart: values.chart,
    markdown: values.markdown,
    from: values.from?.split(","),
  };
}

const names = WORKLOADS.map(({ name }) => name);
const operations = Object.keys(OPERATIONS) as Operation[];

function listOf<T extends string>(option: string, text: string | undefined, allowed: readonly T[]): T[] | undefined {
  if (text === undefined) return undefined;
  const list = text.split(",") as T[];
  const wrong = list.find((item) => !allowed.includes(item));
  if (wrong !== undefined) throw new Error(`--${option}: got ${wrong}, expected some of ${allowed.join(",")}`);
  return list;
}

function integer(option: string, text: string | undefined, otherwise: number, least: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`--${option}: got ${text}, expected an integer ≥ ${least}`);
  return number;
}
