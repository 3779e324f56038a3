// npm run fuzz: damaged files for every reader, as in npm test, but more of them: npm run fuzz -- --rounds 100000
import { parseArgs } from "node:util";
import { setUp } from "./setup.mjs";
import { exitWith, runTool } from "./tools.mjs";

await exitWith(async () => {
  const { rounds } = parseArgs({ options: { rounds: { type: "string", default: "100000" } } }).values;
  if (!/^[1-9]\d{0,8}$/.test(rounds)) throw new Error(`--rounds: got ${rounds}, expected an integer ≥ 1`);
  setUp({ browser: false, vulkan: false });
  return runTool("vitest", ["run", "--project", "cpu", "test/io/fuzz.test.ts"], { env: { FUZZ_ROUNDS: rounds } });
});
