// The page in which the GPU cases run in a browser: the spec calls `runCase` by name and hands in the golden files.

import { requestOwnDevice } from "../src/gpu/gpu.ts";
import { type GoldenJson, parseGolden } from "../test/support/golden-case.ts";
import { casesFor } from "./suite/index.ts";

declare global {
  interface Window {
    runCase: (name: string, goldenNames: string[]) => Promise<string>;
    adapter: () => Promise<string>;
  }
}

const newDevice = () => requestOwnDevice(navigator.gpu);

async function golden(name: string) {
  const response = await fetch(`/test/golden/${name}.json`);
  if (!response.ok) throw new Error(`golden file ${name}: ${response.status} ${response.statusText}`);
  return parseGolden((await response.json()) as GoldenJson);
}

let shared: GPUDevice | undefined;

window.runCase = async (name, goldenNames) => {
  const found = casesFor(goldenNames).find((one) => one.name === name);
  if (!found) throw new Error(`there is no case "${name}"`);
  if (found.sharesDevice) shared ??= await newDevice();
  const device = found.sharesDevice ? shared! : await newDevice();
  const errors: string[] = [];
  const listen = ({ error }: GPUUncapturedErrorEvent) => errors.push(error.message);
  device.addEventListener("uncapturederror", listen);
  const summary = await found.run({ device, newDevice, golden });
  await device.queue.onSubmittedWorkDone();
  device.removeEventListener("uncapturederror", listen);
  if (!found.sharesDevice) device.destroy();
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return summary;
};

window.adapter = async () => {
  const device = await newDevice();
  const { vendor, architecture } = device.adapterInfo;
  device.destroy();
  return `${vendor} ${architecture}`;
};
