// Arrays of any format go through the command line a block at a time: to the results of the same rows as CSV, in shards too, and
// to one sentence, with nothing left behind, where a file is damaged.

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import type { NdArray } from "../../../src/io/elements.ts";
import { parseNpz } from "../../../src/io/npz.ts";
import { Random } from "../../../src/made/random.ts";
import { openArrayFile } from "../../../src/node/cli/array-files.ts";
import { madeProgram } from "../../../src/node/cli/program.ts";
import { concat, fixture, npy, parsed, u32big, zip } from "../../io/support.ts";

const D = 4;
const N = 9500; // blocks of 4,096 and of 1,024, and some rows more
const random = new Random(1, "sample");
const bits = Uint8Array.from({ length: N * D }, () => random.below(2));
/** The same with some values missing: 2. */
const gaps = bits.map((bit) => (random.below(8) === 0 ? 2 : bit));
const header = (descr: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${N}, ${D}), }\n`;
const bytesOf = (values: Float64Array | Float32Array) => new Uint8Array(values.buffer);
const csvOf = (values: Uint8Array, ...signs: string[]) =>
  Array.from({ length: N }, (_, r) => Array.from(values.subarray(r * D, (r + 1) * D), (v) => signs[v]).join(","));
const byColumns = Uint8Array.from({ length: N * D }, (_, i) => bits[(i % N) * D + Math.floor(i / N)]);
const asBytes = npy(header("|u1"), bits);

const FILES: Record<string, Uint8Array> = {
  "bytes.npy": asBytes,
  "booleans.npy": npy(header("|b1"), bits),
  "doubles.npy": npy(header("<f8"), bytesOf(Float64Array.from(bits))),
  "fortran.npy": npy(header("|u1", "True"), byColumns),
  "stored.npz": zip({ name: "x.npy", data: asBytes, method: 0 }),
  "deflated.npz": zip({ name: "x.npy", data: npy(header("<f4"), bytesOf(Float32Array.from(bits))) }),
  "pictures.idx": concat([0, 0, 8, 3], [N, 2, 2].flatMap(u32big), bits),
};

let folder: string;
const path = (name: string) => join(folder, name);
const text = (name: string) => readFile(path(name), "utf8");

async function run(command: string, args: readonly string[]) {
  let out = "";
  let err = "";
  const write = (piece: string | Uint8Array, done?: (error?: Error | null) => void) => {
    out += piece;
    done?.();
  };
  const around = { out: { write }, err: { write: (piece: string) => (err += piece) } };
  const stdin = (async function* (): AsyncGenerator<string> {})();
  const stop = new AbortController().signal;
  const device = command === "merge" ? [] : ["--device", "cpu"];
  const status = await madeProgram([command, ...args, ...device, "--quiet"], { ...around, stdin, stop });
  return { status, out, err };
}
/** Runs to a good end, into a file. @returns what is in it */
async function results(command: string, args: readonly string[], output: string): Promise<string> {
  const { status, err } = await run(command, [...args, "-o", path(output)]);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return text(output);
}
const model = () => ["-m", path("model.safetensors")];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "made-stream-"));
  for (const [name, content] of Object.entries(FILES)) await writeFile(path(name), content);
  await writeFile(path("rows.csv"), csvOf(bits, "0", "1").join("\n"));
  await results(
    "train",
    [path("bytes.npy"), "--hidden", "5", "--epochs", "1", "--validation", "none"],
    "model.safetensors",
  );
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("arrays", () => {
  it.each(Object.keys(FILES))("of %s are scored as the same rows of a table are", async (name) => {
    const want = await results("score", [path("rows.csv"), ...model()], "want.csv");
    expect(want.split("\n")).toHaveLength(N + 2);
    expect(await results("score", [path(name), ...model()], "got.csv")).toBe(want);
  });

  it.each(["fortran.npy", "stored.npz", "deflated.npz", "pictures.idx"])("of %s train the same model", async (name) => {
    const options = ["--hidden", "5", "--epochs", "1", "--validation", "none"];
    await results("train", [path(name), ...options], "again.safetensors");
    expect(await readFile(path("again.safetensors"))).toEqual(await readFile(path("model.safetensors")));
  });

  it("of grey values are cut at the threshold", async () => {
    const grey = bits.map((bit, i) => (bit ? 128 + (i % 128) : i % 128));
    await writeFile(path("grey.idx"), concat([0, 0, 8, 3], [N, 2, 2].flatMap(u32big), grey));
    const got = await results("score", [path("grey.idx"), "--threshold", "0.5", ...model()], "got.csv");
    expect(got).toBe(await results("score", [path("rows.csv"), ...model()], "want.csv"));
  });

  it("are completed as the same rows of a table are", async () => {
    await writeFile(path("gaps.csv"), csvOf(gaps, "0", "1", "?").join("\n"));
    const nan = Float64Array.from(gaps, (v) => (v === 2 ? Number.NaN : v));
    await writeFile(path("nan.npy"), npy(header("<f8"), bytesOf(nan)));
    const minus = gaps.map((v) => (v === 2 ? 255 : v));
    await writeFile(path("minus.npz"), zip({ name: "x.npy", data: npy(header("|i1"), minus) }));
    const args = ["--particles", "2", "--seed", "3", ...model()];
    const want = await results("impute", [path("gaps.csv"), ...args], "want.csv");
    expect(await results("impute", [path("nan.npy"), ...args], "got.csv")).toBe(want);
    expect(await results("impute", [path("minus.npz"), ...args], "got.csv")).toBe(want);
  }, 60_000);

  it("are dealt into shards, whatever file each reads the rows from", async () => {
    const want = await results("score", [path("rows.csv"), ...model()], "want.csv");
    const names = ["deflated.npz", "doubles.npy", "stored.npz"];
    for (const [i, name] of names.entries())
      await results("score", [path(name), ...model(), "--shard", `${i + 1}/3`], `part${i + 1}`);
    expect(
      await results(
        "merge",
        [1, 2, 3].map((i) => path(`part${i}`)),
        "merged.csv",
      ),
    ).toBe(want);
  });
});

describe("memory", () => {
  it("is that of some rows, not of the file", async () => {
    const [rows, width] = [64_000, 1000]; // 512 MB of zeros, which take no room on most disks
    const head = npy(`{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${width}), }`);
    const size = head.length + 8 * rows * width;
    await writeFile(path("long.npy"), head);
    await truncate(path("long.npy"), size);
    const { arrays, share } = await openArrayFile(path("long.npy"), size, "npy");
    const array = await arrays.get("")!();
    const before = process.memoryUsage().arrayBuffers;
    let [most, count] = [0, 0];
    for await (const { data } of array.rows(500)) {
      count += data.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    console.log(`${(most / 1e6).toFixed(0)} MB of ${(size / 1e6).toFixed(0)}`);
    expect([count, share()]).toEqual([rows * width, 1]);
    expect(most).toBeLessThan(size / 3); // what is let go of is collected a while later
    await rm(path("long.npy"));
  }, 60_000);
});

describe("damage", () => {
  const at = (file: Uint8Array, row: number) => file.length - (N - row) * D;
  const changed = (file: Uint8Array, place: number, value: number) => {
    const copy = file.slice();
    copy[place] = value;
    return copy;
  };
  const late = at(asBytes, 9000) + 2;
  const { "stored.npz": stored, "deflated.npz": deflated } = FILES;
  /** Where the bytes of the last rows are in the stored archive. */
  const inStored = Buffer.from(stored).indexOf(asBytes.subarray(-64)) + 32;
  const grey = npy(header("<f8"), bytesOf(Float64Array.from(bits, (bit, i) => (i === 9000 * D + 2 ? 1.5 : bit))));

  it.each<[string, Uint8Array, RegExp, string[]?]>([
    [
      "a value",
      changed(asBytes, late, 2),
      /: array: values: row 9000, column 2 is 2, expected 0 or 1; --threshold 0.5 takes/,
    ],
    [
      "a value within an archive",
      zip({ name: "x.npy", data: changed(asBytes, late, 2) }),
      /: array: values: row 9000, column 2 is 2, expected 0 or 1; --threshold 0.5 takes/,
    ],
    ["an intensity", grey, /: array: values: row 9000, column 2 is 1.5, expected an intensity/, ["--threshold", "0.5"]],
    [
      "a boolean",
      npy(header("|b1"), changed(bits, 9000 * D + 2, 7)),
      new RegExp(`: NPY: byte ${late} is 7, expected a boolean, 0 or 1$`),
    ],
    [
      "a boolean within an archive",
      zip({ name: "x.npy", data: npy(header("|b1"), changed(bits, 9000 * D + 2, 7)) }),
      new RegExp(`: NPZ: entry "x.npy": NPY: byte ${late} is 7, expected a boolean, 0 or 1$`),
    ],
    ["the end of NPY", asBytes.subarray(0, -5), /: NPY: got 37995 bytes of data from byte \d+ on, expected 38000/],
    ["the end of IDX", FILES["pictures.idx"].subarray(0, -5), /: IDX: got 37995 bytes of data from byte 16 on/],
    ["the end of NPZ", deflated.subarray(0, -5), /: ZIP: got \d+ bytes without an end-of-directory record/],
    ["a stored bit", changed(stored, inStored, stored[inStored] ^ 1), /: ZIP: entry "x.npy": got data with CRC-32 0x/],
    ["a stored byte", changed(stored, inStored, 9), /: ZIP: entry "x.npy": got data with CRC-32 0x/],
    [
      "a stored byte of the header",
      changed(stored, stored.indexOf(0x93) + 12, 9),
      /: ZIP: entry "x.npy": got data with CRC-32 0x/,
    ],
    [
      "deflated bytes",
      changed(deflated, deflated.length >> 1, deflated[deflated.length >> 1] ^ 4),
      /: ZIP: entry "x.npy"(: got| cannot be inflated: Error: )/,
    ],
    [
      "a length, too short",
      zip({ name: "x.npy", data: concat(asBytes, [0]), size: asBytes.length }),
      /: ZIP: entry "x.npy": got more than the declared \d+ bytes$/,
    ],
    [
      "a length, too long",
      zip({ name: "x.npy", data: asBytes.subarray(0, -1), size: asBytes.length }),
      /: ZIP: entry "x.npy": got \d+ bytes of data, expected the declared \d+$/,
    ],
  ])("of %s is told in a sentence, and leaves nothing behind", async (_, file, sentence, options = []) => {
    await writeFile(path("damaged"), file);
    const before = await readdir(folder);
    for (const shard of [[], ["--shard", "1/3"]]) {
      const args = [path("damaged"), ...model(), ...options, ...shard, "-o", path("never.csv")];
      const { status, out, err } = await run("score", args);
      expect(err).toMatch(/^made: [^\n]*\n$/);
      expect(err.trim()).toMatch(sentence);
      expect([status, out, await readdir(folder)]).toEqual([2, "", before]);
    }
  });

  it("of a file that is cut while it is read is told too", async () => {
    await writeFile(path("shrinks.npy"), asBytes);
    const { arrays } = await openArrayFile(path("shrinks.npy"), asBytes.length, "npy");
    const { rows } = await arrays.get("")!();
    await writeFile(path("shrinks.npy"), asBytes.subarray(0, 20_000));
    const read = rows(1000);
    await expect(
      (async () => {
        for await (const _ of read);
      })(),
    ).rejects.toThrow(`the file ends at byte 20000, expected ${asBytes.length} as when it was opened`);
  });

  it.each(["splits-stored.npz", "splits-deflated.npz", "zip64.npz"])(
    "of a bit of %s is noticed where the whole file's reader notices it",
    async (name) => {
      const original = fixture(name);
      for (let i = 0; i < original.length; i += 11) {
        const file = changed(original, i, original[i] ^ (1 << (i % 8)));
        await writeFile(path("bit.npz"), file);
        const got = await readInPieces(path("bit.npz"), file.length);
        expect({ bit: i, arrays: got }).toEqual({ bit: i, arrays: parsed(() => parseNpz(file)) });
      }
    },
    60_000,
  );
});

/** All arrays of an archive, or undefined where it is damaged: what was read until then is taken back. */
async function readInPieces(file: string, size: number) {
  try {
    const found = new Map<string, NdArray>();
    const { arrays } = await openArrayFile(file, size, "npz");
    for (const [key, open] of arrays) {
      const { shape, dtype, rows } = await open();
      for await (const { data } of rows(shape[0])) found.set(key, { shape, dtype, data });
    }
    return found;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
