// The GPU cases in Node, on Dawn. Without an adapter they fail: nothing is skipped.

import { afterAll, expect, test } from "vitest";
import { requestDevice } from "../../src/node/device.ts";
import { casesFor } from "../../test-e2e/suite/index.ts";
import { goldenCases } from "../golden.ts";

let shared: GPUDevice | undefined;
afterAll(() => shared?.destroy());

/** More by `npm run fuzz -- --devices 200`. */
const losses = { devices: Number(process.env.LOST_DEVICES ?? 40), recoveries: 8 };

for (const { name, run, sharesDevice } of casesFor(
  goldenCases.map((golden) => golden.name),
  losses,
))
  test(name, async () => {
    if (sharesDevice) shared ??= await requestDevice();
    const device = sharesDevice ? shared! : await requestDevice();
    const errors: string[] = [];
    const listen = ({ error }: GPUUncapturedErrorEvent) => errors.push(error.message);
    device.addEventListener("uncapturederror", listen);
    const summary = await run({
      device,
      newDevice: () => requestDevice(),
      golden: async (wanted) => goldenCases.find((golden) => golden.name === wanted)!,
    });
    await device.queue.onSubmittedWorkDone();
    device.removeEventListener("uncapturederror", listen);
    if (!sharesDevice) device.destroy();
    expect(errors).toEqual([]);
    console.log(`${name}\n  ${summary}`);
  });
