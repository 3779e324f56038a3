// npm run reproduce: sets up, builds, and runs the paper's experiments with WebGPU in Node.
// The options are those of src/node/reproduce/options.ts: npm run reproduce -- --help
import { buildAndRun, exitWith } from "./tools.mjs";

await exitWith(() => buildAndRun("reproduce", process.argv.slice(2)));
