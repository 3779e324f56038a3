#!/usr/bin/env node
// `made`: the command line as a process, with its streams, Ctrl-C and exit status.

import { madeProgram } from "./cli/program.ts";
import { EXIT } from "./cli/surroundings.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    // The second one does not wait for what the first one began.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  });
// Whoever reads the output may have had enough of it, as `head` has.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit(EXIT.done);
  process.stderr.write(`made: stdout: ${message}\n`);
  process.exit(EXIT.failed);
});

process.exitCode = await madeProgram(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  stdin: process.stdin,
  stop: stop.signal,
});
// Of a pipe that was not read to its end the process would wait for more.
process.stdin.destroy();
