// Scores rows from files of several formats, whole and in shards, with the command line as its users have it, and takes the time
// and the memory of every process. Says whether the bytes are the same; judges nothing else.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import { join } from "node:path";
import { INPUTS, writeData } from "./data.mjs";

const METER = new URL("peak.mjs", import.meta.url).href;

/**
 * What one format came to.
 * @typedef {object} Measured
 * @property {string} format
 * @property {number} fileMB
 * @property {number} rows
 * @property {number} seconds of scoring all rows in one run
 * @property {number} peakMB of that run
 * @property {number} partsPeakMB of the shards and of putting them together: the most
 * @property {number} baselineMB of scoring ten rows
 * @property {boolean} identical whether the shards put together are the bytes of the one run, and those of the first format's
 */

/**
 * @param {object} options
 * @param {string} options.made path of the built command line
 * @param {string} options.folder an empty one for the files
 * @param {number} options.rows
 * @param {number} options.shards
 * @param {string} options.device
 * @param {Record<string, string>} [options.env]
 * @param {(text: string) => void} [options.say]
 * @returns {Promise<Measured[]>}
 */
export async function measureScale({ made, folder, rows, shards, device, env, say = () => {} }) {
  const run = (/** @type {string} */ args) => runMeasured(made, args.split(" "), { cwd: folder, env });
  say(`writing ${rows} rows of ${INPUTS} inputs`);
  await writeData(folder, "few", 1000);
  await writeData(folder, "ten", 10);
  await writeData(folder, "rows", rows);
  await run(`train few.csv --hidden 16 --epochs 2 --device ${device} --quiet -o model.safetensors`);

  const score = `--model model.safetensors --device ${device} --quiet`;
  /** @type {Measured[]} */
  const results = [];
  for (const format of ["csv", "npy", "npz"]) {
    const file = `rows.${format}`;
    say(`scoring ${file}, then in ${shards} shards`);
    const ten = await run(`score ten.${format} ${score} -o ten-scores.csv`);
    const whole = await run(`score ${file} ${score} -o ${format}-scores.csv`);
    const parts = [];
    for (let i = 1; i <= shards; i++)
      parts.push(await run(`score ${file} ${score} --shard ${i}/${shards} -o part-${i}`));
    const names = Array.from({ length: shards }, (_, i) => `part-${i + 1}`);
    parts.push(await run(`merge ${names.join(" ")} --quiet -o merged.csv`));
    results.push({
      format,
      fileMB: (await fs.stat(join(folder, file))).size / 1e6,
      rows,
      seconds: whole.seconds,
      peakMB: whole.peakMB,
      partsPeakMB: Math.max(...parts.map(({ peakMB }) => peakMB)),
      baselineMB: ten.peakMB,
      identical:
        (await areSame(join(folder, `${format}-scores.csv`), join(folder, "merged.csv"))) &&
        (await areSame(join(folder, "csv-scores.csv"), join(folder, "merged.csv"))),
    });
  }
  return results;
}

/**
 * Runs `made` to its end.
 * @param {string} made
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<{ seconds: number, peakMB: number }>} its time, and the most memory that it had resident, in 10⁶ bytes
 * @throws {Error} with what it said, where it failed
 */
export async function runMeasured(made, args, { cwd, env }) {
  const start = performance.now();
  const child = spawn(process.execPath, ["--import", METER, made, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const [, , err, meter] = child.stdio;
  const said = textOf(err);
  const peak = textOf(meter);
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`made ${args.join(" ")} ended with status ${status}: ${said().trim()}`);
  if (!(Number(peak()) > 0)) throw new Error(`got "${peak()}" for the memory of made ${args[0]}, expected KiB`);
  return { seconds: (performance.now() - start) / 1000, peakMB: (Number(peak()) * 1024) / 1e6 };
}

/**
 * @param {unknown} stream what a child writes
 * @returns {() => string} all of it so far
 */
function textOf(stream) {
  let all = "";
  /** @type {import("node:stream").Readable} */ (stream).setEncoding("utf8").on("data", (text) => {
    all += text;
  });
  return () => all;
}

/** @param {string} a @param {string} b two files */
async function areSame(a, b) {
  const [one, other] = [await fs.open(a), await fs.open(b)];
  try {
    const [x, y] = [Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)];
    for (;;) {
      const [{ bytesRead: n }, { bytesRead: m }] = [await one.read(x), await other.read(y)];
      if (n !== m || x.compare(y, 0, m, 0, n) !== 0) return false;
      if (n === 0) return true;
    }
  } finally {
    await one.close();
    await other.close();
  }
}
