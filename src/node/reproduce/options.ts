// The options of `made reproduce`, checked one by one. Decides only; program.ts does it.

import { parseArgs } from "node:util";
import { ArgumentError } from "../../errors.ts";
import type { DataSet } from "../../reproduce/data-sets.ts";
import { dataSet } from "./data.ts";

/** Recipes by name: the paper's with one mask and with sampled masks, and our search. */
export const RECIPES = ["paper-fixed", "paper-sampled", "best"] as const;
export type RecipeName = (typeof RECIPES)[number];

export interface ReproduceOptions {
  sets: readonly DataSet[];
  data: readonly string[];
  recipes: readonly RecipeName[];
  out: string;
  seed: number;
  seeds: number;
  device: "gpu" | "software" | "cpu";
  json: boolean;
  quiet: boolean;
  help: boolean;
}

export const USAGE = `npm run reproduce -- NAME… --data DIR|FILE [options]

Trains the paper's models, and ours, on the data sets it was published with, and prints the
paper's figures, those of an independent PyTorch run, and what came out, with standard errors.

NAME                the MADE authors' files: adult connect4 dna mushrooms nips ocr_letters
                    rcv1 web binarized_mnist; or a set of DEBD: debd-nltcs debd-plants
                    debd-jester debd-dna debd-baudio …
--data DIR|FILE     where NAME.npz lies, with arrays train_data, valid_data and test_data of
                    0 and 1; or the NAME.train.data, .valid.data and .test.data of DEBD.
                    May be given several times
--recipe NAME,…     ${RECIPES.join(", ")} (default: all)
--out DIR           keeps trained members and results.json here, and goes on from what is
                    there (default: reproduction)
--seeds N           runs of the paper's recipes (default: 3)
--seed N            the first seed (default: 1)
--device NAME       gpu, software or cpu (default: gpu)
--json              lines of JSON instead of tables
--quiet             results only
--help              this text`;

/** @throws ArgumentError naming the option, what came and what was expected */
export function readReproduceOptions(args: readonly string[]): ReproduceOptions {
  const { values, positionals } = parse(args);
  const { help = false } = values;
  if (positionals.length === 0 && !help)
    throw new ArgumentError("NAME: got none, expected data sets such as dna mushrooms nips; --help lists them");
  if (!values.data?.length && !help)
    throw new ArgumentError("--data: got nothing, expected the folder or the files of the data sets");
  return {
    sets: [...new Set(positionals)].map(dataSet),
    data: values.data ?? [],
    recipes:
      values.recipe === undefined ? RECIPES : values.recipe.split(",").map((name) => oneOf("--recipe", name, RECIPES)),
    out: values.out ?? "reproduction",
    seed: integer("--seed", values.seed ?? "1", 0),
    seeds: integer("--seeds", values.seeds ?? "3", 1),
    device: oneOf("--device", values.device ?? "gpu", ["gpu", "software", "cpu"]),
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    help,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: "string", multiple: true },
        recipe: text,
        out: text,
        seed: text,
        seeds: text,
        device: text,
        json: flag,
        quiet: flag,
        help: flag,
      },
    });
  } catch (cause) {
    throw new ArgumentError(`${(cause as Error).message.split(". ")[0]}; --help lists the options`);
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T))
    throw new ArgumentError(`${option}: got "${value}", expected one of ${allowed.join(", ")}`);
  return value as T;
}

function integer(option: string, value: string, least: number): number {
  const n = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(n) || n < least)
    throw new ArgumentError(`${option}: got "${value}", expected an integer ≥ ${least}`);
  return n;
}
