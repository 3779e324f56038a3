// What the packed package holds: nothing that is not needed, types for every way of resolving it, maps to the sources.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { root } from "./installed.ts";

/** Bytes that code and types of the main entry may take, and those of the package with its command line; without source maps. */
const MOST = { main: 200_000, all: 310_000 };

const installed = join(inject("consumer"), "node_modules/made-webgpu");
const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
let files: string[];
beforeAll(() => {
  files = readdirSync(installed, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(installed, file)).isFile())
    .map((file) => file.replaceAll("\\", "/"));
});
const read = (file: string) => readFileSync(join(installed, file), "utf8");

/** What package.json names: three entries, and the command line. */
const ENTRIES = ["index", "node", "csv", "made"];

/** A declaration file and those that it takes types from. */
function declarations(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of read(file).matchAll(/from ["']\.\/([\w-]+)\.js["']/g))
    declarations(`dist/${name}.d.ts`, found);
  return found;
}

/** A module of dist/ and all those of the package that it imports, at once or later. */
function reachable(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of read(file).matchAll(/["'`]\.\/([\w-]+\.js)["'`]/g)) reachable(`dist/${name}`, found);
  return found;
}

/** Every source of the code, with its text, as the source maps have them. */
function sources(): (readonly [source: string, content: string])[] {
  return files
    .filter((file) => file.endsWith(".js.map"))
    .flatMap((file) => {
      const map: { sources: string[]; sourcesContent: string[] } = JSON.parse(read(file));
      return map.sources.map((source, i) => [source, map.sourcesContent[i]] as const);
    });
}

describe("the package", () => {
  test("is small", () => {
    const bytes = (some: Iterable<string>) =>
      [...some].reduce((sum, file) => sum + statSync(join(installed, file)).size, 0);
    const main = bytes([...reachable("dist/index.js"), ...declarations("dist/index.d.ts")]);
    const all = bytes(files.filter((file) => /\.(js|ts)$/.test(file)));
    console.log(`main entry: ${main} bytes, all: ${all}; the tarball: ${statSync(inject("tarball")).size}`);
    expect(main).toBeLessThan(MOST.main);
    expect(all).toBeLessThan(MOST.all);
  });

  test("has no module that no entry imports, and no file of another kind", () => {
    const used = new Set(ENTRIES.flatMap((entry) => [...reachable(`dist/${entry}.js`)]));
    const types = new Set(
      ENTRIES.filter((entry) => entry !== "made").flatMap((entry) => [...declarations(`dist/${entry}.d.ts`)]),
    );
    const code = files.filter((file) => file.endsWith(".js"));
    expect(code.sort()).toEqual([...used].sort());
    const maps = code.filter((file) => read(file).includes("//# sourceMappingURL=")).map((file) => `${file}.map`);
    expect(files.filter((file) => !code.includes(file)).sort()).toEqual(
      ["LICENSE", "README.md", "dist/LICENSES.md", "package.json", ...types, ...maps].sort(),
    );
  });

  test("has source maps with the sources as they are in the repository, WGSL with its comments", () => {
    const ours = sources().filter(([source]) => !source.includes("node_modules"));
    for (const [source, content] of ours)
      expect(content, source).toBe(readFileSync(join(root, "dist", source), "utf8"));
    expect(ours.map(([source]) => source)).toContain("../shaders/masked-linear.ts");
    const code = [...reachable("dist/index.js")].map(read).join("\n");
    expect(code).toContain("@compute @workgroup_size");
    for (const [comment] of code.matchAll(/\n[ \t]*\/\/.*/g)) expect(comment).toMatch(/^\n\/\/# sourceMappingURL=/);
  });

  test("names the licences of what is bundled", () => {
    const bundled = sources().flatMap(([source]) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(source)?.[1] ?? []);
    expect(bundled).toEqual(expect.arrayContaining(["fflate", "papaparse"]));
    for (const name of bundled) expect(read("dist/LICENSES.md")).toMatch(new RegExp(`## ${name} - [\\d.]+ \\(MIT\\)`));
  });

  test("says that it has no side effects, and has none", () => {
    expect(manifest.sideEffects).toBe(false);
    const code = `const before = Object.getOwnPropertyNames(globalThis);
      const exports = Object.keys(await import("made-webgpu")).length;
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      console.log(JSON.stringify({ added, exports }));`;
    const args = ["--input-type=module", "-e", code];
    const { added, exports } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: "utf8", cwd: inject("consumer") }),
    );
    expect(added).toEqual([]);
    expect(exports).toBeGreaterThan(10);
  });

  test("imports nothing in a browser, and in Node only webgpu, when a device is asked for", () => {
    const bare = /(?:from|import)\s*\(?\s*["'`]([^."'`][^"'`]*)["'`]/g;
    const imports = (entry: string) =>
      [...reachable(entry)].flatMap((file) => [...read(file).matchAll(bare)].map(([, name]) => name));
    expect(imports("dist/index.js")).toEqual([]);
    expect(imports("dist/node.js")).toEqual(["webgpu"]);
    expect(
      imports("dist/made.js")
        .filter((name) => !name.startsWith("node:"))
        .sort(),
    ).toEqual(["commander", "hyparquet", "webgpu"]);
    expect(manifest.peerDependenciesMeta).toEqual({ hyparquet: { optional: true }, webgpu: { optional: true } });
    expect(Object.keys(manifest.dependencies)).toEqual(["@webgpu/types", "commander"]); // GPUDevice, made.js
  });

  test("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test("has types that are right however they are resolved", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(inject("tarball"))));
    if (!analysis.types) throw new Error("arethetypeswrong finds no types");
    // Node's old resolution knows no "exports", and CommonJS gets an ES module: from Node 20.19 on require() takes one.
    const problems = analysis.problems.filter(
      (problem) =>
        !(problem.kind === "CJSResolvesToESM" || ("resolutionKind" in problem && problem.resolutionKind === "node10")),
    );
    expect(problems).toEqual([]);
  });
});
