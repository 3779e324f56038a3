// What can be asked of a model, on the GPU: the stories that ../../test/asking.test.ts tells on the CPU.

import { stories } from "../../test/support/stories/index.ts";
import type { Case } from "./case.ts";

export const askingCases: Case[] = stories.map(({ name, run }) => ({
  name: `asking: ${name}`,
  sharesDevice: true,
  run: ({ device }) => run(device),
}));
