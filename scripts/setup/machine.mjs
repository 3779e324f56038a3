// The machine as set-up sees it: its platform, its files, and the commands that can be run on it.
// Every finder takes one of these, so that a test can hand it a machine that does not exist.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";

/**
 * @typedef {object} Machine
 * @property {string} platform as process.platform
 * @property {string} arch as process.arch
 * @property {boolean} isRoot
 * @property {string} home
 * @property {Record<string, string | undefined>} env
 * @property {(path: string) => boolean} exists
 * @property {(path: string) => boolean} isExecutable
 * @property {(path: string) => string[]} list the names in a folder; none where there is no such folder
 * @property {(path: string) => string | undefined} read the text of a file of at most 1 MB
 * @property {(path: string) => string} realPath the path itself where it cannot be resolved
 * @property {(path: string, pattern: RegExp) => string | undefined} search first group of a match in a binary file
 * @property {(command: string, args: string[], options?: RunOptions) => RunResult} run
 *
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] added to the environment
 * @property {number} [seconds] after these it is stopped
 * @property {string} [cwd]
 *
 * @typedef {object} RunResult
 * @property {boolean} ok it ran and answered 0
 * @property {string} out stdout
 * @property {string} err stderr, or why it did not start
 */

/**
 * @template T
 * @template U
 * @param {() => T} ask
 * @param {U} otherwise
 */
function attempt(ask, otherwise) {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** @type {Machine} */
export const thisMachine = {
  platform: process.platform,
  arch: process.arch,
  isRoot: process.getuid?.() === 0,
  home: os.homedir(),
  env: process.env,
  exists: (path) => fs.existsSync(path),
  isExecutable: (path) =>
    attempt(() => {
      fs.accessSync(path, fs.constants.X_OK);
      return fs.statSync(path).isFile();
    }, false),
  list: (path) => attempt(() => fs.readdirSync(path).sort(), []),
  read: (path) => attempt(() => (fs.statSync(path).size > 1e6 ? undefined : fs.readFileSync(path, "utf8")), undefined),
  realPath: (path) => attempt(() => fs.realpathSync(path), path),
  search: (path, pattern) => attempt(() => fs.readFileSync(path).toString("latin1").match(pattern)?.[1], undefined),
  run(command, args, { env, seconds, cwd } = {}) {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd,
      env: { ...process.env, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: seconds && seconds * 1000,
      maxBuffer: 64 << 20,
      shell: process.platform === "win32" && command.endsWith(".cmd"),
    });
    return { ok: status === 0, out: stdout ?? "", err: error?.message ?? stderr ?? "" };
  },
};

/**
 * What a failed command said, in one line.
 * @param {RunResult} result
 */
export function reason({ out, err }) {
  const lines = `${out}\n${err}`.split("\n").map((line) => line.trim());
  return (
    lines.find((line) => /^(E:|npm error|Error:|error\b)/i.test(line)) ?? lines.filter(Boolean).at(-1) ?? "no answer"
  );
}
