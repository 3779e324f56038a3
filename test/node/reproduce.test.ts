// `made reproduce` from files to tables: finding data, refusing what is wrong, keeping members, and one small run on the
// CPU engine.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Splits } from "../../src/io/npz.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { madeProgram } from "../../src/node/cli/program.ts";
import { dataSet, findSet, parseRows } from "../../src/node/reproduce/data.ts";
import { type SetResults, tableOf } from "../../src/node/reproduce/report.ts";
import { FolderStore } from "../../src/node/reproduce/store.ts";
import { DATA_SETS } from "../../src/reproduce/data-sets.ts";
import type { MemberRecord } from "../../src/reproduce/member.ts";
import { PAPER_FIXED } from "../../src/reproduce/paper.ts";
import type { Candidate } from "../../src/reproduce/recipe.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const signal = new AbortController().signal;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "made-reproduce-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder with the three files of a set of DEBD: `lines` of each, rows of three values. */
async function debd(name: string, lines: Partial<Record<"train" | "valid" | "test", string>> = {}): Promise<string> {
  const at = await mkdtemp(join(folder, "debd-"));
  await mkdir(join(at, "datasets", name), { recursive: true });
  const rows = "0,1,1\n1,0,0\n0,1,1\n1,0,0\n";
  for (const part of ["train", "valid", "test"] as const)
    await writeFile(join(at, "datasets", name, `${name}.${part}.data`), lines[part] ?? rows);
  return at;
}

/** `made reproduce` with these arguments, and what it says. */
async function run(args: readonly string[], stop: AbortSignal = signal) {
  let out = "";
  let err = "";
  const write = (text: string | Uint8Array, done?: () => void) => {
    out += text;
    done?.();
  };
  const status = await madeProgram(["reproduce", ...args], {
    out: { write },
    err: { write: (text) => (err += text) },
    stdin: Readable.from([]),
    stop,
  });
  return { status, out, err };
}

describe("made reproduce", () => {
  it.each([
    ["--data x", "missing required argument 'name'"],
    ["dna", "required option '--data <path>' not specified"],
    ["dan --data x", 'name: got "dan", expected one of adult, connect4, dna'],
    ["dna --data x --recipe paper", '--recipe: got "paper", expected one of paper-fixed, paper-sampled, best'],
    ["dna --data x --seeds 0", '--seeds: got "0", expected an integer ≥ 1'],
    ["dna --data x --seed=-1", "--seed"],
    ["dna --data x --device tpu", '--device: got "tpu", expected one of gpu, software, cpu'],
    ["dna --data x --epochs 3", "unknown option '--epochs'"],
    ["dna --data nowhere", "--data: nowhere: got no such file or folder"],
  ])("refuses %j in a sentence, with status 2", async (args, message) => {
    const { status, out, err } = await run(args.split(" "));
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
    expect({ status, out }).toEqual({ status: 2, out: "" });
  });

  it("trains, keeps, and prints the same figures when it goes on", async () => {
    // Validation rows unlike the training rows: what is learned makes them less likely, and a run stops early.
    const at = await debd("nltcs", { valid: "1,1,0\n0,0,1\n" });
    const args = ["debd-nltcs", "--data", at, "--recipe", "paper-fixed", "--seeds", "2", "--device", "cpu"];
    args.push("--out", join(at, "out"));
    const first = await run(args);
    expect(first.err).toBe("");
    expect(first.status).toBe(0);
    expect(first.out).toContain("paper-fixed-relu-1e-5, seed 1: validation");
    const results: SetResults = JSON.parse(await readFile(join(at, "out", "debd-nltcs", "results.json"), "utf8"));
    expect(results.rows).toEqual({ train: 4, valid: 2, test: 4 });
    const { tried, runs } = results.fixed!;
    expect(tried.map(({ candidate }) => candidate)).toEqual(PAPER_FIXED.map(({ name }) => name));
    expect(runs).toHaveLength(2);
    expect(results.sampled).toBeUndefined();
    expect(runs[0].validationNll).toBe(Math.min(...tried.map(({ validationNll }) => validationNll)));
    const again = await run([...args, "--json"]);
    const resumed: SetResults = JSON.parse(again.out);
    const figures = ({ fixed }: SetResults) =>
      fixed!.runs.map(({ candidate, seed, nll, validationNll }) => [candidate, seed, nll, validationNll]);
    expect(figures(resumed)).toEqual(figures(results));
    expect(resumed.fixed!.tried).toEqual(tried);
  });

  it("ends with status 130 where it was interrupted", async () => {
    const at = await debd("nltcs");
    const args = ["debd-nltcs", "--data", at, "--device", "cpu", "--out", join(at, "out")];
    expect((await run(args, AbortSignal.abort())).status).toBe(130);
    expect(await readdir(join(at, "out", "debd-nltcs"))).toEqual([]);
  });
});

describe("data sets", () => {
  it("have names of their own; both DNAs are there", () => {
    expect(new Set(DATA_SETS.map(({ name }) => name)).size).toBe(DATA_SETS.length);
    expect(DATA_SETS.filter(({ source }) => source === "DEBD").length).toBe(20);
    expect(dataSet("dna").files).not.toContain("debd_dna");
  });
});

