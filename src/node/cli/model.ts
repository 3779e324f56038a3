// Models for the command line: read from a file, on the device that was asked for, and let go of again.

import { readFile } from "node:fs/promises";
import { crc32 } from "../../io/crc32.ts";
import { type ModelFile, readModel } from "../../made/file.ts";
import { Made } from "../../made/made.ts";
import { requestDevice } from "../device.ts";
import type { DeviceKind, DeviceOptions } from "./options.ts";
import { cannotRead, named } from "./source.ts";

/** What a model runs on: a function, so that it owns the device. */
export const deviceOf = (kind: DeviceKind): "cpu" | (() => Promise<GPUDevice>) =>
  kind === "cpu" ? kind : () => requestDevice(kind === "software" ? { adapter: kind } : {});

export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw cannotRead(file, cause as NodeJS.ErrnoException);
  }
}

/** @throws ArgumentError where there is no such file, FormatError where it holds no model */
export async function readModelFile(file: string): Promise<ModelFile & { bytes: Uint8Array }> {
  const bytes = await readBytes(file);
  return named(file, async () => ({ ...readModel(bytes), bytes }));
}

/** Loads a model, lends it, and disposes of it. `checksum` is that of its file. */
export async function withModel<T>(
  file: string,
  { device }: DeviceOptions,
  use: (made: Made, checksum: number) => Promise<T>,
): Promise<T> {
  const bytes = await readBytes(file);
  await named(file, async () => readModel(bytes)); // what is wrong with it shows before a device is asked for
  const made = await Made.load(bytes, { device: deviceOf(device) });
  try {
    return await use(made, crc32(bytes));
  } finally {
    made.dispose();
  }
}
