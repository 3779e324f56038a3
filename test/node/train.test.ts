// The terminal program: its options and every refusal, its lines, and one small run of all of it on the CPU engine.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BinaryRows } from "../../src/made/rows.ts";
import { planFor } from "../../src/mnist-job.ts";
import { bar, ProgressLine } from "../../src/node/progress.ts";
import { applyOptions, settingsOf } from "../../src/node/train/data.ts";
import { drawBlocks } from "../../src/node/train/draw.ts";
import { readOptions, USAGE } from "../../src/node/train/options.ts";
import { trainProgram } from "../../src/node/train/program.ts";
import { type Status, words } from "../../src/node/train/progress.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "made-train-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program and collects what it says. */
async function run(args: string[], stop = new AbortController().signal, quit = stop, onWrite = () => {}) {
  let out = "";
  let err = "";
  const write = (text: string) => {
    out += text;
    onWrite();
  };
  const status = await trainProgram(args, {
    out: { write },
    err: { write: (text) => (err += text) },
    stop,
    quit,
  });
  return { status, out, err };
}

describe("readOptions", () => {
  it("leaves what is not said to the plan", () => {
    const options = readOptions([]);
    expect(options).toMatchObject({
      optimizer: { name: "adam" },
      device: "gpu",
      seed: 1,
      out: "samples.png",
      full: false,
    });
    expect(options.hidden).toBeUndefined();
    expect(applyOptions(planFor("software"), options)).toEqual({ ...planFor("software"), patience: undefined });
  });

  it("reads every option", () => {
    const args =
      "--data x.npz --hidden 500,300 --activation tanh --masks infinity --test-masks 300 --ordering random --direct " +
      "--degrees equal --condition-on-mask --initialization orthogonal --epochs 7 --batch-size=20 --learning-rate 1e-2 --patience 5 " +
      "--dropout 0.5,0.25 --input-dropout 0.1 --optimizer sgd,momentum=0.9,nesterov=true --schedule step,every=10,unit=epoch " +
      "--seed 3 --rows 60 --device software --json --quiet";
    expect(readOptions(args.split(" "))).toEqual({
      data: "x.npz",
      hidden: [500, 300],
      activation: "tanh",
      masks: Number.POSITIVE_INFINITY,
      testMasks: 300,
      ordering: "random",
      degrees: "equal",
      direct: true,
      conditionOnMask: true,
      initialization: "orthogonal",
      epochs: 7,
      batchSize: 20,
      learningRate: 0.01,
      optimizer: { name: "sgd", momentum: 0.9, nesterov: true },
      schedule: { name: "step", every: 10, unit: "epoch" },
      dropout: [0.5, 0.25],
      inputDropout: 0.1,
      patience: 5,
      seed: 3,
      rows: 60,
      full: false,
      device: "software",
      json: true,
      quiet: true,
      out: "samples.png",
      help: false,
    });
    expect(readOptions(["--hidden", "none"]).hidden).toEqual([]);
  });

  it("takes a number of epochs for a wish to see them all", () => {
    const options = readOptions(["--epochs", "3", "--rows", "900"]);
    const plan = applyOptions(planFor("software"), options);
    expect(plan).toMatchObject({ epochs: 3, trainRows: 900, roundRows: 900 });
    expect([plan.trainSeconds, plan.testSeconds]).toEqual([undefined, undefined]);
    expect(settingsOf(plan, options).optimizer).toEqual({ name: "adam", learningRate: 5e-3 });
    const sgd = readOptions(["--optimizer", "sgd"]);
    expect(settingsOf(plan, sgd).optimizer).toEqual({ name: "sgd", learningRate: undefined });
  });

  it("gives a schedule the learning rate asked for, or the optimiser's, and a cosine its end", () => {
    const rateOf = (...args: string[]) => {
      const options = readOptions(args);
      return settingsOf(applyOptions(planFor("software"), options), options).optimizer.learningRate;
    };
    const step = ["--schedule", "step,every=10", "--optimizer", "adagrad"];
    expect(rateOf(...step)).toEqual({ name: "step", every: 10, learningRate: 1e-2 });
    expect(rateOf(...step, "--learning-rate", "0.3")).toEqual({ name: "step", every: 10, learningRate: 0.3 });
    const cosine = ["--schedule", "cosine,warmup=5", "--rows", "950", "--epochs", "4"];
    expect(rateOf(...cosine)).toEqual({ name: "cosine", warmup: 5, length: 40, learningRate: 5e-3 });
    expect(rateOf("--schedule", "cosine,unit=epoch", "--epochs", "4")).toMatchObject({ length: 4 });
    expect(rateOf("--schedule", "cosine,length=7")).toMatchObject({ length: 7 });
  });
});

