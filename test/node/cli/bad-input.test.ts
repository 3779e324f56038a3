// Whatever is wrong is said in one sentence, with status 2 and nothing left behind.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { csvOf, inProcess, NAMES, npzOf, path, run, tableOf, useWorkspace } from "./workspace.ts";

useWorkspace();

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
      /^nan.csv: row 3, column "b1": got a missing cell \("NaN"\), expected 0 or 1.*; made impute fills in what is missing\n$/,
    ],
    ["score nan.npz -m bits.safetensors", /^nan.npz: array: values: row 0, column 2 is NaN, expected 0 or 1/],
    ["train nothing.csv", /^nothing.csv: got no such file/],
    ["train empty.csv", /^empty.csv: got an empty file/],
    ["train header.csv --header", /^header.csv: got no rows/],
    ["train nan.csv", /^nan.csv: row 3, column "b1": got a missing cell .*; --missing drop leaves such rows out\n$/],
    ["train text.csv", /^text.csv: row 3, column "b1": got "maybe", expected 0 or 1 as in the rest of the column/],
    ["train ragged.csv", /^ragged.csv: CSV: row 7 has 2 cells/],
    [
      "train numbers.csv",
      /^numbers.csv: column "x": got more than 16 values .* thresholds; --ignore leaves a column out, --max-categories allows more\n$/,
    ],
    ["train cut.npz", /^cut.npz: ZIP: /],
    ["train twos.npz", /^twos.npz: array: values: row 0, column 2 is 2, .*; --threshold 0.5 takes grey values\n$/],
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
    const before = await readdir(path("."));
    const { status, out, err } = await inProcess(`${args.trim()}${withDevice(args)}`);
    expect(err).toMatch(/^made: [^\n]*\n$/);
    expect(err.slice("made: ".length)).toMatch(sentence);
    expect([status, out]).toEqual([2, ""]);
    expect([await readdir(path("out")), await readdir(path("."))]).toEqual([[], before]);
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
