// npm run bench: sets up, installs what bench/ needs beside, builds both, and measures ours beside its peers.
// The options are those of bench/src/options.ts: npm run bench -- --help
import { join } from "node:path";
import { thisMachine } from "./setup/machine.mjs";
import { installPackages } from "./setup/packages.mjs";
import { say } from "./setup/say.mjs";
import { root, setUp } from "./setup.mjs";
import { buildLibrary, exitWith, runProgram, runTool } from "./tools.mjs";

const bench = join(root, "bench");

/** @param {"page" | "node"} mode which of its two builds */
const buildBench = (mode) => runTool("vite", ["build", "--config", join(bench, "vite.config.ts"), "--mode", mode]);

/** @param {string[]} args */
function placeOf(args) {
  const at = args.findIndex((arg) => arg === "--place" || arg.startsWith("--place="));
  return at < 0 ? undefined : (args[at].split("=")[1] ?? args[at + 1]);
}

await exitWith(async () => {
  const args = process.argv.slice(2);
  const place = placeOf(args);
  const measures = !args.some((arg) => arg === "--help" || arg.startsWith("--from"));
  const { browser, vulkan } = setUp({
    browser: measures && place !== "node",
    vulkan: measures && place !== "browser",
  });
  installPackages(thisMachine, bench, (text) => say(`bench: ${text}`));
  for (const build of [buildLibrary, () => buildBench("page"), () => buildBench("node")]) {
    const status = await build();
    if (status !== 0) return status;
  }
  return runProgram(process.execPath, [join(bench, "dist/bench.mjs"), ...args], {
    env: { MADE_BENCH_NODE_ENV: JSON.stringify(vulkan.env), ...(browser ? { CHROME_PATH: browser } : {}) },
  });
});
