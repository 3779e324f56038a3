// MNIST on the page: fetches the file that demo/mnist-file.ts makes, says how far it is, and hands over the splits.
// Knows nothing of the page itself.

import { FormatError, MadeError } from "../src/errors.ts";
import type { NdArray } from "../src/io/elements.ts";
import type { MnistSplits } from "../src/io/mnist.ts";
import { parseNpz } from "../src/io/npz.ts";
import { BinaryRows } from "../src/made/rows.ts";

export interface FetchMnistOptions {
  /** Told how many of the file's bytes have come, where the server says how many there are. */
  onProgress?: (progress: { loadedBytes: number; totalBytes: number }) => void;
  signal?: AbortSignal;
}

const INPUTS = 28 * 28;

/**
 * Fetches the 50,000, 10,000 and 10,000 binarised digits.
 * @throws MadeError (code `download-failed`) naming the address; FormatError if what came is something else.
 */
export async function fetchMnist(url: string, options: FetchMnistOptions = {}): Promise<MnistSplits<BinaryRows>> {
  const arrays = parse(url, await fetchFile(url, options));
  const read = (name: string) => unpack(url, name, arrays.get(name));
  return { train: read("train"), validation: read("validation"), test: read("test") };
}

function parse(url: string, bytes: Uint8Array): Map<string, NdArray> {
  try {
    return parseNpz(bytes);
  } catch (cause) {
    throw new FormatError(`${url}: ${(cause as Error).message}`, { cause });
  }
}

function unpack(url: string, name: string, array: NdArray | undefined): BinaryRows {
  const words = Math.ceil(INPUTS / 32);
  if (array?.dtype !== "uint32" || array.shape.length !== 2 || array.shape[1] !== words)
    throw new FormatError(
      `${url}: ${name}: got ${array ? `${array.dtype} (${array.shape.join(", ")})` : "nothing"}, expected uint32 (rows, ${words})`,
    );
  const rows = BinaryRows.zeros(array.shape[0], INPUTS);
  rows.words.set(array.data);
  return rows;
}

async function fetchFile(url: string, { onProgress, signal }: FetchMnistOptions): Promise<Uint8Array> {
  const failed = (got: string, cause?: unknown) =>
    new MadeError("download-failed", `${url}: got ${got}, expected the digits`, { cause });
  const answered = <T>(promise: Promise<T>) =>
    promise.catch((cause) => {
      throw signal?.aborted ? cause : failed("no answer", cause);
    });
  const response = await answered(fetch(url, { signal }));
  if (!response.ok || !response.body) throw failed(`status ${response.status} ${response.statusText}`.trim());
  const totalBytes = Number(response.headers.get("Content-Length") ?? 0);
  const reader = response.body.getReader();
  const chunks: BlobPart[] = [];
  let loadedBytes = 0;
  for (;;) {
    const { done, value } = await answered(reader.read());
    if (done) break;
    chunks.push(value);
    loadedBytes += value.length;
    if (totalBytes >= loadedBytes) onProgress?.({ loadedBytes, totalBytes });
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
