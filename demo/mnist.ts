// MNIST on the page: fetches the original files, says how far it is, and hands over binarised splits. Knows nothing
// of the page itself.

import { MadeError } from "../src/errors.ts";
import { MNIST_FILES, type MnistOptions, type MnistSplits, splitMnist } from "../src/io/mnist.ts";
import type { BinaryRows } from "../src/made/rows.ts";

export interface FetchMnistOptions extends MnistOptions {
  /** Told how many of the bytes of both files have come, `totalBytes` at the end. */
  onProgress?: (progress: { loadedBytes: number; totalBytes: number }) => void;
  signal?: AbortSignal;
}

const IMAGES = [MNIST_FILES.testImages, MNIST_FILES.trainImages];
const fileBytes = ({ shape }: (typeof IMAGES)[number]) => 4 + 4 * shape.length + shape.reduce((n, size) => n * size, 1);

/**
 * Fetches the two image files from `baseUrl` (such as `"mnist/"`), about 55 MB.
 * @throws MadeError (code `download-failed`) naming the address; FormatError if what came is not MNIST.
 */
export async function fetchMnist(
  baseUrl: string,
  { onProgress, signal, ...options }: FetchMnistOptions,
): Promise<MnistSplits<BinaryRows>> {
  const folder = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  const totalBytes = IMAGES.reduce((sum, file) => sum + fileBytes(file), 0);
  let loadedBytes = 0;
  // The small file first: if the address is wrong, that shows at once.
  const files: Uint8Array[] = [];
  for (const file of IMAGES)
    files.push(
      await fetchFile(`${folder}${file.name}`, fileBytes(file), signal, (bytes) => {
        loadedBytes += bytes;
        onProgress?.({ loadedBytes, totalBytes });
      }),
    );
  const [testImages, trainImages] = files;
  return splitMnist(trainImages, testImages, options);
}

async function fetchFile(
  url: string,
  expectedBytes: number,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const failed = (got: string, cause?: unknown) =>
    new MadeError("download-failed", `${url}: got ${got}, expected a file of ${expectedBytes} bytes`, { cause });
  const answered = <T>(promise: Promise<T>) =>
    promise.catch((cause) => {
      throw signal?.aborted ? cause : failed("no answer", cause);
    });
  const response = await answered(fetch(url, { signal }));
  if (!response.ok || !response.body) throw failed(`status ${response.status} ${response.statusText}`);
  const reader = response.body.getReader();
  const bytes = new Uint8Array(expectedBytes);
  let length = 0;
  for (;;) {
    const { done, value } = await answered(reader.read());
    if (done) break;
    if (length + value.length > expectedBytes) {
      await reader.cancel();
      throw failed("more bytes");
    }
    bytes.set(value, length);
    length += value.length;
    onBytes(value.length);
  }
  if (length !== expectedBytes) throw failed(`${length} bytes`);
  return bytes;
}
