// The command line from outside: what every command does with a table and with arrays, that shards put together are the whole,
// and that whatever is wrong is said in one sentence, with nothing left behind.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decode } from "fast-png";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CsvParser } from "../../../src/io/csv.ts";
import { parseNpz } from "../../../src/io/npz.ts";
import { TableEncoder } from "../../../src/io/table.ts";
import { Made } from "../../../src/made/made.ts";
import { Random } from "../../../src/made/random.ts";
import { BinaryRows } from "../../../src/made/rows.ts";
import { encoderOf } from "../../../src/node/cli/formats.ts";
import { madeProgram } from "../../../src/node/cli/program.ts";
import { buildCli, type Ended, type RunOptions, runCli } from "./support.ts";

const ODORS = ["almond", "anise, mild", "foul", "none"];
const NAMES = ["ill", "odor", "sex", "b0", "b1", "b2"];
/** A table of D = 9 inputs: bits in words, four categories (one with a comma), two letters, three bits that go together. */
function tableOf(n: number, seed: number, holes = 0): string[][] {
  const random = new Random(seed, "sample");
  return Array.from({ length: n }, () => {
    const odor = ODORS[random.below(4)];
    const bit = random.below(2);
    const cells = [odor === "foul" ? "yes" : "no", odor, random.below(2) ? "m" : "f", bit, bit, random.below(2)];
    return cells.map((cell) => (random.uniform() < holes ? "?" : String(cell)));
  });
}
const csvOf = (rows: readonly (readonly string[])[], names: readonly string[] = NAMES) => {
  const { head, rows: lines } = encoderOf({ format: "csv", fields: names.map((name) => ({ name, type: "text" })) });
  return head() + lines(rows);
};
const npzOf = (arrays: Record<string, number[][]>, type: "uint8" | "float64" = "uint8") => {
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
const path = (name: string) => join(folder, name);
const run = (args: string, options: Partial<RunOptions> = {}): Promise<Ended> =>
  runCli(made, args.split(" "), { cwd: folder, ...options });
/** The same without a process, in the folder that this process is in: for many small cases. */
async function inProcess(args: string): Promise<Ended> {
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
async function ok(args: string, options?: Partial<RunOptions>): Promise<string> {
  const { status, out, err } = options ? await run(args, options) : await inProcess(args);
  expect({ args, status, err }).toEqual({ args, status: 0, err: expect.anything() });
  return out;
}
const text = (name: string) => readFile(path(name), "utf8");
const cpu = "--device cpu --quiet";

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

describe("made", () => {
  it("scores as the library does, by the mapping that the model keeps", async () => {
    const columns = [5, 4, 3, 2, 1, 0];
    const rows = tableOf(30, 2);
    const turned = rows.map((cells) => columns.map((c) => cells[c]));
    await writeFile(
      path("turned.csv"),
      csvOf(
        turned,
        columns.map((c) => NAMES[c]),
      ),
    );
    const out = await ok(`score turned.csv -m table.safetensors ${cpu} --by-input`);
    const model = await Made.load(await readFile(path("table.safetensors")), { device: "cpu" });
    const { rows: encoded } = new TableEncoder(model.config.columns!).encode(
      rows.map((cells, r) => ({ row: r, cells })),
    );
    const logp = await model.logProb(encoded);
    const cells = await model.logProbByInput(encoded);
    const lines = out.trim().split("\n");
    expect(lines[0]).toMatch(/^row,log_prob,ill,odor=almond,"odor=anise, mild",odor=foul,odor=none,sex=m,b0,b1,b2$/);
    expect(lines.slice(1)).toEqual(
      Array.from(logp, (v, r) => [r + 1, v, ...cells.subarray(9 * r, 9 * r + 9)].join(",")),
    );
  });

  it("reads a table from stdin, without a header, and from Parquet, to the same scores", async () => {
    const rows = tableOf(50, 3);
    await writeFile(path("named.csv"), csvOf(rows));
    const want = await ok(`score named.csv -m table.safetensors ${cpu}`);
    const bare = csvOf(rows).split("\n").slice(1).join("\n");
    expect(await ok(`score - --no-header -m table.safetensors ${cpu}`, { stdin: bare })).toBe(want);
    const columnData = NAMES.map((name, c) => ({ name, data: rows.map((cells) => cells[c]), type: "STRING" as const }));
    await writeFile(path("table.parquet"), new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 20 })));
    expect(await ok(`score table.parquet -m table.safetensors ${cpu}`)).toBe(want);
    expect(
      await ok(`train - ${cpu} --hidden 8 --epochs 1 --json -o stdin.safetensors`, { stdin: csvOf(rows) }),
    ).toContain('"type":"result"');
  });

  it("draws rows as the library does: as a table, as arrays, as pictures", async () => {
    const model = await Made.load(await readFile(path("bits.safetensors")), { device: "cpu" });
    const want = await model.sample(20, { seed: 7 });
    const out = await ok(`sample bits.safetensors -n 20 --seed 7 ${cpu}`);
    expect(out.split("\n").slice(1, -1)).toEqual(
      Array.from({ length: 20 }, (_, r) =>
        want
          .slice(r, r + 1)
          .toUint8Array()
          .join(","),
      ),
    );
    await ok(`sample bits.safetensors -n 20 --seed 7 ${cpu} -o drawn.npz`);
    const array = parseNpz(await readFile(path("drawn.npz"))).get("samples")!;
    expect([array.shape, array.dtype, [...array.data]]).toEqual([[20, 4], "uint8", [...want.toUint8Array()]]);
    await ok(`sample bits.safetensors -n 4 --seed 7 ${cpu} --image 2x2 --scale 1 -o drawn.png`);
    const { width, height, data } = decode(await readFile(path("drawn.png")));
    expect([width, height]).toEqual([5, 5]);
    expect([data[0], data[1], data[5], data[6]]).toEqual([0, 1, 2, 3].map((d) => 255 * want.get(0, d)));
    // Cells of a table: only those that there are, one in every column.
    const cells = (await ok(`sample table.safetensors -n 200 ${cpu} --format ndjson`))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(cells.map(({ odor }) => odor))).toEqual(new Set(ODORS));
    expect(new Set(cells.map(({ sex, b0 }) => `${sex}${b0}`))).toEqual(new Set(["f0", "f1", "m0", "m1"]));
  });

  it("fills in what is missing as the library does, and leaves the rest", async () => {
    const rows = tableOf(60, 4, 0.2);
    await writeFile(path("holes.csv"), csvOf(rows));
    const parser = new CsvParser();
    const given = [
      ...parser.push(await ok(`impute holes.csv -m table.safetensors ${cpu} --particles 20`)),
      ...parser.end(),
    ];
    expect(parser.columns).toEqual(NAMES);
    given.forEach(({ cells }, r) => {
      cells.forEach((cell, c) => {
        if (rows[r][c] !== "?") expect(cell).toBe(rows[r][c]);
        else expect(tableOf(50, 9).map((other) => other[c])).toContain(cell);
      });
    });
    const holes = [
      [1, Number.NaN, 0, 1],
      [-1, 0, Number.NaN, 1],
      [0, 1, 0, 1],
    ];
    await writeFile(path("holes.npz"), npzOf({ x: holes }, "float64"));
    await ok(`impute holes.npz -m bits.safetensors ${cpu} --samples 3 --seed 5 -o full.npz`);
    const model = await Made.load(await readFile(path("bits.safetensors")), { device: "cpu" });
    const bits = BinaryRows.from(
      holes.flat().map((v) => Number(v === 1)),
      4,
    );
    const observed = BinaryRows.from(
      holes.flat().map((v) => Number(v >= 0)),
      4,
    );
    const want = await model.impute(bits, observed, { samples: 3, seed: 5 });
    expect([...parseNpz(await readFile(path("full.npz"))).get("rows")!.data]).toEqual([...want.toUint8Array()]);
  });

  it("puts shards together to the bytes of the whole", async () => {
    await writeFile(path("long.csv"), csvOf(tableOf(9000, 5)));
    await writeFile(path("gaps.csv"), csvOf(tableOf(2500, 6, 0.05)));
    const commands = [
      ["score long.csv -m table.safetensors --by-input", "csv"],
      ["sample bits.safetensors -n 20000", "npz"],
      ["sample table.safetensors -n 9000", "ndjson"],
      ["impute gaps.csv -m table.safetensors --particles 2", "csv"],
    ];
    for (const [command, format] of commands) {
      await ok(`${command} ${cpu} --format ${format} -o whole.${format}`);
      for (const i of [1, 2, 3]) await ok(`${command} ${cpu} --format ${format} --shard ${i}/3 -o part${i}`);
      await ok(`merge part2 part3 part1 --quiet -o merged.${format}`);
      expect(await readFile(path(`merged.${format}`))).toEqual(await readFile(path(`whole.${format}`)));
    }
    // Of blocks that are the same in all shards no row is drawn twice.
    const rows = (await text("whole.ndjson")).split("\n");
    expect(rows.slice(0, 100)).not.toEqual(rows.slice(8192, 8292));
  }, 120_000);

  it("notices parts that are missing, there twice, cut off, or of another run", async () => {
    for (const i of [1, 2]) await ok(`score long.csv -m table.safetensors ${cpu} --shard ${i}/2 -o half${i}`);
    await ok(`score table.csv -m table.safetensors ${cpu} --shard 2/2 -o other2`);
    await writeFile(path("long2.csv"), csvOf(tableOf(9000, 55)));
    await ok(`score long2.csv -m table.safetensors ${cpu} --shard 2/2 -o same2`);
    await ok(`score long.csv -m table.safetensors --by-input ${cpu} --shard 2/2 -o by-input2`);
    const half = await text("half2");
    await writeFile(path("cut2"), half.slice(0, -100));
    await writeFile(path("less2"), half.split("\n").slice(0, 1).join("\n"));
    const sentences: Record<string, string | ReturnType<typeof expect.stringMatching>> = {
      half1: "got 1 of 2 parts, expected part 2 too",
      "half1 half2 half2": "half2: got part 2 a second time, after half2",
      "half1 other2": "half1: got more blocks or no end, expected the end, where that of the other parts is",
      "half1 by-input2":
        "by-input2: got a part of another run than half1, expected the same command, model and options",
      "half1 cut2": "cut2: got no block 1, expected it next: the file is cut off or damaged",
      "half1 less2": "less2: got no block 1, expected it next: the file is cut off or damaged",
      "half1 table.csv": "table.csv: got no part, expected a file that made wrote with --shard",
      "half1 same2": expect.stringMatching(
        /^same2: got a part of 9000 rows with checksum \d+, expected 9000 rows with \d+ as half1 has: they were made from/,
      ),
      "half1 nothing": "nothing: got no such file, expected a file that can be read",
      "half1 half2 -o x.npz": '--output: got "x.npz", expected csv, which the parts were made for',
    };
    for (const [files, sentence] of Object.entries(sentences)) {
      const { status, err } = await inProcess(`merge ${files}`);
      expect({ files, status, err: err.replace(/^made: (.*)\n$/, "$1") }).toEqual({ files, status: 2, err: sentence });
    }
  }, 120_000);

  it("says what is in a model, and gives it to other runtimes", async () => {
    const out = await ok("inspect table.safetensors");
    expect(out).toContain("model       8 ReLU units, 1 mask\ninputs      9\n");
    expect(out).toContain(
      "6 columns:\n  ill: no → 0, yes → 1\n  odor: almond, anise, mild, foul, none\n  sex: f → 0, m → 1\n",
    );
    expect(JSON.parse(await ok("inspect bits.safetensors --json"))).toMatchObject({
      config: { inputs: 4, hidden: [5], ordering: "random", masks: 4 },
      parameters: { W1: [5, 4], b1: [5], V: [4, 5], c: [4] },
      parameterCount: 49,
      run: { epoch: 2 },
    });
    await ok("export bits.safetensors --onnx bits.onnx");
    const model = await Made.load(await readFile(path("bits.safetensors")), { device: "cpu" });
    expect(new Uint8Array(await readFile(path("bits.onnx")))).toEqual(await model.exportOnnx());
  });

  it("saves a run at Ctrl-C, and --resume brings it to the end it would have had", async () => {
    const train = `train long.csv --device cpu --json --hidden 20 --epochs 4 --batch-size 50`;
    let asked = false;
    const interrupted = await run(`${train} -o run.safetensors`, {
      onOut: (out, kill) => {
        if (asked || !out.includes('"type":"epoch"')) return;
        asked = true; // a second Ctrl-C would not wait for the checkpoint
        kill("SIGINT");
      },
    });
    expect(interrupted.status).toBe(130);
    expect(interrupted.out).toContain('"type":"interrupted","checkpoint":"run.safetensors.checkpoint"');
    expect(await readdir(folder)).not.toContain("run.safetensors");
    expect(await run(`${train} --seed 9 --resume -o run.safetensors`)).toMatchObject({
      status: 2,
      err: expect.stringContaining("run.safetensors.checkpoint: got a run with seed 1, expected 9 as now asked for"),
    });
    await ok(`${train} --resume -o run.safetensors`);
    await ok(`${train} -o whole.safetensors`);
    expect(await readFile(path("run.safetensors"))).toEqual(await readFile(path("whole.safetensors")));
    expect((await readdir(folder)).filter((name) => /checkpoint|\.part$/.test(name))).toEqual([]);
  }, 120_000);

  it("leaves out rows with missing cells when told to, and holds out what it is told", async () => {
    await writeFile(path("some.csv"), csvOf(tableOf(200, 7, 0.05)));
    const [start] = (
      await ok(
        `train some.csv --device cpu --json --hidden none --epochs 1 --missing drop --validation table.csv --test 0.25 -o some.safetensors`,
      )
    ).split("\n");
    const whole = tableOf(200, 7, 0.05).filter((cells) => !cells.includes("?")).length;
    const testRows = Math.round(0.25 * whole);
    expect(JSON.parse(start)).toMatchObject({
      trainRows: whole - testRows,
      testRows,
      validationRows: 600,
      droppedRows: 200 - whole,
    });
  });

  it("streams: rows of many times its memory go through it", async () => {
    const lines = tableOf(2000, 8).map((cells) => csvOf([cells], cells).split("\n")[0]);
    function* piped() {
      yield csvOf([]);
      for (let i = 0; i < 100; i++) yield `${lines.join("\n")}\n`;
    }
    const env = { NODE_OPTIONS: "--max-old-space-size=48" };
    await ok(`score - -m table.safetensors ${cpu} -o streamed.csv`, { stdin: piped(), env });
    expect((await text("streamed.csv")).split("\n")).toHaveLength(200_002);
  }, 120_000);

  it("ends quietly where nobody reads on, and says so where there is no room", async () => {
    const shell = (command: string) =>
      promisify(execFile)("bash", ["-o", "pipefail", "-c", command], { cwd: folder }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      );
    const many = `"${process.execPath}" "${made}" sample bits.safetensors -n 200000 ${cpu}`;
    expect(await shell(`${many} | head -n 1`)).toEqual({ code: 0, stdout: "1,2,3,4\n", stderr: "" });
    expect(await shell(`${many} > /dev/full`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^made: stdout: .*no space left.*\n$/),
    });
  }, 120_000);

  it("lists its commands, and says when there is none", async () => {
    const { status, out, err } = await run("--help");
    expect([status, err]).toEqual([0, ""]);
    for (const command of ["train", "score", "sample", "impute", "inspect", "export", "merge", "devices"]) {
      expect(out).toContain(`\n  ${command} `);
      expect(await ok(`${command} --help`)).toContain(`Usage: made ${command}`);
    }
    expect((await runCli(made, [], { cwd: folder })).status).toBe(2);
  }, 120_000);
});