describe("bad input", () => {
  it.each([
    ["--colour", "--colour: there is no such option; --help lists them"],
    ["-x", "-x: there is no such option; --help lists them"],
    ["mnist", "mnist: expected an option, such as --epochs 5; --help lists them"],
    ["--epochs", "--epochs: got no value, expected one"],
    ["--data=", "--data: got no value, expected one"],
    ["--full=yes", '--full: got "yes", expected no value'],
    ["--epochs 0", '--epochs: got "0", expected an integer ≥ 1'],
    ["--epochs 1.5", '--epochs: got "1.5", expected an integer ≥ 1'],
    ["--batch-size x", '--batch-size: got "x", expected an integer ≥ 1'],
    ["--patience 0", '--patience: got "0", expected an integer ≥ 1'],
    ["--rows -5", '--rows: got "-5", expected an integer ≥ 1'],
    ["--seed -1", '--seed: got "-1", expected an integer ≥ 0'],
    ["--seed 99999999999999999", '--seed: got "99999999999999999", expected an integer ≥ 0'],
    ["--hidden 5,,5", '--hidden: got "5,,5", expected units of each layer, such as 500,500, or none'],
    ["--hidden --json", '--hidden: got "--json", expected units of each layer, such as 500,500, or none'],
    ["--masks many", '--masks: got "many", expected an integer ≥ 1 or infinity'],
    ["--learning-rate 0", '--learning-rate: got "0", expected a number above 0, such as 0.001'],
    ["--learning-rate fast", '--learning-rate: got "fast", expected a number above 0, such as 0.001'],
    ["--activation gelu", '--activation: got "gelu", expected one of relu, softplus, tanh, sigmoid'],
    ["--ordering up", '--ordering: got "up", expected one of natural, random'],
    ["--initialization zero", '--initialization: got "zero", expected one of glorot, torch, orthogonal'],
    ["--optimizer lion", '--optimizer: got "lion", expected one of adam, adamw, sgd, adagrad, adadelta'],
    ["--optimizer adam,rho=1", "optimizer.rho: adam has no such option"],
    ["--optimizer adadelta,rho=2", "optimizer.rho: got 2, expected a number in [0, 1]"],
    ["--optimizer adam,0.5", '--optimizer: got "0.5", expected an option of adam such as epsilon=1e-5'],
    ["--schedule exponential", '--schedule: got "exponential", expected one of constant, step, cosine'],
    ["--schedule step", "optimizer.learningRate.every: got undefined, expected an integer ≥ 1"],
    ["--schedule cosine,minimum=low", "optimizer.learningRate.minimum: got low, expected a finite number ≥ 0"],
    ["--schedule cosine --device cpu", "--schedule: got a cosine without length, expected one"],
    ["--dropout 1", '--dropout: got "1", expected a number in [0, 1)'],
    ["--dropout 0.5,x", '--dropout: got "x", expected a number in [0, 1)'],
    ["--input-dropout -1", '--input-dropout: got "-1", expected a number in [0, 1)'],
    ["--degrees odd", '--degrees: got "odd", expected one of uniform, equal'],
    ["--test-masks 0", '--test-masks: got "0", expected an integer ≥ 1'],
    ["--device tpu", '--device: got "tpu", expected one of gpu, software, cpu'],
    ["--out picture.jpg", '--out: got "picture.jpg", expected the name of a .png file'],
    ["--out /nowhere/a.png", '--out: got "/nowhere/a.png", expected a file in a folder that is there'],
    ["--full --rows 5", "--full: got --rows too, expected one of them"],
    ["--full --data x.npz", "--full: got --data too, expected it for MNIST alone"],
    ["--out a.png --data x.npz", "--out: got --data too, expected it for MNIST alone"],
    ["--data missing.npz", "--data: missing.npz: got no such file, expected an NPZ file"],
    [`--data ${tmpdir()}`, `--data: ${tmpdir()}: got a folder, expected an NPZ file`],
    [`--data ${fixture("generate.py")}`, `--data: ${fixture("generate.py")}: ZIP: got`],
    [`--data ${fixture("splits-missing.npz")}`, `splits-missing.npz: NPZ: got no array "valid_data"`],
    [`--data ${fixture("splits-stored.npz")} --rows 9999`, "--rows: got 9999, expected at most the"],
    ["--rows 50001 --device cpu", "--rows: got 50001, expected at most the 50,000 training digits of MNIST"],
  ])("%s", async (line, sentence) => {
    const { status, out, err } = await run(line.split(" "));
    expect(err).toContain(sentence);
    expect(err.trimEnd()).not.toContain("\n");
    expect([status, out]).toEqual([2, ""]);
  });
});

