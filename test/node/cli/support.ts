// The command line as its users have it: built, and started as a process of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Within the repository, so that the packages it needs are found. */
const folder = `${root}node_modules/.cache/made-cli-${process.pid}`;

/** Builds the command line. @returns the path of `made` */
export async function buildCli(): Promise<{ made: string; folder: string }> {
  await build({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: "error",
    build: { outDir: folder, sourcemap: false },
  });
  return { made: `${folder}/made.js`, folder };
}

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd: string;
  /** What stdin has; nothing without it. */
  stdin?: string | Iterable<string>;
  env?: Record<string, string>;
  /** Called with all of stdout so far. */
  onOut?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `made` to its end. */
export async function runCli(
  made: string,
  args: readonly string[],
  { cwd, stdin, env, onOut }: RunOptions,
): Promise<Ended> {
  const child = spawn(process.execPath, [made, ...args], { cwd, env: { ...process.env, ...env } });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    onOut?.(out, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  child.stdin.on("error", () => {}); // it may end before it has read everything
  for (const piece of typeof stdin === "string" ? [stdin] : (stdin ?? []))
    if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, "drain"), once(child, "close")]);
  child.stdin.end();
  const [status] = (await once(child, "close")) as [number | null];
  return { status, out, err };
}
