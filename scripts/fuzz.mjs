// npm run fuzz: what npm test does to files and devices, longer. npm run fuzz -- --rounds 100000 damages as many files
// for every reader; npm run fuzz -- --devices 200 loses as many devices, at any point, with WebGPU in Node.
import { parseArgs } from "node:util";
import { setUp } from "./setup.mjs";
import { exitWith, runTool } from "./tools.mjs";

const OPTIONS = /** @type {const} */ ({ rounds: { type: "string" }, devices: { type: "string" } });

await exitWith(async () => {
  const { rounds, devices } = parseArgs({ options: OPTIONS }).values;
  for (const [name, value] of Object.entries({ rounds, devices }))
    if (value !== undefined && !/^[1-9]\d{0,8}$/.test(value))
      throw new Error(`--${name}: got ${value}, expected an integer ≥ 1`);
  const { vulkan } = setUp({ browser: false, vulkan: devices !== undefined });
  const run = (/** @type {string[]} */ args, /** @type {Record<string, string>} */ env) =>
    runTool("vitest", ["run", ...args], { env });
  if (devices !== undefined) {
    const status = await run(["--project", "gpu", "-t", "devices lost"], { ...vulkan.env, LOST_DEVICES: devices });
    if (status !== 0 || rounds === undefined) return status;
  }
  return run(["--project", "cpu", "test/io/fuzz.test.ts"], { FUZZ_ROUNDS: rounds ?? "100000" });
});
