// npm run train: sets up, builds, and runs `made train`, the package's own command, on this machine's driver.
// The options are those of made train: npm run train -- --help
import { buildAndRun, exitWith } from "./tools.mjs";

await exitWith(() => buildAndRun("made", ["train", ...process.argv.slice(2)]));
