// npm test: sets up, then types and style, the CPU tests, the tests on WebGPU in Node, those in a headless browser, and
// those of the package and the documents. All of them run even when one fails; the last line is their sum.
// npm test -- --only lint|cpu|node|browser|package
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { paint, SetupError, warn } from "./setup/say.mjs";
import { setUp } from "./setup.mjs";
import { countPlaywright, countVitest } from "./test-counts.mjs";
import { runTool, wasStopped } from "./tools.mjs";

/** @typedef {import("./test-counts.mjs").Counts} Counts */
/** @typedef {{ name: string, part: string, run: () => Promise<Counts> }} Suite */

const PARTS = ["lint", "cpu", "node", "browser", "package"];
/** Longer than any suite takes, so that one that hangs ends as a failure. */
const MINUTES = 25;

const only = readOnly();
const reports = fs.mkdtempSync(join(os.tmpdir(), "made-webgpu-test-"));
try {
  await main();
} finally {
  fs.rmSync(reports, { recursive: true, force: true });
}

async function main() {
  /** @param {string} part */
  const wanted = (part) => only === undefined || only === part;
  let ready;
  try {
    ready = setUp({ browser: wanted("browser") || wanted("package"), vulkan: wanted("node") || wanted("package") });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    warn(error.message);
    return finish([{ name: "set-up", passed: 0, failed: 1, seconds: 0 }]);
  }

  const results = [];
  for (const { name, part, run } of suites(ready)) {
    if (!wanted(part)) continue;
    console.log(`\n${paint(`── ${name}`, "bold", process.stdout)}`);
    const start = performance.now();
    const counts = await run();
    results.push({ name, ...counts, seconds: (performance.now() - start) / 1000 });
    if (wasStopped()) break;
  }
  finish(results);
}

/**
 * @param {ReturnType<typeof setUp>} ready
 * @returns {Suite[]}
 */
function suites({ browser, vulkan }) {
  return [
    { name: "types", part: "lint", run: () => check("tsc", ["--noEmit"]) },
    { name: "types of scripts", part: "lint", run: () => check("tsc", ["--noEmit", "-p", "scripts"]) },
    { name: "style", part: "lint", run: () => check("biome", ["check", "."]) },
    { name: "tests on the CPU", part: "cpu", run: () => vitest("cpu", {}) },
    { name: "tests on WebGPU in Node", part: "node", run: () => vitest("gpu", vulkan.env) },
    { name: "tests in a browser", part: "browser", run: () => playwright(browser) },
    {
      name: "the package, the documents", // packed, installed elsewhere, bundled, run; the examples of the documents run
      part: "package",
      run: () => vitest("package", { ...vulkan.env, ...(browser ? { CHROME_PATH: browser } : {}) }),
    },
  ];
}

/**
 * @param {"tsc" | "biome"} tool
 * @param {string[]} args
 * @returns {Promise<Counts>}
 */
async function check(tool, args) {
  const status = await runTool(tool, args, { minutes: MINUTES });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * @param {string} project of vitest.config.ts
 * @param {Record<string, string>} env
 */
async function vitest(project, env) {
  const file = join(reports, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const status = await runTool("vitest", args, { env, minutes: MINUTES });
  return countVitest(readReport(file), status);
}

/**
 * Without the Vulkan driver that is Node's: a browser brings its own.
 * @param {string | undefined} browser
 */
async function playwright(browser) {
  if (!browser) {
    console.log("no browser to run them in");
    return countPlaywright(undefined, 1);
  }
  const file = join(reports, "browser.json");
  const env = { CHROME_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: file };
  const status = await runTool("playwright", ["test", "--reporter=list,json"], { env, minutes: MINUTES });
  return countPlaywright(readReport(file), status);
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {(Counts & { name: string, seconds: number })[]} results */
function finish(results) {
  console.log();
  for (const { name, passed, failed, seconds } of results) {
    const text = `${name.padEnd(26)}${String(passed).padStart(6)} passed${String(failed).padStart(6)} failed`;
    console.log(`${paint(text, failed ? "red" : "green", process.stdout)}${`${seconds.toFixed(1)} s`.padStart(10)}`);
  }
  const sum = (/** @type {"passed" | "failed"} */ key) => results.reduce((total, result) => total + result[key], 0);
  const failed = sum("failed");
  process.exitCode = wasStopped() ? 130 : failed > 0 ? 1 : 0;
  console.log(`\n${sum("passed")} passed, ${failed} failed`);
}

/** @returns {string | undefined} the part that --only names */
function readOnly() {
  try {
    const { only } = parseArgs({ options: { only: { type: "string" } } }).values;
    if (only === undefined || PARTS.includes(only)) return only;
    throw new Error(`--only takes ${PARTS.join(", ")} and got ${only}`);
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\nusage: npm test [-- --only ${PARTS.join("|")}]`);
    process.exit(2);
  }
}
