// Node with Dawn: a process of its own for every part, with the Vulkan driver that set-up found.

import { fork } from "node:child_process";
import { createRequire } from "node:module";
import type { Part, PartResult } from "../part.ts";
import { PART_MINUTES, type Place, type Say } from "./place.ts";

/** How this program is started to be the inside of the place. */
export const INSIDE = "--inside-node";

export type Message = { say: string } | { result: PartResult } | { error: string };

/**
 * @param program this program's file
 * @param env for the processes: which driver Dawn is to use
 */
export function openNode(program: string, env: Record<string, string>, say: Say): Place {
  return {
    name: "node",
    runtime: `Node ${process.versions.node}, Dawn (webgpu ${dawnVersion()})`,
    run: (part) => runInside(program, env, say, part),
    close: async () => {},
  };
}

function runInside(program: string, env: Record<string, string>, say: Say, part: Part): Promise<PartResult> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [INSIDE], { env: { ...process.env, ...env }, serialization: "advanced" });
    const late = setTimeout(() => child.kill("SIGKILL"), PART_MINUTES * 60_000);
    const end = () => {
      clearTimeout(late);
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL"); // Dawn may hold it back
    };
    child.on("message", (message: Message) => {
      if ("say" in message) return say(message.say);
      if ("result" in message) resolve(message.result);
      else reject(new Error(message.error));
      end();
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`the process ended without a result (${signal ?? `status ${code}`})`));
    });
    child.send(part);
  });
}

function dawnVersion(): string {
  try {
    return createRequire(import.meta.url)("webgpu/package.json").version;
  } catch {
    return "of unknown version";
  }
}
