// Every command line in README.md and docs/: those of `made` are run as they are printed, by a shell, on the installed package;
// those of npm name a script that there is, with options that it takes.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { lend, root } from "./installed.ts";

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "bench/README.md",
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];
const read = (file: string) => readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n");

/** Code of other languages, blocks that are indented by four spaces, and code between backticks. */
const FENCE = /```(?!sh|bash|console)[\s\S]*?```/g;
const SHELL = /```(?:sh|bash|console)\n([\s\S]*?)```/g;
const BLOCK = /(?<=\n\n)(?: {4}.*\n)+/g;
const SPAN = /`([^`]+)`/g;
const MADE = /(?:^|[;&|] *|\bdo |\bxargs .*)(?:npx made-webgpu|made) +[a-z-]/m;
/** DATA, MODEL, …: something to be filled in. */
const OPEN = /\b[A-Z]{2,}\b|…|\bi\/n\b/;

interface Lines {
  title: string;
  text: string;
  /** Whether it can be run: a block, or a span with its files. */
  whole: boolean;
}
const lines: Lines[] = documents.flatMap((file) => {
  const document = read(file).replaceAll(FENCE, "");
  const fenced = [...document.matchAll(SHELL)].map(([, text]) => text);
  const indented = [...document.matchAll(BLOCK)].map(([text]) => text.replaceAll(/^ {4}/gm, ""));
  const blocks = [...fenced, ...indented].map((text) => text.trim());
  const spans = [...document.replaceAll(SHELL, "").replaceAll(BLOCK, "").matchAll(SPAN)].map(([, text]) =>
    text.replaceAll(/\s+/g, " "),
  );
  const isWhole = (text: string) => !OPEN.test(text.replaceAll(/#.*$/gm, ""));
  return [
    ...blocks.map((text) => ({ text, whole: isWhole(text) })),
    ...spans.map((text) => ({ text, whole: isWhole(text) && /\.\w+\b|^made devices$/.test(text) })),
  ].map((one) => ({ ...one, title: `${file}: ${one.text}` }));
});
const ofMade = lines.filter(({ text }) => MADE.test(text));
const whole = ofMade.filter((one) => one.whole);
const open = ofMade.filter((one) => !one.whole);
const ofNpm = lines.flatMap(({ title, text }) =>
  text
    .split("\n")
    .map((line) => /^npm (?:run )?(?<script>[a-z:]+)(?: +-- +(?<args>[^#]*))?/.exec(line)?.groups)
    .filter((found) => found !== undefined)
    .filter(({ script }) => script !== "install")
    .map(({ script, args }) => ({ title, script, args: args ?? "" })),
);

const folder = `${inject("consumer")}-lines`;
let place: string;
/** What a shell says when it gets these lines, in a folder with the files that the documents speak of. */
function shell(text: string): Promise<{ status: number; out: string; at: string }> {
  const at = mkdtempSync(join(place, "lines-"));
  for (const file of readdirSync(folder))
    if (/\.(csv|safetensors)$/.test(file)) cpSync(join(folder, file), join(at, file));
  const PATH = [join(folder, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  return new Promise((resolve) =>
    execFile("bash", ["-ec", text], { cwd: at, env: { ...process.env, PATH } }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, out: stdout + stderr, at }),
    ),
  );
}

beforeAll(async () => {
  cpSync(inject("consumer"), folder, { recursive: true, verbatimSymlinks: true });
  lend(folder, "webgpu");
  place = folder;
  // A table of what they have: words, categories, bits; as many rows as make two shards' blocks.
  const odors = ["almond", "anise", "foul"];
  const table = (rows: number) => [
    "ill,odor,b0,b1",
    ...Array.from({ length: rows }, (_, r) => `${r % 3 ? "no" : "yes"},${odors[r % 3]},${r % 2},1`),
  ];
  for (const [name, rows] of Object.entries({ table: 40, data: 40, new: 30, rows: 9000, big: 9000 }))
    writeFileSync(join(folder, `${name}.csv`), `${table(rows).join("\n")}\n`);
  const { status, out, at } = await shell("made train data.csv -o model.safetensors --epochs 2 --hidden 8");
  expect({ status, out }).toMatchObject({ status: 0 });
  cpSync(join(at, "model.safetensors"), join(folder, "model.safetensors"));
});

describe("command lines of the documents", () => {
  test("are found", () => {
    expect(whole.length).toBeGreaterThanOrEqual(6);
    expect(open.length).toBeGreaterThanOrEqual(6);
    expect(ofNpm.length).toBeGreaterThanOrEqual(20);
  });

  test.each(whole)("$title", async ({ text }) => {
    const { status, out, at } = await shell(text);
    expect({ status, out }).toMatchObject({ status: 0 });
    const named = [...text.matchAll(/(?:-o|--output|--onnx) +([\w.-]+)/g)].map(([, file]) => file);
    for (const file of named.filter((name) => !/part/.test(name))) expect(existsSync(join(at, file)), file).toBe(true);
  });

  // What stands for something else can't be run: its command and its options are looked up.
  test.each(open)("$title: has a command and options that there are", async ({ text }) => {
    for (const [, command = "", rest] of text.matchAll(/\b(?:made-webgpu|made)(?: +([a-z]+))?(.*)/g)) {
      const { status, out } = await shell(`made ${command} --help`);
      expect(status).toBe(0);
      for (const option of optionsOf(rest))
        expect(out).toMatch(new RegExp(`^ +(-\\w, )?${option}\\b|^ +${option},`, "m"));
    }
  });

  const SOURCES: Readonly<Record<string, readonly string[]>> = {
    start: ["scripts/start-options.mjs", "src/node/train/options.ts"],
    test: ["scripts/test.mjs"],
    profile: ["src/node/profile.ts"],
    fuzz: ["scripts/fuzz.mjs"],
    scale: ["scripts/scale.mjs"],
    bench: ["bench/src/options.ts"],
  };
  test("of npm name scripts and options that there are", async () => {
    const { scripts } = JSON.parse(read("package.json"));
    const trains = (await shell("made train --help")).out;
    for (const { title, script, args } of ofNpm) {
      expect(Object.keys(scripts), title).toContain(script);
      for (const option of optionsOf(args)) {
        const texts = script === "train" ? [trains] : (SOURCES[script] ?? []).map(read);
        const name = option.replace(/^-+/, "");
        const known = texts.some((text) => text.includes(`${option} `) || new RegExp(`\\b"?${name}"?:`).test(text));
        expect(known, `${title}: ${option}`).toBe(true);
      }
    }
  });
});

const optionsOf = (text: string): string[] => [...text.matchAll(/(?<=\s|^)--?[a-z][\w-]*/g)].map(([option]) => option);
