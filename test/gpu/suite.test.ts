// The GPU cases in Node, on Dawn. Without an adapter they fail: nothing is skipped.

import { expect, test } from "vitest";
import { requestDevice } from "../../src/node/device.ts";
import { casesFor } from "../../test-e2e/suite/index.ts";
import { goldenCases } from "../golden.ts";

for (const { name, run } of casesFor(goldenCases.map((golden) => golden.name)))
  test(name, async () => {
    const device = await requestDevice();
    const errors: string[] = [];
    device.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
    const summary = await run({
      device,
      newDevice: () => requestDevice(),
      golden: async (wanted) => goldenCases.find((golden) => golden.name === wanted)!,
    });
    await device.queue.onSubmittedWorkDone();
    device.destroy();
    expect(errors).toEqual([]);
    console.log(`${name}\n  ${summary}`);
  });
