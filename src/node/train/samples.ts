// The samples of a trained model: on the terminal and in a PNG file, which appears when it is whole.

import { access, constants, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ArgumentError, MadeError } from "../../errors.ts";
import type { BinaryRows } from "../../made/rows.ts";
import { MNIST_SIDE } from "../../mnist-job.ts";
import { encodeGrid } from "../png.ts";
import { drawBlocks } from "./draw.ts";

const SIDES = { width: MNIST_SIDE, height: MNIST_SIDE };
/** Pictures that may be drawn on the terminal. */
const DRAWN = 20;

/** @throws ArgumentError unless a file of this name can be written: better said before an hour of training */
export async function checkOut(file: string): Promise<void> {
  const folder = dirname(file);
  const isFolder = (path: string) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable || !(await isFolder(folder)))
    throw new ArgumentError(`--out: got "${file}", expected a file in a folder that is there and can be written to`);
  if (await isFolder(file)) throw new ArgumentError(`--out: got "${file}", which is a folder, expected a file`);
}

/** The pictures as a PNG file, whole or not at all. @throws MadeError (code `write-failed`) */
export async function saveSamples(file: string, samples: BinaryRows): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await writeFile(unfinished, encodeGrid(samples, { ...SIDES, scale: 2, gap: 2 }));
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new MadeError("write-failed", `${file}: got ${(cause as Error).message}`, { cause });
  }
}

/** Some of the pictures as lines of text, as wide as the terminal. */
export const drawSamples = (samples: BinaryRows, columns = 80): string[] =>
  drawBlocks(samples.slice(0, Math.min(DRAWN, samples.rows)), { ...SIDES, columns });
