// npm run scale: scores a million rows from CSV, NPY and NPZ, whole and in shards, and fails if that takes more than 500 MB
// beyond what ten rows take, or if the shards put together differ. npm run scale -- --rows 5000000; --device gpu
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root, setUp } from "./setup.mjs";
import { buildPrograms, exitWith } from "./tools.mjs";

const OPTIONS = /** @type {const} */ ({
  rows: { type: "string", default: "1000000" },
  device: { type: "string", default: "cpu" },
});
const MOST_MB = 500;
const SHARDS = 8;

await exitWith(async () => {
  const { rows, device } = parseArgs({ options: OPTIONS }).values;
  const { vulkan } = setUp({ browser: false, vulkan: device !== "cpu" });
  const { MOST_ROWS } = await import("./scale/data.mjs"); // only now: set-up may just have installed what it needs
  const { measureScale } = await import("./scale/measure.mjs");
  if (!/^[1-9]\d*$/.test(rows) || Number(rows) > MOST_ROWS)
    throw new Error(`--rows: got ${rows}, expected an integer in 1 … ${MOST_ROWS}`);
  const status = await buildPrograms();
  if (status !== 0) return status;

  const folder = fs.mkdtempSync(join(os.tmpdir(), "made-webgpu-scale-"));
  try {
    const made = join(root, "dist/programs/made.js");
    const say = (/** @type {string} */ text) => console.error(`scale: ${text}`);
    const results = await measureScale({
      made,
      folder,
      rows: Number(rows),
      shards: SHARDS,
      device,
      env: vulkan.env,
      say,
    });
    console.log(tableOf(results));
    const good = results.every((result) => result.identical && aboveOf(result) <= MOST_MB);
    if (!good) console.error(`scale: expected identical bytes, and at most ${MOST_MB} MB above ten rows`);
    return good ? 0 : 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

/** @param {import("./scale/measure.mjs").Measured} result */
function aboveOf({ peakMB, partsPeakMB, baselineMB }) {
  return Math.max(peakMB, partsPeakMB) - baselineMB;
}

/** @param {import("./scale/measure.mjs").Measured[]} results */
function tableOf(results) {
  const whole = (/** @type {number} */ value) => Math.round(value).toLocaleString("en");
  const lines = results.map((result) => [
    result.format.toUpperCase(),
    whole(result.fileMB),
    whole(result.rows),
    result.seconds.toFixed(1),
    whole(result.rows / result.seconds),
    whole(result.peakMB),
    whole(result.partsPeakMB),
    whole(aboveOf(result)),
    result.identical ? "identical" : "DIFFERENT",
  ]);
  const heads = ["file", "MB", "rows", "seconds", "rows/s", "peak MB", "in parts", "above 10 rows", `${SHARDS} shards`];
  const widths = heads.map((head, c) => Math.max(head.length, ...lines.map((line) => line[c].length)));
  return [heads, ...lines].map((line) => line.map((text, c) => text.padStart(widths[c])).join("  ")).join("\n");
}
