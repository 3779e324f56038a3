// made inspect: what is in a model file.

import type { Command } from "commander";
import type { ModelFile } from "../../../made/file.ts";
import { parameterShapes, sizeOf } from "../../../made/parameters.ts";
import { describeModel, thousands } from "../../../mnist-job.ts";
import { readModelFile } from "../model.ts";
import type { Surroundings } from "../surroundings.ts";

export function addInspect(program: Command, around: Surroundings): void {
  program
    .command("inspect")
    .description("what is in a model file: its shape, its columns, how far it is trained")
    .argument("<model>", "the model, as made train wrote it")
    .option("--json", "all of it as one line of JSON, for machines")
    .action(async (file: string, { json }: { json?: boolean }) => {
      const model = await readModelFile(file);
      around.out.write(json ? `${JSON.stringify(summaryOf(model))}\n` : `${linesOf(model).join("\n")}\n`, () => {});
    });
}

const shapesOf = ({ config }: ModelFile) => [...parameterShapes(config)];
const countOf = (model: ModelFile) => shapesOf(model).reduce((sum, [, shape]) => sum + sizeOf(shape), 0);

function summaryOf(model: ModelFile & { bytes: Uint8Array }) {
  const { config, run, masks, state, bytes } = model;
  return {
    config,
    masks: masks.length,
    parameters: Object.fromEntries(shapesOf(model)),
    parameterCount: countOf(model),
    precision: state.parameters.V instanceof Float64Array ? "float64" : "float32",
    run,
    bytes: bytes.length,
  };
}

function linesOf(model: ModelFile & { bytes: Uint8Array }): string[] {
  const { config, run, state, bytes } = model;
  const { inputs, ordering, seed, initialization, degrees, conditionOnMask, masked, columns, inputNames } = config;
  const precision = state.parameters.V instanceof Float64Array ? "float64" : "float32";
  const lines = [
    ["model", `${describeModel(config)}${masked ? "" : ", not masked: a plain autoencoder"}`],
    ["inputs", thousands(inputs)],
    ["ordering", typeof ordering === "string" ? ordering : "given"],
    ["degrees", `${degrees}${conditionOnMask ? ", conditioned on the mask" : ""}`],
    ["parameters", `${thousands(countOf(model))} in ${precision}, begun ${initialization} with seed ${seed}`],
    ["file", `${thousands(bytes.length)} bytes`],
    ["training", trainingOf(run)],
  ];
  const text = lines.map(([name, value]) => `${name.padEnd(12)}${value}`);
  if (columns) {
    text.push("", `${columns.length} columns:`);
    for (const { column, kind, values } of columns)
      text.push(`  ${column}: ${kind === "binary" ? `${values[0]} → 0, ${values[1]} → 1` : values.join(", ")}`);
  } else if (inputNames) text.push(`${"names".padEnd(12)}${inputNames.join(", ")}`);
  return text;
}

function trainingOf({ epoch, step, rows, optimizer, best, fit }: ModelFile["run"]): string {
  if (!optimizer) return "none";
  const parts = [
    `${thousands(epoch)} epochs`,
    `${thousands(step)} minibatches`,
    `${thousands(rows)} rows by ${optimizer.name}`,
  ];
  if (best) parts.push(`best NLL ${best.nll.toFixed(3)} on validation in epoch ${best.epoch}`);
  if (fit) parts.push("interrupted: made train --resume goes on");
  return parts.join(", ");
}
