// made export: a model for other runtimes.

import type { Command } from "commander";
import { asItIs } from "../../values.ts";
import { withModel } from "../model.ts";
import { valued } from "../options.ts";
import { writeWhole } from "../output.ts";
import type { Surroundings } from "../surroundings.ts";

export function addExport(program: Command, around: Surroundings): void {
  program
    .command("export")
    .description("writes a model in another format")
    .argument("<model>", "the model, as made train wrote it")
    .addOption(
      valued(
        "--onnx <file>",
        "as ONNX (opset 17), to score with in other runtimes: x → logp, p",
        asItIs,
      ).makeOptionMandatory(),
    )
    .action(async (model: string, { onnx }: { onnx: string }) => {
      await withModel(model, { device: "cpu" }, async (made) => {
        await writeWhole({ file: onnx, stdout: around.out }, await made.exportOnnx());
      });
    });
}
