// The command line `made`: its commands put together, and every way it can end turned into an exit status.

import { Command, CommanderError } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { addDevices } from "./commands/devices.ts";
import { addExport } from "./commands/export.ts";
import { addImpute } from "./commands/impute.ts";
import { addInspect } from "./commands/inspect.ts";
import { addMerge } from "./commands/merge.ts";
import { addReproduce } from "./commands/reproduce.ts";
import { addSample } from "./commands/sample.ts";
import { addScore } from "./commands/score.ts";
import { addTrain } from "./commands/train.ts";
import { remedyOf } from "./remedies.ts";
import { EXIT, type Surroundings, statusOf, told } from "./surroundings.ts";

/** Every command adds itself; --help lists them in this order. */
const COMMANDS: readonly ((program: Command, around: Surroundings) => void)[] = [
  addTrain,
  addScore,
  addSample,
  addImpute,
  addInspect,
  addExport,
  addMerge,
  addReproduce,
  addDevices,
];

/** @returns the exit status: 0, 1 where something failed, 2 for bad input, 130 after Ctrl-C */
export async function madeProgram(args: readonly string[], around: Surroundings): Promise<number> {
  const program = new Command("made")
    .description("Learns, scores, samples and completes binary data with an exact likelihood: MADE on WebGPU.")
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => around.out.write(text, () => {}),
      writeErr: () => {}, // said below, in one sentence
      getOutHelpWidth: () => Math.min(100, around.out.columns ?? 100),
    });
  for (const add of COMMANDS) add(program, around);
  try {
    if (args.length === 0) program.help();
    await program.parseAsync(args, { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (around.stop.aborted) return EXIT.interrupted;
    if (error instanceof CommanderError) return endOf(error, args, around);
    const sentence = told(error);
    if (sentence === undefined) throw error;
    const remedy = remedyOf(args[0], sentence);
    around.err.write(`made: ${remedy ? `${sentence}; ${remedy}` : sentence}\n`);
    return statusOf(error);
  }
}

function endOf({ exitCode, message }: CommanderError, args: readonly string[], { err }: Surroundings): number {
  if (exitCode === 0) return args.length === 0 ? EXIT.badInput : EXIT.done;
  const sentence = message.replace(/^error: /, "").replaceAll(/\s+/g, " ");
  err.write(`made: ${sentence}; --help lists what there is\n`);
  return EXIT.badInput;
}
