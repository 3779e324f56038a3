// made devices: what there is to run on, and what to install where there is nothing.

import type { Command } from "commander";
import { NoDeviceError } from "../../../errors.ts";
import { describe, isSoftware } from "../../../gpu/gpu.ts";
import { requestDevice } from "../../device.ts";
import type { Surroundings } from "../surroundings.ts";

interface Found {
  device: string;
  /** Its own name; undefined where there is none. */
  name?: string;
  /** Whether it runs on the processor. */
  software?: boolean;
  /** Why there is none. */
  reason?: string;
}

export function addDevices(program: Command, around: Surroundings): void {
  program
    .command("devices")
    .description("what --device may be on this machine")
    .option("--json", "lines of JSON, for machines")
    .action(async ({ json }: { json?: boolean }) => {
      const found: Found[] = [await look("gpu"), await look("software")];
      found.push({ device: "cpu", name: "the float64 engine, without WebGPU: right, and slow", software: true });
      for (const one of found) around.out.write(json ? `${JSON.stringify(one)}\n` : `${line(one)}\n`, () => {});
    });
}

async function look(device: "gpu" | "software"): Promise<Found> {
  try {
    const found = await requestDevice(device === "software" ? { adapter: device } : {});
    const { adapterInfo } = found;
    found.destroy();
    return { device, name: describe(adapterInfo), software: isSoftware(adapterInfo) };
  } catch (error) {
    if (!(error instanceof NoDeviceError)) throw error;
    return { device, reason: error.message };
  }
}

const line = ({ device, name, software, reason }: Found): string =>
  `${device.padEnd(10)}${name ?? `none: ${reason}`}${device === "gpu" && software ? " (runs on the processor)" : ""}`;
