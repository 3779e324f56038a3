// The installed package in the hands of bundlers, of a page without one, and of Node. Every one of them trains, scores and
// draws; on every engine that has to agree with the source on the CPU in float64.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import webpack from "webpack";
import * as source from "../../src/index.ts";
import { allClose } from "../support/all-close.ts";
import { lend, root } from "./installed.ts";
import { pageOf, type Served, serve } from "./served.ts";

interface Figures {
  engine: string;
  trainNll: number[];
  logProb: number[];
  sum: number;
  drawn: number[];
  loadedAlike: boolean;
}

const consumer = inject("consumer");
const entry = join(consumer, "page.js");

let expected: Figures;
beforeAll(async () => {
  // The same program on the source: only where "made-webgpu" comes from is another.
  const program = readFileSync(join(consumer, "run.js"), "utf8").replace(/import .* from "made-webgpu";/, "");
  const { BinaryRows, Made } = source;
  const run = new Function("BinaryRows", "Made", `${program.replace("export async", "async")}; return run;`);
  expected = await run(BinaryRows, Made)({ device: "cpu" });
});

function check(got: Figures): void {
  expect(got.trainNll).toHaveLength(5);
  expect(got.trainNll[4]).toBeLessThan(got.trainNll[0] - 0.2);
  allClose(got.trainNll, expected.trainNll, { rtol: 1e-4 }, "NLL by epoch");
  allClose(got.logProb, expected.logProb, { rtol: 1e-4, atol: 1e-4 }, "log p of all rows");
  expect(Math.abs(got.sum - 1)).toBeLessThan(1e-5);
  expect(got.drawn).toEqual(expected.drawn);
  expect(got.loadedAlike).toBe(true);
}

describe("in a browser", () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(consumer);
  });
  afterAll(() => served?.close());

  /** Opens a page of the folder and gives what the program in it found. */
  async function figuresOf(path: string): Promise<Figures> {
    const page = await served.open(path, "'result' in globalThis");
    const figures = (await page.evaluate("globalThis.result")) as Figures;
    await page.close();
    expect(figures.engine).toContain("swiftshader");
    return figures;
  }

  const BUNDLERS: Record<string, (out: string) => Promise<unknown>> = {
    async Vite(out) {
      writeFileSync(join(consumer, "index.html"), pageOf("./page.js"));
      await vite({ root: consumer, base: "./", configFile: false, logLevel: "error", build: { outDir: out } });
    },
    async esbuild(out) {
      await esbuild({ entryPoints: [entry], bundle: true, minify: true, format: "esm", outfile: join(out, "page.js") });
      writeFileSync(join(out, "index.html"), pageOf("./page.js"));
    },
    async webpack(out) {
      const compiler = webpack({ mode: "production", entry, output: { path: out, filename: "page.js" } })!;
      const stats = await promisify(compiler.run.bind(compiler))();
      expect(stats!.toJson({ errors: true, warnings: true }).errors).toEqual([]);
      writeFileSync(join(out, "index.html"), pageOf("./page.js"));
    },
  };

  test.each(Object.keys(BUNDLERS))("bundled by %s", async (name) => {
    const out = join(consumer, `out-${name}`);
    mkdirSync(out);
    await BUNDLERS[name](out);
    const modules = filesIn(out).filter(({ path }) => path.endsWith(".js"));
    expect(modules.length).toBeGreaterThan(0);
    for (const { text } of modules) expect(text).not.toMatch(/["'`](?:webgpu|node:[\w/]+)["'`]/);
    check(await figuresOf(`out-${name}/index.html`));
  });

  test("by <script type=module> without a bundler", async () => {
    const out = join(consumer, "plain");
    mkdirSync(out);
    const program = readFileSync(join(consumer, "run.js"), "utf8");
    writeFileSync(
      join(out, "run.js"),
      program.replace('from "made-webgpu"', 'from "../node_modules/made-webgpu/dist/index.js"'),
    );
    cpSync(entry, join(out, "page.js"));
    writeFileSync(join(out, "index.html"), pageOf("./page.js"));
    check(await figuresOf("plain/index.html"));
  });
});

describe("in Node", () => {
  const node = async (code: string, folder = consumer): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], {
      cwd: folder,
    });
    return JSON.parse(stdout);
  };

  test("trains on the CPU without webgpu, and says by name what is missing where a device is asked for", async () => {
    const code = `
      import { run } from "./run.js";
      import { requestDevice } from "made-webgpu/node";
      const error = await requestDevice().catch(({ name, code, message }) => ({ name, code, message }));
      console.log(JSON.stringify({ figures: await run({ device: "cpu" }), error }));`;
    const { figures, error } = (await node(code)) as { figures: Figures; error: unknown };
    expect(figures).toEqual(expected);
    expect(error).toEqual({
      name: "NoDeviceError",
      code: "no-device",
      message: "the npm package webgpu is missing: `npm install webgpu`",
    });
  });

  test("trains on the device of webgpu where that is installed", async () => {
    const folder = `${consumer}-with-webgpu`;
    cpSync(consumer, folder, { recursive: true, verbatimSymlinks: true });
    lend(folder, "webgpu");
    const code = `
      import { run } from "./run.js";
      import { requestDevice } from "made-webgpu/node";
      console.log(JSON.stringify(await run({ device: requestDevice })));`;
    const figures = (await node(code, folder)) as Figures;
    expect(figures.engine).not.toBe("cpu");
    check(figures);
  });

  test("is typed, with nothing but what it installs", async () => {
    writeFileSync(
      join(consumer, "typed.ts"),
      `import { BinaryRows, Made, type EpochReport } from "made-webgpu";
       import { requestDevice } from "made-webgpu/node";
       using made = await Made.create({ inputs: 3, hidden: [4] }, { device: await requestDevice() });
       const reports: EpochReport[] = (await made.fit(BinaryRows.from([0, 1, 1], 3))).epochs;
       const logp: Float64Array = await made.logProb(BinaryRows.from(Uint8Array.of(0, 1, 1), 3));
       // @ts-expect-error there is no such option
       await Made.create({ inputs: 3, hiden: [4] });
       console.log(reports, logp);`,
    );
    for (const [module, moduleResolution] of [
      ["ESNext", "Bundler"],
      ["NodeNext", "NodeNext"],
    ]) {
      const args = ["--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2023,ESNext.Disposable,DOM"];
      args.push("--module", module, "--moduleResolution", moduleResolution, "--skipLibCheck", "false", "typed.ts");
      const said = await promisify(execFile)(
        process.execPath,
        [join(root, "node_modules/typescript/bin/tsc"), ...args],
        {
          cwd: consumer,
        },
      ).catch(({ stdout }) => ({ stdout }));
      expect(said.stdout, moduleResolution).toBe("");
    }
  });
});

/** All files below a folder. */
function filesIn(folder: string) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}
