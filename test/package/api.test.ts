// The reference that `npm run docs` writes: every exported symbol is documented and every link in it leads somewhere.

import { Application, type ProjectReflection } from "typedoc";
import { expect, test } from "vitest";
import options from "../../typedoc.config.mjs";

test("typedoc has nothing to complain of", async () => {
  const app = await Application.bootstrapWithPlugins({ ...options, logLevel: "Warn" });
  const said: string[] = [];
  app.logger.warn = (text: string) => said.push(text);
  app.logger.error = (text: string) => said.push(text);
  const project = (await app.convert()) as ProjectReflection;
  app.validate(project);
  expect(said).toEqual([]);
  const names = project.children!.flatMap((module) => module.children!.map(({ name }) => name));
  expect(names).toEqual(expect.arrayContaining(["Made", "BinaryRows", "MadeError", "FitOptions", "requestDevice"]));
});
