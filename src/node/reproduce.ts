// `npm run reproduce`: the paper's models as a process, with its streams, Ctrl-C and exit status.

import { reproduceProgram } from "./reproduce/program.ts";

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
// Whoever reads the output may have had enough of it, as `head` has.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));

process.exitCode = await reproduceProgram(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  signal: stop.signal,
});
