// `npm start -- --terminal`: the terminal job as a process, with its streams, Ctrl-C and exit status.

import { trainProgram } from "./train/program.ts";

const stop = new AbortController();
const quit = new AbortController();
process.on("SIGINT", () => {
  if (stop.signal.aborted) quit.abort();
  stop.abort();
});
// Whoever reads the output may have had enough of it, as `head` has.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));

process.exitCode = await trainProgram(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  stop: stop.signal,
  quit: quit.signal,
});
