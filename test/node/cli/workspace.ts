// What tests of the command line share: a table, and a folder with models that learned it, in which `made` runs.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { Random } from "../../../src/made/random.ts";
import { encoderOf } from "../../../src/node/cli/formats.ts";
import { madeProgram } from "../../../src/node/cli/program.ts";
import { buildCli, type Ended, type RunOptions, runCli } from "./support.ts";

export const ODORS = ["almond", "anise, mild", "foul", "none"];
export const NAMES = ["ill", "odor", "sex", "b0", "b1", "b2"];
/** A table of D = 9 inputs: bits in words, four categories (one with a comma), two letters, three bits that go together. */
export function tableOf(n: number, seed: number, holes = 0): string[][] {
  const random = new Random(seed, "sample");
  return Array.from({ length: n }, () => {
    const odor = ODORS[random.below(4)];
    const bit = random.below(2);
    const cells = [odor === "foul" ? "yes" : "no", odor, random.below(2) ? "m" : "f", bit, bit, random.below(2)];
    return cells.map((cell) => (random.uniform() < holes ? "?" : String(cell)));
  });
}
export const csvOf = (rows: readonly (readonly string[])[], names: readonly string[] = NAMES) => {
  const { head, rows: lines } = encoderOf({ format: "csv", fields: names.map((name) => ({ name, type: "text" })) });
  return head() + lines(rows);
};
export const npzOf = (arrays: Record<string, number[][]>, type: "uint8" | "float64" = "uint8") => {
  const fields = Object.entries(arrays).flatMap(([array, [row]]) =>
    row.map((_, d) => ({ name: `${array}${d}`, array, type })),
  );
  const encoder = encoderOf({ format: "npz", fields });
  const all = Object.values(arrays);
  encoder.rows(all[0].map((_, r) => all.flatMap((rows) => rows[r])));
  return encoder.tail() as Uint8Array;
};

let folder: string;
let made: string;
let built: string;
/** In the folder. */
export const path = (name: string) => join(folder, name);
export const run = (args: string, options: Partial<RunOptions> = {}): Promise<Ended> =>
  runCli(made, args.split(" "), { cwd: folder, ...options });
/** The same without a process, in the folder that this process is in: for many small cases. */
export async function inProcess(args: string): Promise<Ended> {
  let out = "";
  let err = "";
  const write = (text: string | Uint8Array, done?: (error?: Error | null) => void) => {
    out += text;
    done?.();
  };
  const around = {
    out: { write },
    err: { write: (more: string) => (err += more) },
    stop: new AbortController().signal,
  };
  const stdin = (async function* (): AsyncGenerator<string> {})();
  return { status: await madeProgram(args.split(" "), { ...around, stdin }), out, err };
}
/** Runs to a good end, in a process of its own where there is something to give it, and gives what it printed. */
export async function ok(args: string, options?: Partial<RunOptions>): Promise<string> {
  const { status, out, err } = options ? await run(args, options) : await inProcess(args);
  expect({ args, status, err }).toEqual({ args, status: 0, err: expect.anything() });
  return out;
}
export const text = (name: string) => readFile(path(name), "utf8");
export const cpu = "--device cpu --quiet";

/** Makes the folder before the tests of a file, and clears it away after them. */
export function useWorkspace(): void {
  beforeAll(async () => {
    ({ made, folder: built } = await buildCli());
    folder = await mkdtemp(join(tmpdir(), "made-cli-"));
    process.chdir(folder);
    await writeFile(path("table.csv"), csvOf(tableOf(600, 1)));
    await ok(`train table.csv ${cpu} --hidden 8 --epochs 3 --learning-rate 0.02 -o table.safetensors`);
    const bits = Array.from({ length: 40 }, (_, r) => [r & 1, (r >> 1) & 1, r & 1, 1]);
    await writeFile(path("bits.npz"), npzOf({ x: bits }));
    await ok(`train bits.npz ${cpu} --hidden 5 --masks 4 --ordering random --epochs 2 -o bits.safetensors`);
  }, 120_000);
  afterAll(async () => {
    process.chdir(tmpdir());
    await rm(folder, { recursive: true });
    await rm(built, { recursive: true });
  });
}

/** Where the built command is. */
export const builtCli = (): string => made;