describe("bad input", () => {
  const score = "score table.csv -m table.safetensors";
  const files: Record<string, string | Uint8Array | (() => Promise<Uint8Array>)> = {
    "empty.csv": "",
    "header.csv": "ill,odor,sex,b0,b1,b2\n",
    "text.csv": csvOf(tableOf(5, 1)).replace(/(.*\n.*\n.*),[01],/, "$1,maybe,"),
    "nan.csv": csvOf(tableOf(5, 1)).replace(/(.*\n.*\n.*),[01],/, "$1,NaN,"),
    "ragged.csv": `${csvOf(tableOf(5, 1))}yes,none\n`,
    "narrow.csv": csvOf(
      tableOf(5, 1).map((cells) => cells.slice(0, 5)),
      NAMES.slice(0, 5),
    ),
    "numbers.csv": `x,y\n${Array.from({ length: 20 }, (_, i) => `${i / 7},0`).join("\n")}\n`,
    "quote.csv": 'a,b\n1,"0\n',
    "cut.npz": async () => (await readFile(path("bits.npz"))).subarray(0, 120),
    "wide.npz": npzOf({ x: [[0, 1, 0, 1, 1]] }),
    "two.npz": npzOf({ x: [[0, 1, 0, 1]], y: [[0, 1, 0, 1]] }),
    "twos.npz": npzOf({ x: [[0, 1, 2, 1]] }),
    "nan.npz": npzOf({ x: [[0, 1, Number.NaN, 1]] }, "float64"),
    "cut.npy": Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 200]),
    "cut.idx": Uint8Array.from([0, 0, 8, 2, 0, 0, 0, 9, 0, 0, 0, 4, 1]),
    "cut.parquet": Uint8Array.from([0x50, 0x41, 0x52, 0x31, 1, 2, 3, 4, 5, 6, 7, 8]),
    "packed.csv.gz": Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    "noise.bin": Uint8Array.from([7, 0, 255, 3]),
    "cut.safetensors": async () => (await readFile(path("bits.safetensors"))).subarray(0, 900),
  };
  beforeAll(async () => {
    for (const [name, content] of Object.entries(files))
      await writeFile(path(name), typeof content === "function" ? await content() : content);
    await mkdir(path("folder"));
    await mkdir(path("out"));
  });

  it.each([
    // Options.
    ["frobnicate", /^unknown command 'frobnicate'/],
    [`${score} --colour red`, /^unknown option '--colour'/],
    ["score", /^required option '-m, --model <file>' not specified|^missing required argument 'data'/],
    ["score table.csv", /^required option '-m, --model <file>' not specified/],
    ["score -m table.safetensors", /^missing required argument 'data'/],
    [`${score} extra`, /^too many arguments for 'score'/],
    [`${score} --masks 0`, /^--masks: got "0", expected an integer ≥ 1/],
    [`${score} --device tpu`, /^--device: got "tpu", expected one of gpu, software, cpu/],
    [`${score} --format xls`, /^--format: got "xls", expected one of csv, ndjson, npz, png/],
    [`${score} --format png`, /^--format: got png, expected csv, ndjson or npz/],
    [`${score} --delimiter ab`, /^--delimiter: got "ab", expected one sign, or tab/],
    [`${score} --threshold 2`, /^--threshold: got "2", expected a number in 0 … 1/],
    [`${score} --ignore colour`, /^--ignore: got "colour", expected a column of the file: ill, odor/],
    ...["0/3", "4/3", "1/0", "1", "a/b", "1/2/3", "-1/2"].map((shard): [string, RegExp] => [
      `${score} --shard ${shard}`,
      /^--shard: got ".*", expected i\/n with 1 ≤ i ≤ n, such as 2\/8/,
    ]),
    ["sample bits.safetensors -n 0", /^--rows: got "0", expected an integer ≥ 1/],
    ["sample bits.safetensors --seed x", /^--seed: got "x", expected an integer ≥ 0/],
    ["sample bits.safetensors --temperature 0", /^--temperature: got "0", expected a number above 0/],
    ["sample bits.safetensors --mask 4", /^mask: got 4, expected/],
    ["sample bits.safetensors --image 2", /^--image: got "2", expected width x height, such as 28x28/],
    [
      "sample bits.safetensors --image 3x3 -o out/a.png",
      /^--image: got 3x3, expected 4 pixels as the model has inputs/,
    ],
    ["sample bits.safetensors -o out/a.png", /^--image: got none, expected the size of a picture for PNG/],
    ["sample bits.safetensors --image 2x2 -o out/a.csv", /^--image: got it with csv, expected it with PNG alone/],
    ["impute table.csv -m table.safetensors --samples 0", /^--samples: got "0", expected an integer ≥ 1/],
    ["impute table.csv -m table.safetensors --masks 3", /^masks: got 3, expected 1/],
    ["train table.csv --hidden 5,x", /^--hidden: got "5,x", expected units of each layer/],
    ["train table.csv --dropout 1", /^--dropout: got "1", expected a number in \[0, 1\)/],
    ["train table.csv --dropout 0.1,0.2 --hidden 4", /^dropout: /],
    ["train table.csv --optimizer sgd,nesterov=true", /nesterov/],
    ["train table.csv --schedule step", /every/],
    ["train table.csv --validation 1.5", /^--validation: got "1.5", expected a share in \(0, 1\), a file, or none/],
    ["train table.csv --validation 0.9999", /^a share of 0.9999: got 600 rows, expected enough/],
    ["train table.csv --max-categories 1", /^--max-categories: got 1, expected an integer ≥ 2/],
    ["train table.csv --resume", /^--resume: got no checkpoint model.safetensors.checkpoint/],
    ["export bits.safetensors", /^required option '--onnx <file>' not specified/],
    // Models.
    ...["score table.csv -m", "sample", "impute table.csv -m", "inspect", "export --onnx out/a.onnx"].flatMap(
      (command): [string, RegExp][] => [
        [`${command} nothing.safetensors`, /^nothing.safetensors: got no such file/],
        [`${command} folder`, /^folder: got a folder, expected a file that can be read/],
        [`${command} table.csv`, /^table.csv: safetensors: /],
        [`${command} empty.csv`, /^empty.csv: safetensors: got 0 bytes/],
        [`${command} cut.safetensors`, /^cut.safetensors: safetensors: /],
      ],
    ),
    // Data.
    ...["score", "impute"].flatMap((command): [string, RegExp][] => [
      [`${command} nothing.csv -m table.safetensors`, /^nothing.csv: got no such file/],
      [`${command} folder -m table.safetensors`, /^folder: got a folder/],
      [`${command} empty.csv -m table.safetensors`, /^empty.csv: got an empty file, expected rows of data/],
      [`${command} header.csv -m table.safetensors`, /^header.csv: got no rows, expected at least one/],
      [`${command} text.csv -m table.safetensors`, /^text.csv: row 3, column "b1": got "maybe", expected 0 or 1/],
      [
        `${command} ragged.csv -m table.safetensors`,
        /^ragged.csv: CSV: row 7 has 2 cells, expected 6 as in the first row/,
      ],
      [`${command} narrow.csv -m table.safetensors`, /^narrow.csv: got no column "b2", expected it among ill, odor/],
      [
        `${command} narrow.csv --no-header -m table.safetensors`,
        /^narrow.csv: got 5 columns, expected 6 as the model has/,
      ],
      [`${command} quote.csv -m table.safetensors`, /^quote.csv: CSV: row 2: got a cell that begins with a quote/],
      [`${command} cut.npz -m bits.safetensors`, /^cut.npz: ZIP: got 120 bytes without an end-of-directory record/],
      [`${command} wide.npz -m bits.safetensors`, /^wide.npz: got rows of 5 values, expected 4 as the model has/],
      [`${command} two.npz -m bits.safetensors`, /^two.npz: got the arrays x, y, expected --array to say which/],
      [`${command} two.npz --array z -m bits.safetensors`, /^--array: got "z", expected one of x, y/],
      [`${command} twos.npz -m bits.safetensors`, /^twos.npz: array: values: row 0, column 2 is 2, expected 0 or 1/],
      [`${command} cut.npy -m bits.safetensors`, /^cut.npy: NPY: got 9 bytes/],
      [`${command} cut.idx -m bits.safetensors`, /^cut.idx: IDX: got 1 bytes of data/],
      [`${command} cut.parquet -m bits.safetensors`, /^cut.parquet: Parquet: /],
      [
        `${command} packed.csv.gz -m bits.safetensors`,
        /^packed.csv.gz: got a file packed by gzip, expected it unpacked/,
      ],
      [`${command} noise.bin -m bits.safetensors`, /^noise.bin: got bytes of no known format/],
      [`${command} bits.safetensors -m bits.safetensors`, /^bits.safetensors: got a model, expected data/],
      [`${command} - -m table.safetensors`, /^stdin: CSV: got an empty file, expected rows of cells/],
    ]),
    [
      "score nan.csv -m table.safetensors",
      /^nan.csv: row 3, column "b1": got a missing cell \("NaN"\), expected 0 or 1/,
    ],
    ["score nan.npz -m bits.safetensors", /^nan.npz: array: values: row 0, column 2 is NaN, expected 0 or 1/],
    ["train nothing.csv", /^nothing.csv: got no such file/],
    ["train empty.csv", /^empty.csv: got an empty file/],
    ["train header.csv --header", /^header.csv: got no rows/],
    ["train nan.csv", /^nan.csv: row 3, column "b1": got a missing cell/],
    ["train text.csv", /^text.csv: row 3, column "b1": got "maybe", expected 0 or 1 as in the rest of the column/],
    ["train ragged.csv", /^ragged.csv: CSV: row 7 has 2 cells/],
    ["train numbers.csv", /^numbers.csv: column "x": got more than 16 values .* real numbers need thresholds/],
    ["train cut.npz", /^cut.npz: ZIP: /],
    ["train twos.npz", /^twos.npz: array: values: row 0, column 2 is 2/],
    ["train bits.npz --validation wide.npz", /^wide.npz: got rows of 5 values, expected 4 as in the training rows/],
    ["train table.csv --validation narrow.csv", /^narrow.csv: got no column "b2"/],
    ["train table.csv --test bits.npz", /^bits.npz: got arrays, expected a table/],
    ["train - ", /^stdin: CSV: got an empty file/],
    // Outputs.
    ...[score, "sample bits.safetensors", "impute table.csv -m table.safetensors"].flatMap(
      (command): [string, RegExp][] => [
        [
          `${command} -o nowhere/a.csv`,
          /^--output: got "nowhere\/a.csv", whose folder is not there, expected a file that can be written/,
        ],
        [`${command} -o folder --format csv`, /^--output: got "folder", which is a folder, expected a file/],
        [
          `${command} -o out/a.xls`,
          /^--output: got "out\/a.xls", expected a name that ends in .csv, .ndjson, .npz or .png/,
        ],
      ],
    ),
    ["score text.csv -m table.safetensors -o out/a.csv", /^text.csv: row 3/],
    ["impute ragged.csv -m table.safetensors -o out/a.npz", /^ragged.csv: CSV: row 7/],
    ["train table.csv -o nowhere/a.safetensors", /^--output: got "nowhere\/a.safetensors", whose folder is not there/],
    ["train text.csv -o out/a.safetensors", /^text.csv: row 3/],
    ["export bits.safetensors --onnx nowhere/a.onnx", /^--output: got "nowhere\/a.onnx", whose folder is not there/],
  ])("is refused in one sentence: %s", async (args, sentence) => {
    const before = await readdir(folder);
    const { status, out, err } = await inProcess(`${args.trim()}${withDevice(args)}`);
    expect(err).toMatch(/^made: [^\n]*\n$/);
    expect(err.slice("made: ".length)).toMatch(sentence);
    expect([status, out]).toEqual([2, ""]);
    expect([await readdir(path("out")), await readdir(folder)]).toEqual([[], before]);
  });

  // All of it in processes of their own takes minutes: a few show that the process adds nothing and loses nothing.
  it.each([
    "frobnicate",
    "train text.csv -o out/a.safetensors",
    "score ragged.csv -m table.safetensors -o out/a.csv",
    "sample cut.safetensors",
    "impute cut.npz -m bits.safetensors -o out/a.npz",
    "inspect table.csv",
    "export bits.safetensors --onnx nowhere/a.onnx",
    "merge table.csv -o out/a.csv",
  ])("ends the process with status 2, the sentence and no more: %s", async (args) => {
    const command = `${args}${withDevice(args)}`;
    const inside = await inProcess(command);
    expect(inside.err).toMatch(/^made: [^\n]*\n$/);
    expect(await run(command)).toEqual({ ...inside, status: 2 });
    expect(await readdir(path("out"))).toEqual([]);
  });
});

const withDevice = (args: string) => (/^(frob|inspect|export|merge)|--device/.test(args) ? "" : " --device cpu");
