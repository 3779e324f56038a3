// Runs the project's tools (tsc, vite, vitest …) as child processes that share this one's output and its end.
// They are started by their JavaScript file and not through a shell, so they start alike on every platform.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { SetupError, warn } from "./setup/say.mjs";
import { root, setUp } from "./setup.mjs";

/** Where each tool's command line is, in node_modules. */
export const TOOLS = {
  biome: "@biomejs/biome/bin/biome",
  playwright: "playwright/cli.js",
  tsc: "typescript/bin/tsc",
  vite: "vite/bin/vite.js",
  vitest: "vitest/vitest.mjs",
};

let stopped = false;
/** Whether Ctrl-C or the like has asked for the end. */
export const wasStopped = () => stopped;

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] added to the environment
 * @property {number} [minutes] after these it is stopped
 */

/**
 * @param {keyof typeof TOOLS} tool
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export const runTool = (tool, args, options) =>
  runProgram(process.execPath, [join(root, "node_modules", TOOLS[tool]), ...args], options);

/**
 * Runs a program from the repository's root, without stdin.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>} its exit status; 128 and the signal's number where a signal ended it, as in a shell
 */
export function runProgram(program, args, { env, minutes } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const stopForwarding = forwardSignals(child);
    const limit = minutes === undefined ? undefined : setTimeout(() => stopLate(child, minutes), minutes * 60_000);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      stopForwarding();
      clearTimeout(limit);
      resolve(status ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 137));
    });
  });
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {number} minutes
 */
function stopLate(child, minutes) {
  warn(`stopped after ${minutes} minutes`);
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), 5000).unref();
}

/**
 * Ctrl-C in a terminal reaches the child by itself; a signal sent to this process alone must be passed on.
 * @param {import("node:child_process").ChildProcess} child
 */
function forwardSignals(child) {
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    stopped = true;
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return () => {
    process.off("SIGINT", forward);
    process.off("SIGTERM", forward);
  };
}

/** Builds the library into dist/, quietly; before the programs, as it empties the folder. */
export const buildLibrary = () => runTool("vite", ["build", "--logLevel", "warn"]);

/** Builds the programs into dist/programs/, quietly. */
export const buildPrograms = () => runTool("vite", ["build", "--mode", "programs", "--logLevel", "warn"]);

/**
 * Builds the programs and runs one of them (src/node/<program>.ts) with the driver that set-up found.
 * @param {"made" | "train" | "profile"} program
 * @param {string[]} args
 * @returns {Promise<number>} its exit status
 */
export async function buildAndRun(program, args) {
  const { vulkan } = setUp({ browser: false, vulkan: true });
  const status = await buildPrograms();
  if (status !== 0) return status;
  return runProgram(process.execPath, [join(root, `dist/programs/${program}.js`), ...args], { env: vulkan.env });
}

/**
 * Runs a script to its exit status; an error that is the reader's to mend is told without a stack.
 * @param {() => Promise<number>} script
 */
export async function exitWith(script) {
  try {
    process.exitCode = await script();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}
