// MNIST as density estimation uses it: its IDX files, once in memory, to binarised splits. Where the files come from
// is the business of src/node/mnist.ts and of the page.

import { ArgumentError, FormatError } from "../errors.ts";
import type { BinaryRows } from "../made/rows.ts";
import { binarize } from "./binarize.ts";
import type { FileBytes } from "./elements.ts";
import { parseIdx } from "./idx.ts";

/** The four files, by their published names, and what is in them. */
export const MNIST_FILES = {
  trainImages: { name: "train-images-idx3-ubyte", shape: [60_000, 28, 28] },
  trainLabels: { name: "train-labels-idx1-ubyte", shape: [60_000] },
  testImages: { name: "t10k-images-idx3-ubyte", shape: [10_000, 28, 28] },
  testLabels: { name: "t10k-labels-idx1-ubyte", shape: [10_000] },
} as const;

/** Rows 0 … 49,999 of the training file, its rows 50,000 … 59,999, and the test file. */
export interface MnistSplits<T> {
  train: T;
  validation: T;
  test: T;
}

export interface MnistOptions {
  /** Seed of the one draw that makes every pixel 0 or 1, with its intensity as the probability of 1. */
  seed: number;
  /** Keeps only the first so many of the 50,000 training images. */
  trainRows?: number;
}

const TRAIN_ROWS = 50_000;

/**
 * Binarises both image files, 784 inputs a row. Image i of the 70,000 (training file first) gets the same bits from
 * the same seed whatever `trainRows` is.
 * @throws FormatError naming the file that is not what MNIST has there.
 */
export function splitMnist(
  trainImages: FileBytes,
  testImages: FileBytes,
  { seed, trainRows }: MnistOptions,
): MnistSplits<BinaryRows> {
  const inputs = 28 * 28;
  const { train, validation, test } = split(
    read("trainImages", trainImages),
    read("testImages", testImages),
    inputs,
    trainRows,
  );
  return {
    train: binarize(train, { inputs, seed }),
    validation: binarize(validation, { inputs, seed, firstRow: TRAIN_ROWS }),
    test: binarize(test, { inputs, seed, firstRow: MNIST_FILES.trainImages.shape[0] }),
  };
}

/** Labels 0 … 9 of the same splits, one byte an image. */
export function splitMnistLabels(
  trainLabels: FileBytes,
  testLabels: FileBytes,
  { trainRows }: Pick<MnistOptions, "trainRows"> = {},
): MnistSplits<Uint8Array> {
  return split(read("trainLabels", trainLabels), read("testLabels", testLabels), 1, trainRows);
}

function split(trainFile: Uint8Array, testFile: Uint8Array, width: number, trainRows = TRAIN_ROWS) {
  if (!Number.isInteger(trainRows) || trainRows < 1 || trainRows > TRAIN_ROWS)
    throw new ArgumentError(`trainRows: got ${trainRows}, expected an integer in 1 … ${TRAIN_ROWS}`);
  return {
    train: trainFile.subarray(0, trainRows * width),
    validation: trainFile.subarray(TRAIN_ROWS * width),
    test: testFile,
  };
}

function read(file: keyof typeof MNIST_FILES, bytes: FileBytes): Uint8Array {
  const { name, shape } = MNIST_FILES[file];
  let array: ReturnType<typeof parseIdx>;
  try {
    array = parseIdx(bytes);
  } catch (cause) {
    throw new FormatError(`${name}: ${(cause as Error).message}`, { cause });
  }
  if (array.dtype !== "uint8" || array.shape.join() !== shape.join())
    throw new FormatError(
      `${name}: got ${array.dtype} (${array.shape.join(", ")}), expected uint8 (${shape.join(", ")})`,
    );
  return array.data as Uint8Array;
}