describe("findSet", () => {
  it("reads an NPZ file, named or in a folder", async () => {
    const at = await mkdtemp(join(folder, "npz-"));
    const path = join(at, "made_mushrooms.npz");
    await writeFile(path, await readFile(fixture("splits-deflated.npz")));
    const inFolder = await findSet(dataSet("mushrooms"), [at]);
    expect(inFolder.from).toBe(path);
    expect(inFolder.splits.train.rows).toBeGreaterThan(0);
    expect(await findSet(dataSet("mushrooms"), [path])).toEqual(inFolder);
    await expect(findSet(dataSet("dna"), [path])).rejects.toThrow("got no file of dna");
  });

  it("reads the files of DEBD, in its own folders or together", async () => {
    const at = await debd("nltcs", { test: "1,1,1\r\n" });
    const { splits, from } = await findSet(dataSet("debd-nltcs"), [at]);
    expect(from).toBe(join(at, "datasets", "nltcs", "nltcs.train.data"));
    expect([...splits.train.slice(0, 2).toUint8Array()]).toEqual([0, 1, 1, 1, 0, 0]);
    expect([...splits.test.toUint8Array()]).toEqual([1, 1, 1]);
    expect((await findSet(dataSet("debd-nltcs"), [join(at, "datasets", "nltcs")])).splits).toEqual(splits);
    await expect(findSet(dataSet("nips"), [at])).rejects.toThrow(join(at, "nips.npz"));
  });

  it.each([
    [{ train: "0,1,2\n" }, 'nltcs.train.data: line 1: got "0,1,2", expected 0 and 1 with commas between'],
    [{ valid: "0,1,1\n0,1\n" }, "nltcs.valid.data: line 2: got 2 values, expected 3 as in line 1"],
    [{ test: "0,1\n" }, "nltcs.test.data: got 2 values a row, expected 3"],
    [{ test: "\n" }, "nltcs.test.data: got no rows, expected at least one"],
  ])("refuses %j", async (lines, message) => {
    const at = await debd("nltcs", lines);
    await expect(findSet(dataSet("debd-nltcs"), [at])).rejects.toThrow(message);
  });

  it("says what is not there", async () => {
    await expect(findSet(dataSet("dna"), [join(folder, "nowhere")])).rejects.toThrow("got no such file or folder");
    const at = await debd("nltcs");
    await rm(join(at, "datasets", "nltcs", "nltcs.test.data"));
    await expect(findSet(dataSet("debd-nltcs"), [at])).rejects.toThrow("nltcs.test.data");
  });

  it("parses lines", () => {
    expect(parseRows("x", "1,0\n0,0").toUint8Array()).toEqual(Uint8Array.of(1, 0, 0, 0));
  });
});

describe("FolderStore", () => {
  const rows = (first: number) => BinaryRows.from([first, 1, 0, 1], 2);
  const splits: Splits = { train: rows(0), valid: rows(0), test: rows(0) };
  const recipe: Candidate = { ...PAPER_FIXED[0], name: "some" };
  const record: MemberRecord = {
    candidate: recipe,
    seed: 3,
    engine: "cpu",
    bestEpoch: 5,
    epochs: 10,
    trainNll: 1.5,
    validationNll: 1.25,
    validationLogProb: [-1, -1.5],
    seconds: 2,
  };

  it("gives back what was kept, in another process too", async () => {
    const at = join(folder, "store");
    const store = await FolderStore.open(at, splits);
    expect(await store.find(recipe, 3)).toBeUndefined();
    await store.keep(record, Uint8Array.of(1, 2, 3));
    const again = await FolderStore.open(at, splits);
    expect(await again.find(recipe, 3)).toEqual(record);
    expect([...(await again.read(recipe, 3))]).toEqual([1, 2, 3]);
    expect(await again.find(recipe, 4)).toBeUndefined();
    expect((await readdir(at)).sort()).toEqual(["some-3.json", "some-3.safetensors"]);
  });

  it("refuses a member of other rows, of another recipe, or none at all", async () => {
    const at = join(folder, "others");
    const store = await FolderStore.open(at, splits);
    await store.keep(record, Uint8Array.of(1));
    const otherRows = await FolderStore.open(at, { ...splits, train: rows(1) });
    await expect(otherRows.find(recipe, 3)).rejects.toThrow("got a member of another recipe or other rows");
    await expect(store.find({ ...recipe, batchSize: 7 }, 3)).rejects.toThrow("got a member of another recipe");
    await writeFile(join(at, "some-3.json"), "{");
    await expect(store.find(recipe, 3)).rejects.toThrow("some-3.json");
    await writeFile(join(at, "some-3.json"), "{}");
    await expect(store.find(recipe, 3)).rejects.toThrow("expected the record of a member");
    await rm(join(at, "some-3.safetensors"));
    await expect(store.read(recipe, 3)).rejects.toThrow("some-3.safetensors");
  });

  it("says that a folder can't be made", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(FolderStore.open(join(folder, "file", "x"), splits)).rejects.toThrow("--out");
  });
});

describe("tableOf", () => {
  it("has a line a run with the published figure beside ours", () => {
    const score = { nll: 80.041, standardError: 0.321, rows: 9, validationNll: 81.5, seconds: 60, testSeconds: 4 };
    const member = { candidate: "x", seed: 1, validationNll: 1, weight: 1, seconds: 1 };
    const table = tableOf([
      {
        set: dataSet("dna"),
        rows: { train: 1, valid: 1, test: 9 },
        sampled: { tried: [], runs: [{ ...score, candidate: "paper-sampled-x", seed: 1, bestEpoch: 3 }] },
        best: { ...score, members: [member, { ...member, weight: 0 }] },
      },
    ]);
    expect(table.split("\n").slice(2)).toEqual([
      "| dna | paper-sampled-x, seed 1 | 79.66 | 79.85 | 80.04 ± 0.32 | 81.50 | 64 |",
      "| dna | best: mixture of 1 of 2 | 79.66 | – | **80.04 ± 0.32** | 81.50 | 64 |",
    ]);
  });
});