it("refuses a picture where none can be", async () => {
  await writeFile(join(folder, "file"), "");
  await mkdir(join(folder, "folder.png"));
  const refusal = async (...path: string[]) => (await run(["--device", "cpu", "--out", join(folder, ...path)])).err;
  expect(await refusal("file", "a.png")).toContain("expected a file in a folder that is there and can be written to");
  expect(await refusal("folder.png")).toContain("which is a folder, expected a file");
});

it("--help lists every option and nothing else", async () => {
  const { status, out, err } = await run(["--help"]);
  expect([status, out, err]).toEqual([0, `${USAGE}\n`, ""]);
  for (const [option] of out.matchAll(/^ {2}--[a-z-]+/gm))
    expect(() => readOptions([option.trim(), "1"])).not.toThrow("no such option");
});

describe("a run on the CPU engine", () => {
  const small = ["--device", "cpu", "--hidden", "8", "--rows", "100", "--epochs", "2", "--batch-size", "20"];

  it("learns digits, says what it did, and leaves a whole picture and nothing else", async () => {
    const file = join(await mkdtemp(join(folder, "run-")), "digits.png");
    const { status, out, err } = await run([...small, "--out", file]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain(
      "MADE on cpu: the float64 engine, without WebGPU.\n8 ReLU units, 1 mask; 100 training digits",
    );
    expect(out).toMatch(/^8 ReLU units, 1 mask: saw 100 training digits 2 times in [\d.]+ s\.$/m);
    expect(out).toMatch(/^Test NLL \d+\.\d\d ± \d+\.\d\d nats a digit .* on all 10,000 test digits\.$/m);
    expect(out).toContain("94.5");
    expect(out).toMatch(/[▀▄█]/);
    const { width, height } = decode(await readFile(file));
    expect([width, height]).toEqual([10 * 58 - 2, 10 * 58 - 2]);
    expect(await readdir(dirname(file))).toEqual(["digits.png"]);
  });

  it("says the same to machines, a line for each epoch and one for the outcome", async () => {
    const npz = fixture("splits-deflated.npz");
    const { status, out } = await run(["--data", npz, "--device", "cpu", "--hidden", "4", "--epochs", "3", "--json"]);
    expect(status).toBe(0);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["epoch", "epoch", "epoch", "result"]);
    expect(lines[2]).toMatchObject({ round: 3, epoch: 3, trainNll: expect.any(Number), best: expect.any(Boolean) });
    expect(lines[3]).toMatchObject({
      stopped: "epochs",
      testNll: expect.any(Number),
      testStandardError: expect.any(Number),
      kind: "cpu",
      best: { validationNll: expect.any(Number) },
    });
    expect(lines[3]).not.toHaveProperty("samples");
  });

  it("after Ctrl-C still reports on the best weights, with exit status 130", async () => {
    const stop = new AbortController();
    const file = join(folder, "stopped.png");
    const args = [...small, "--epochs", "100000", "--out", file];
    const { status, out } = await run(args, stop.signal, new AbortController().signal, () =>
      setTimeout(stop.abort.bind(stop), 50),
    );
    expect(status).toBe(130);
    expect(out).toMatch(/^8 ReLU units, 1 mask: saw .* when it was stopped\.$/m);
    expect(out).toMatch(/^Test NLL \d/m);
    expect(out).toContain(`${file}: 100 digits drawn from the model.`);
  });

  it("does nothing more after the second Ctrl-C", async () => {
    expect(await run([...small, "--out", join(folder, "a.png")], AbortSignal.abort())).toEqual({
      status: 130,
      out: expect.stringMatching(/^MADE on cpu.*\n.*\n$/),
      err: "",
    });
  });

  it("says that a model is too large, in one sentence", async () => {
    const { status, err } = await run([...small, "--hidden", "1000000000"]);
    expect(err).toMatch(/^out of memory: .*; expected a smaller model or fewer rows\n$/);
    expect(status).toBe(1);
  });
});

