// made reproduce: the paper's experiments, and ours beside them.

import { Argument, type Command } from "commander";
import { dataSet } from "../../reproduce/data.ts";
import { RECIPES, type ReproduceOptions, reproduce } from "../../reproduce/program.ts";
import { asInteger, asItIs, asOneOf } from "../../values.ts";
import { addDeviceOption, addReportOptions, asSeed, valued } from "../options.ts";
import type { Surroundings } from "../surroundings.ts";

const HELP = `
Names: adult connect4 dna mushrooms nips ocr_letters rcv1 web binarized_mnist as NAME.npz, which the
authors of MADE publish (github.com/mgermain/MADE), with arrays train_data, valid_data and test_data; and
debd-NAME for the sets of DEBD (github.com/arranger1044/DEBD), as NAME.train.data and so on or an NPZ file.`;

export function addReproduce(program: Command, around: Surroundings): void {
  const all: string[] = [];
  const list = (value: string) => {
    all.push(value);
    return all;
  };
  const command = program
    .command("reproduce")
    .description("the paper's experiments: its recipes and ours on the published data sets, with standard errors")
    .addArgument(new Argument("<name...>", "data sets, such as dna mushrooms nips debd-plants"))
    .addOption(
      valued(
        "--data <path>",
        "a folder with the files of the data sets, or a file (may be repeated)",
        list,
      ).makeOptionMandatory(),
    )
    .addOption(
      valued("--recipe <names>", `${RECIPES.join(", ")}, with commas between them (default: all)`, asRecipes).default(
        RECIPES,
        "all",
      ),
    )
    .addOption(
      valued(
        "--out <folder>",
        "keeps trained members and results here, and goes on from what is there",
        asItIs,
      ).default("reproduction"),
    )
    .addOption(valued("--seeds <n>", "runs of the best of each of the paper's grids", asInteger(1)).default(3))
    .addOption(valued("--seed <n>", "the first seed", asSeed).default(1))
    .addHelpText("after", HELP);
  for (const add of [addDeviceOption, addReportOptions]) add(command);
  command.action((names: string[], options: Omit<ReproduceOptions, "sets">) =>
    reproduce({ ...options, sets: [...new Set(names)].map(dataSet) }, around),
  );
}

const asRecipes = (value: string, option: string) => value.split(",").map((name) => asOneOf(RECIPES)(name, option));
