// The page's way to MNIST: the file that its server makes holds the same splits as in Node; progress, and what happens
// when the answer is something else.

import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { fetchMnist } from "../../demo/mnist.ts";
import { makeMnistFile } from "../../demo/mnist-file.ts";
import type { MadeError } from "../../src/errors.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import { MNIST_SEED } from "../../src/mnist-job.ts";
import { readMnist } from "../../src/node/mnist.ts";

const URL = "mnist.npz";
const serve = (answer: () => Response | Promise<Response>) =>
  vi.stubGlobal("fetch", (url: string) => {
    expect(url).toBe(URL);
    return Promise.resolve(answer());
  });

const bytes = ({ words }: BinaryRows) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

describe("fetchMnist", () => {
  let file: Blob;
  beforeAll(async () => {
    file = new Blob([new Uint8Array(await makeMnistFile())]);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("gives the same splits as readMnist, out of a file of some two megabytes", async () => {
    expect(file.size).toBeLessThan(3e6);
    serve(() => new Response(file, { headers: { "Content-Length": String(file.size) } }));
    const reports: number[] = [];
    const splits = await fetchMnist(URL, {
      onProgress: ({ loadedBytes, totalBytes }) => {
        expect(totalBytes).toBe(file.size);
        reports.push(loadedBytes);
      },
    });
    const want = await readMnist({ seed: MNIST_SEED });
    for (const split of ["train", "validation", "test"] as const) {
      expect([splits[split].rows, splits[split].inputs]).toEqual([want[split].rows, 784]);
      expect(Buffer.compare(bytes(splits[split]), bytes(want[split]))).toBe(0);
    }
    expect(reports.at(-1)).toBe(file.size);
    expect(reports).toEqual(reports.toSorted((a, b) => a - b));
  });

  it("works where the server does not say how long the file is", async () => {
    serve(() => new Response(file));
    const onProgress = vi.fn();
    expect((await fetchMnist(URL, { onProgress })).validation.rows).toBe(10_000);
    expect(onProgress).not.toHaveBeenCalled();
  });

  it("names the address where there is no such file, no answer, or another file", async () => {
    serve(() => new Response("not here", { status: 404, statusText: "Not Found" }));
    await expect(fetchMnist(URL)).rejects.toThrow(`${URL}: got status 404 Not Found, expected the digits`);
    serve(() => Promise.reject(new TypeError("network down")));
    const error: MadeError = await fetchMnist(URL).catch((thrown) => thrown);
    expect([error.code, (error.cause as Error).message]).toEqual(["download-failed", "network down"]);
    serve(() => new Response("<!doctype html>"));
    await expect(fetchMnist(URL)).rejects.toThrow(`${URL}: ZIP: got 15 bytes`);
    serve(() => new Response(file.slice(0, 100_000)));
    await expect(fetchMnist(URL)).rejects.toThrow(`${URL}: ZIP: got 100000 bytes without an end`);
  });

  it("hands the caller's abort on as it is", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    serve(() => {
      controller.abort(reason);
      throw reason;
    });
    await expect(fetchMnist(URL, { signal: controller.signal })).rejects.toBe(reason);
  });
});
