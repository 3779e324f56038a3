// npm run profile: sets up, builds, and times a training step on the adapter that Node finds, kernel by kernel.
// The options are those of src/node/profile.ts: npm run profile -- --help
import { buildAndRun, exitWith } from "./tools.mjs";

await exitWith(() => buildAndRun("profile", process.argv.slice(2)));
