// Every example in README.md and docs/ is run as it is printed, on the installed package: TypeScript is checked for its types
// and run in Chromium or in Node on a software adapter. scenes.ts says what comes before and after each.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { lend, root } from "./installed.ts";
import { SCENES } from "./scenes.ts";
import { pageOf, type Served, serve } from "./served.ts";

interface Example {
  /** File and name. */
  title: string;
  language: string;
  text: string;
}

const FENCE = /(?:<!-- example (\w+) -->\n)?```(\w*)\n([\s\S]*?)```/g;

const documents = ["README.md", ...readdirSync(join(root, "docs")).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith(".md"),
);
const read = (file: string) => readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n");

const examples: Example[] = documents.flatMap((file) => {
  const document = read(file);
  return [...document.matchAll(FENCE)].map(([, name = "", language, text]) => ({
    title: `${file} ${name}`.trim(),
    language,
    text,
  }));
});
const inTypeScript = examples.filter(({ language }) => ["ts", "js", "typescript", "javascript"].includes(language));
const inPython = examples.filter(({ language }) => ["python", "py"].includes(language));

const CHECK = `const check = (ok: boolean, what: string): void => { if (!ok) throw new Error("expected: " + what); };`;
const DONE = `;(globalThis as { done?: boolean }).done = true;\nexport {};`;
const fileOf = (title: string) => title.replace(/\W+/g, "-");

const folder = `${inject("consumer")}-examples`;
let served: Served;
beforeAll(async () => {
  cpSync(inject("consumer"), folder, { recursive: true, verbatimSymlinks: true });
  lend(folder, "webgpu", "@types/node");
  for (const { title, text } of inTypeScript) {
    const { where, before = "", after = "", files = {} } = SCENES[title] ?? { where: "node" };
    const parts = where === "worker" ? [CHECK, after, DONE] : [CHECK, before, text, after, DONE];
    writeFileSync(join(folder, `${fileOf(title)}.ts`), parts.join("\n"));
    if (where === "worker") writeFileSync(join(folder, "worker.ts"), text);
    for (const [name, file] of Object.entries(files)) cpSync(join(root, file), join(folder, name));
  }
  served = await serve(folder);
});
afterAll(() => served?.close());

const bundle = (file: string) =>
  build({
    entryPoints: [join(folder, `${file}.ts`)],
    outfile: join(folder, `${file}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });

describe("the examples of the documents", () => {
  test("all have a scene, and every scene has an example", () => {
    expect(inTypeScript.map(({ title }) => title).sort()).toEqual(Object.keys(SCENES).sort());
    const languages = new Set(examples.map(({ language }) => language));
    expect([...languages].sort()).toEqual(["html", "python", "ts"]);
  });

  test("are right in their types", async () => {
    const files = [...inTypeScript.map(({ title }) => `${fileOf(title)}.ts`), "worker.ts"];
    const args = ["--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2023,ESNext.Disposable,DOM"];
    args.push("--module", "ESNext", "--moduleResolution", "Bundler", "--types", "node,@webgpu/types", ...files);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...args],
      {
        cwd: folder,
      },
    ).catch(({ stdout }) => ({ stdout }));
    expect(stdout).toBe("");
  });

  test.each(Object.keys(SCENES))("%s", async (title) => {
    const { where } = SCENES[title];
    const file = fileOf(title);
    if (where === "node") {
      const transformed = await build({
        entryPoints: [join(folder, `${file}.ts`)],
        outfile: join(folder, `${file}.mjs`),
        format: "esm",
        target: "node20",
        logLevel: "error",
      });
      expect(transformed.errors).toEqual([]);
      // It ends by itself, or this is stopped.
      await promisify(execFile)(process.execPath, [`${file}.mjs`], { cwd: folder, timeout: 60_000 });
      return;
    }
    await bundle(file);
    if (where === "worker") await bundle("worker");
    writeFileSync(join(folder, `${file}.html`), pageOf(`./${file}.js`));
    const page = await served.open(`${file}.html`, "globalThis.done === true");
    await page.close();
  });

  test("for a page without a bundler leads to the package", async () => {
    const [html] = examples.filter(({ language }) => language === "html");
    writeFileSync(
      join(folder, "plain.html"),
      `${pageOf("./plain.js")}${html.text.replace("</script>", "globalThis.plain = Made;</script>")}`,
    );
    writeFileSync(join(folder, "plain.js"), "");
    const page = await served.open("plain.html", "globalThis.plain?.name !== undefined");
    expect(await page.evaluate("typeof globalThis.plain.create")).toBe("function");
    await page.close();
  });

  test("in Python that are not run say so, and parse", () => {
    const untested = inPython.filter(({ title }) => title !== "docs/model-file.md"); // test/model-file.test.ts runs that one
    for (const { title } of untested) expect(read(title), title).toContain("**not run by us**");
    const python = ["python3", "python"].find((name) => {
      try {
        execFileSync(name, ["-c", ""], { stdio: "ignore" });
        return true;
      } catch {
        return false;
      }
    });
    for (const { text } of python ? inPython : [])
      execFileSync(python!, ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text });
  });

  test("name npm scripts that there are", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/npm run (\w+(?::\w+)*)/g)].map(([, name]) => name),
    );
    expect(named).toContain("train");
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  test("lead, with every link, to a file and a heading that is there", () => {
    const anchorOf = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .trim()
        .replaceAll(" ", "-");
    const broken: string[] = [];
    for (const file of [...documents, "CONTRIBUTING.md"]) {
      for (const [, target] of read(file)
        .replace(FENCE, "")
        .matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path, anchor] = target.split("#");
        const at = path === "" ? file : join(file, "..", path).replaceAll("\\", "/");
        if (!existsSync(join(root, at))) broken.push(`${file}: ${target}`);
        else if (anchor) {
          const headings = [...read(at).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading));
          if (!headings.includes(anchor)) broken.push(`${file}: ${target}`);
        }
      }
    }
    expect(broken).toEqual([]);
  });
});
