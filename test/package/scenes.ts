// What each example of the documents needs before it, and what has to hold after it. The example between is run as it is
// printed; `check` throws. Rows are few, so that a software adapter takes seconds.

export interface Scene {
  /** `worker`: the example is a worker, and `after` the page that starts it. In Node a model without a device is the CPU's. */
  where: "browser" | "node" | "worker";
  before?: string;
  after?: string;
  /** Files of this repository that lie beside it, by their names there. */
  files?: Readonly<Record<string, string>>;
}

const IMPORTS = `import { BinaryRows, Made } from "made-webgpu";`;

/** n rows of D values with a little structure: neighbours agree. */
const TABLE = `
const table = (n: number, D: number): Uint8Array =>
  Uint8Array.from({ length: n * D }, (_, i) => ((((i % D) >> 3) * 5 + Math.floor(i / D) * 3) % 7 < 3 ? 1 : 0));`;

const SHOW = `const shown: string[] = [];
const show = (text: string) => { shown.push(text); };`;

/** By file and name. */
export const SCENES: Readonly<Record<string, Scene>> = {
  "README.md use": {
    where: "browser",
    before: `${TABLE}
      const values = table(20, 784);
      // Like nothing it learns, so that it stops early.
      const held = BinaryRows.from(table(24, 784).map((bit, i) => bit ^ ((i * i) % 3 === 1 ? 1 : 0)).subarray(0, 6 * 784), 784);`,
    after: `
      const coins = -784 * Math.log(2);
      check(logp.length === 20 && logp.every((one) => one < 0 && one > 1.01 * coins), "log p, not far below that of coins");
      check(p.length === 20 * 784 && p.every((one) => one >= 0 && one <= 1), "probabilities");
      check(drawn.rows === 64 && drawn.inputs === 784, "64 rows");
      using again = await Made.load(bytes);
      check((await again.logProb(rows)).every((one, r) => one === logp[r]), "the file scores alike");`,
  },
  "README.md complete": {
    where: "node",
    before: `${IMPORTS}${TABLE}
      const rows = BinaryRows.from(table(3, 784), 784);
      const known = Uint8Array.from({ length: 784 }, (_, d) => (d < 392 ? 1 : 0));`,
    after: `
      check(full.rows === 30, "ten completions a row");
      for (let r = 0; r < 30; r++)
        for (let d = 0; d < 392; d++)
          check(full.get(r, d) === rows.get(Math.floor(r / 10), d), "what is known stays");
      check(probability.length === 3 * 784 && probability.every((one) => one >= 0 && one <= 1), "probabilities");
      check(logMarginal.length === 3 && logMarginal.every((one) => one < 0), "log p of what is known");
      const whole = await any.logProb(rows);
      for (const r of [0, 1, 2]) {
        const sum = why.subarray(r * 784, (r + 1) * 784).reduce((a, b) => a + b, 0);
        check(Math.abs(sum - whole[r]) < 1e-3 * Math.abs(whole[r]), "cells sum to log p");
      }
      check(indices.length === 30 * 3 && indices.every((row) => row < 3), "neighbours");`,
  },
  "README.md train": {
    where: "node",
    before: `${IMPORTS}${TABLE}
      const rows = BinaryRows.from(table(40, 32), 32);
      using made = await Made.create({ inputs: 32, hidden: [16] });
      const before = (await made.logProb(rows)).reduce((a, b) => a + b, 0);
      const store = (bytes: Uint8Array) => { check(bytes.length > 0, "bytes"); };`,
    after: `
      check((await made.logProb(rows)).reduce((a, b) => a + b, 0) > before, "it learned");`,
  },
  "README.md node": {
    where: "node",
    before: `import { Made } from "made-webgpu";`,
    after: `
      check(made.engine !== "cpu", "a device");
      check((await made.sample(2)).rows === 2, "rows");
      made.dispose();`,
  },
  "docs/mathematics.md autoencoder": {
    where: "node",
    before: `
      const printed: string[][] = [];
      const { log } = console;
      console.log = (...words: string[]) => { printed.push(words); log(...words); };`,
    after: `
      check(printed.length === 2 && Number(printed[0][1]) > 2, "the autoencoder's sum is too much");
      check(printed[1][1] === "1.000", "the masked one's is 1");`,
  },
  "docs/model-file.md checkpoint": {
    where: "node",
    before: `${IMPORTS}
      import { requestDevice } from "made-webgpu/node";${TABLE}
      const device = await requestDevice();
      const rows = BinaryRows.from(table(40, 12), 12);
      const made = await Made.create({ inputs: 12, hidden: [8] }, { device });
      const options = { epochs: 4, batchSize: 10 };
      await writeFile("model.safetensors", await made.save());`,
    after: `
      check((await again.logProb(rows)).length === 40, "it scores");
      made.dispose();
      again.dispose();
      device.destroy();`,
  },
  "docs/embedding.md share": {
    where: "browser",
    after: `
      using third = await Made.create({ inputs: 16, hidden: [32] }, { device });
      check((await third.sample(2)).rows === 2, "the device lives on");
      device.destroy();`,
  },
  "docs/embedding.md worker": {
    where: "worker",
    after: `
      const worker = new Worker("./worker.js", { type: "module" });
      const messages: { epoch?: number; logp?: Float64Array }[] = [];
      const last = await new Promise<{ logp?: Float64Array }>((resolve, reject) => {
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
          messages.push(data);
          if (data.logp) resolve(data);
        };
        worker.postMessage({ values: Uint8Array.from({ length: 10 * 16 }, (_, i) => (i >> 2) & 1), inputs: 16 });
      });
      check(messages.length === 6 && last.logp!.length === 10 && last.logp!.every((one) => one < 0), "5 epochs, 10 rows");`,
  },
  "docs/embedding.md cancel": {
    where: "browser",
    before: `${IMPORTS}${TABLE}
      const shown: string[] = [];
      const show = (text: string) => {
        shown.push(text);
        if (text.startsWith("epoch 3:")) document.querySelector<HTMLElement>("#stop")!.click();
      };
      const rows = BinaryRows.from(table(40, 16), 16);
      using made = await Made.create({ inputs: 16, hidden: [32] });`,
    after: `
      check(stopped === "aborted" && epochs.length >= 2 && epochs.length < 1000, "it was stopped");
      check(shown.some((text) => text.includes("nats")), "progress was shown");
      check((await made.logProb(rows)).length === 40, "the model is usable");`,
  },
  "docs/embedding.md dispose": { where: "browser", before: IMPORTS },
  "docs/embedding.md errors": {
    where: "browser",
    before: `import { BinaryRows } from "made-webgpu";${TABLE}
      ${SHOW}
      const rows = BinaryRows.from(table(10, 16), 16);`,
    after: `
      check(shown.length === 0, "nothing went wrong");
      made.dispose();
      const late = await made.logProb(rows).catch((error: unknown) => error);
      check(late instanceof MadeError && late.code === "disposed" && late.name === "DisposedError", "an error by its name");`,
  },
  "docs/embedding.md node": {
    where: "node",
    files: { "data.npz": "test/fixtures/splits-deflated.npz" },
    after: `
      check(made.engine !== "cpu" && logp.length === test.rows, "a device, and the test rows");
      check((await readFile("model.safetensors")).length > 1000, "a file");`,
  },
};
