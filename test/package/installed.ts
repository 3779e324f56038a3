// Packs the package once and installs the tarball into a temporary folder as a stranger would, without a network: its one
// dependency comes from this repository. The tests get the paths by inject().

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The packed package. */
    tarball: string;
    /** A folder with the package installed, a program that uses it, and no npm package webgpu. */
    consumer: string;
  }
}

export const root = fileURLToPath(new URL("../..", import.meta.url));

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "made-webgpu-package-"));
  const consumer = join(folder, "consumer");
  cpSync(join(root, "test/package/consumer"), consumer, { recursive: true });
  // The script `prepack` builds the library; what it prints comes before npm's own JSON.
  const packed = npm(root, "pack", "--json", "--pack-destination", folder);
  const [{ filename }] = JSON.parse(packed.slice(packed.lastIndexOf("\n[\n") + 1));
  const tarball = join(folder, filename);
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", type: "module", private: true }));
  npm(consumer, "install", "--offline", "--ignore-scripts", join(root, "node_modules/@webgpu/types"), tarball);
  project.provide("tarball", tarball);
  project.provide("consumer", consumer);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Makes packages of this repository's node_modules importable from a folder. */
export function lend(folder: string, ...names: string[]): void {
  for (const name of names) {
    const link = join(folder, "node_modules", name);
    mkdirSync(join(link, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "junction");
  }
}

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync(process.platform === "win32" ? "npm.cmd" : "npm", [...args, "--no-audit", "--no-fund"], {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "inherit"],
  });
