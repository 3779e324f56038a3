// What npm run scale does with a million rows, done with a few: the figures are there, and rows that are lost are noticed.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measureScale, runMeasured } from "../../../scripts/scale/measure.mjs";
import { buildCli } from "./support.ts";

let folder: string;
let built: string;
let made: string;
beforeAll(async () => {
  ({ made, folder: built } = await buildCli());
  folder = await mkdtemp(join(tmpdir(), "made-scale-"));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(built, { recursive: true });
});

describe("npm run scale", () => {
  it("scores the same from every format and in shards, and says what it takes", async () => {
    const results = await measureScale({ made, folder, rows: 20_000, shards: 2, device: "cpu" });
    expect(results.map(({ format, rows, identical }: never) => [format, rows, identical])).toEqual([
      ["csv", 20_000, true],
      ["npy", 20_000, true],
      ["npz", 20_000, true],
    ]);
    for (const { seconds, peakMB, partsPeakMB, baselineMB, fileMB } of results) {
      expect(seconds).toBeGreaterThan(0);
      expect(fileMB).toBeGreaterThan(0.1);
      for (const megabytes of [peakMB, partsPeakMB, baselineMB]) {
        expect(megabytes).toBeGreaterThan(20);
        expect(megabytes).toBeLessThan(1000);
      }
    }
  }, 120_000);

  it("notices rows that one format lost", async () => {
    const forged = join(built, "forged.js"); // beside the packages that it needs
    const lose = `process.argv = process.argv.map((arg) => (arg === "rows.npy" ? "ten.npy" : arg));`;
    await writeFile(forged, `${lose}\nawait import(${JSON.stringify(pathToFileURL(made).href)});\n`);
    const results = await measureScale({ made: forged, folder, rows: 500, shards: 1, device: "cpu" });
    expect(results.map(({ identical }: never) => identical)).toEqual([true, false, true]);
  }, 120_000);

  it("ends with what a command said that failed", async () => {
    await expect(runMeasured(made, ["score", "nothing.npy"], { cwd: folder })).rejects.toThrow(
      /^made score nothing.npy ended with status 2: made: required option/,
    );
  });
});
