// npm run train: sets up, builds, and trains in the terminal with WebGPU in Node.
// The options are those of src/node/train.ts: npm run train -- --help
import { buildAndRun, exitWith } from "./tools.mjs";

await exitWith(() => buildAndRun("train", process.argv.slice(2)));