describe("progress", () => {
  const status: Status = {
    rowsSeen: 1234,
    epoch: 2.43,
    epochs: 20,
    nll: 120.34,
    validationNll: 118.21,
    rowsPerSecond: 2690.4,
    seconds: 9,
    secondsLeft: 60.2,
    done: 0.5,
  };

  it("is words, with a bar where there is room", () => {
    const text = "epoch 2.4 of 20  NLL 120.3  valid 118.2  2,690 rows/s  61 s left";
    expect(words(status)).toBe(text);
    expect(bar(status.done, text, 120)).toBe(`${"━".repeat(15)}${"─".repeat(15)} ${text}`);
    expect(bar(status.done, text, text.length + 7)).toBe(`━━━─── ${text}`);
    expect(bar(status.done, text, 20)).toBe(text.slice(0, 20));
    const early = { ...status, epochs: Number.POSITIVE_INFINITY, validationNll: undefined, secondsLeft: 4000 };
    expect(words(early)).toBe("epoch 2.4  NLL 120.3  2,690 rows/s  67 min left");
  });

  it("rewrites one line of a terminal, and adds none elsewhere for five seconds", async () => {
    let written = "";
    const write = (text: string) => (written += text);
    const onTerminal = new ProgressLine({ write, isTTY: true, columns: 100 });
    await new Promise((resolve) => setTimeout(resolve, 110));
    onTerminal.show(status.done, words(status));
    onTerminal.show(status.done, words(status));
    onTerminal.clear();
    expect(written.split("\r\x1b[2K")).toEqual(["", bar(status.done, words(status), 99), ""]);
    written = "";
    const elsewhere = new ProgressLine({ write });
    elsewhere.show(status.done, words(status));
    elsewhere.clear();
    expect(written).toBe("");
  });
});

describe("drawBlocks", () => {
  // A hook and a dot in 4 × 3 pixels, with an empty first column.
  const pictures = BinaryRows.from([
    [0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1],
    [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
  ]);
  const size = { width: 4, height: 3 };

  it("puts two rows of pixels on a line, without the common margin", () => {
    expect(drawBlocks(pictures, { ...size, columns: 80 })).toEqual(["█▀    ▄", "▀ ▀"]);
  });

  it("draws as many side by side as fit, on two lines at most", () => {
    expect(drawBlocks(pictures, { ...size, columns: 7 })).toEqual(["█▀", "▀ ▀", "", " ▄", ""]);
    expect(drawBlocks(pictures, { ...size, columns: 7, lines: 1 })).toEqual(["█▀", "▀ ▀"]);
    expect(drawBlocks(pictures, { ...size, columns: 2 })).toEqual([]);
  });

  it("keeps the frame of empty pictures", () => {
    expect(drawBlocks(BinaryRows.zeros(1, 12), { ...size, columns: 80 })).toEqual(["", ""]);
  });
});
