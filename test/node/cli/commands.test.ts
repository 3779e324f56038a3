// The command line from outside: what every command does with a table and with arrays, and that shards put together are the
// whole.

import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { decode } from "fast-png";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { CsvParser } from "../../../src/io/csv.ts";
import { parseNpz } from "../../../src/io/npz.ts";
import { TableEncoder } from "../../../src/io/table.ts";
import { Made } from "../../../src/made/made.ts";
import { BinaryRows } from "../../../src/made/rows.ts";
import { runCli } from "./support.ts";
import {
  builtCli,
  cpu,
  csvOf,
  inProcess,
  NAMES,
  npzOf,
  ODORS,
  ok,
  path,
  run,
  tableOf,
  text,
  useWorkspace,
} from "./workspace.ts";

useWorkspace();

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
    expect(await readdir(path("."))).not.toContain("run.safetensors");
    expect(await run(`${train} --seed 9 --resume -o run.safetensors`)).toMatchObject({
      status: 2,
      err: expect.stringContaining("run.safetensors.checkpoint: got a run with seed 1, expected 9 as now asked for"),
    });
    await ok(`${train} --resume -o run.safetensors`);
    await ok(`${train} -o whole.safetensors`);
    expect(await readFile(path("run.safetensors"))).toEqual(await readFile(path("whole.safetensors")));
    expect((await readdir(path("."))).filter((name) => /checkpoint|\.part$/.test(name))).toEqual([]);
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
      promisify(execFile)("bash", ["-o", "pipefail", "-c", command], { cwd: path(".") }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      );
    const many = `"${process.execPath}" "${builtCli()}" sample bits.safetensors -n 200000 ${cpu}`;
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
    expect((await runCli(builtCli(), [], { cwd: path(".") })).status).toBe(2);
  }, 120_000);
});
