// Killed and resumed: a run that is cut off anywhere and goes on from its last checkpoint ends with the bits, the
// history and the early stopping of one that was never interrupted. On the CPU engine; on GPUs test-e2e does the same.

import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { CheckpointError } from "../src/errors.ts";
import type { MadeConfig } from "../src/made/config.ts";
import type { FitOptions, FitResult } from "../src/made/fit.ts";
import { Made } from "../src/made/made.ts";
import type { Parameters } from "../src/made/parameters.ts";
import { Random } from "../src/made/random.ts";
import { BinaryRows } from "../src/made/rows.ts";
import type { LearningRate, RunPoint } from "../src/made/schedule.ts";
import { randomRows } from "./support/models.ts";

const D = 8;
const config: MadeConfig = { inputs: D, hidden: [12, 7], ordering: "random", masks: 3, directConnections: true };
const rows = BinaryRows.from(randomRows(3, 53, D), D);
const validation = BinaryRows.from(randomRows(4, 30, D), D);
const cpu = { device: "cpu" } as const;
/** Noise cannot be learned: validation is best early and patience ends the run. */
const options: FitOptions = {
  validation,
  epochs: 40,
  batchSize: 5,
  patience: 4,
  optimizer: { name: "adam", learningRate: 0.02 },
};

/** A rate that falls until the fit has done its epochs, whatever interrupts it. */
const fading: Partial<FitOptions> = {
  optimizer: { name: "adadelta", learningRate: { name: "cosine", learningRate: 2, warmup: 7 } },
};

const sha256 = (parameters: Parameters): string => {
  const hash = createHash("sha256");
  for (const { data } of Object.values(parameters)) hash.update(new Uint8Array(data.buffer, 0, data.byteLength));
  return hash.digest("hex");
};

/** What does not depend on the clock; sums over an epoch are taken in parts whose size follows it. */
const outcome = ({ epochs, ...rest }: FitResult) => ({
  ...rest,
  epochs: epochs.map(({ epoch, validationNll, best, trainNll }) => ({
    epoch,
    validationNll,
    best,
    trainNll: trainNll.toFixed(9),
  })),
});

/** A clock by which every look at it is 30 ms later: the engine reports after every second minibatch. */
function slowClock() {
  let clock = performance.now();
  const now = vi.spyOn(performance, "now").mockImplementation(() => {
    clock += 30;
    return clock;
  });
  return () => now.mockRestore();
}

/** A fit that is never interrupted, with checkpoints that nobody needs. */
async function uninterrupted(more: Partial<FitOptions> = {}, changed: Partial<MadeConfig> = {}) {
  const made = await Made.create({ ...config, ...changed }, cpu);
  const result = await made.fit(rows, { ...options, ...more });
  return { result: outcome(result), hash: sha256(await made.parameters()), file: await made.save() };
}

class Killed extends Error {}

describe("a killed run", () => {
  test("resumed from its last checkpoint ends with the same bits, 20 times at random points", async () => {
    const want = await uninterrupted();
    expect(want.result.stopped).toBe("patience");
    expect(want.result.bestEpoch).toBeGreaterThan(0);
    const random = new Random(1, "sample");
    const restore = slowClock();
    let midEpoch = 0;
    for (let kill = 0; kill < 20; kill++) {
      let last: Uint8Array | undefined;
      const every = [{ everyEpochs: 1 + random.below(3) }, { everySeconds: 0.1 + 0.5 * random.uniform() }][kill % 2];
      const write = (bytes: Uint8Array) => {
        last = bytes;
      };
      const checkpoint = { ...every, write };
      let left = 1 + random.below(60);
      const onProgress = () => {
        if (--left === 0) throw new Killed();
      };
      const killed = await Made.create(config, cpu);
      await expect(killed.fit(rows, { ...options, checkpoint, onProgress })).rejects.toThrow(Killed);
      killed.dispose();
      // Before the first checkpoint there is nothing to resume from.
      const made = last ? await Made.load(last, cpu) : await Made.create(config, cpu);
      if (last && Buffer.from(last).includes('\\"part\\"')) midEpoch++;
      const result = await made.fit(rows, { ...options, checkpoint, resume: last !== undefined });
      expect(outcome(result)).toEqual(want.result);
      expect(sha256(await made.parameters())).toBe(want.hash);
      expect(await made.save()).toEqual(want.file);
    }
    restore();
    expect(midEpoch).toBeGreaterThan(3);
  });

  test.each<[string, Partial<FitOptions>, Partial<MadeConfig>]>([
    ["without validation", { validation: undefined, epochs: 5 }, {}],
    ["with an endless supply of masks", { epochs: 5 }, { masks: Number.POSITIVE_INFINITY }],
    ["with rows in their own order", { epochs: 5, shuffle: false }, {}],
    ["with dropout, a cosine and Adadelta", { epochs: 5, ...fading, dropout: [0.5, 0.25], inputDropout: 0.2 }, {}],
    ["with connectivity weights", { epochs: 5, optimizer: { name: "adamw" } }, { conditionOnMask: true }],
    ["with momentum", { epochs: 5, optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.9 } }, {}],
    [
      "with a function for its rate",
      { epochs: 5, optimizer: { name: "adam", learningRate: ({ step }) => 1 / (9 + step) } },
      {},
    ],
    ["with plain descent", { epochs: 5, optimizer: { name: "sgd", learningRate: 0.1 } }, {}],
    ["that had come to its end", {}, {}],
  ])("goes on from every one of its checkpoints: %s", async (_, more, changed) => {
    const want = await uninterrupted(more, changed);
    const restore = slowClock();
    const files: Uint8Array[] = [];
    const watched = await Made.create({ ...config, ...changed }, cpu);
    const write = (bytes: Uint8Array) => void files.push(bytes);
    await watched.fit(rows, { ...options, ...more, checkpoint: { everySeconds: 0.5, everyEpochs: 1, write } });
    restore();
    expect(files.length).toBeGreaterThan(want.result.epochs.length);
    for (const file of files) {
      const made = await Made.load(file, cpu);
      expect(await made.save()).toEqual(file);
      const result = await made.fit(rows, { ...options, ...more, resume: true });
      expect(outcome(result)).toEqual(want.result);
      expect(sha256(await made.parameters())).toBe(want.hash);
    }
  });
});

describe("an aborted run", () => {
  test("leaves the best weights, and goes on from the last ones: in memory and from a file", async () => {
    const want = await uninterrupted();
    const restore = slowClock();
    for (const after of [1, 9, 23]) {
      const made = await Made.create(config, cpu);
      const abort = new AbortController();
      let reports = 0;
      const onProgress = () => {
        if (++reports === after) abort.abort();
      };
      const part = await made.fit(rows, { ...options, onProgress, signal: abort.signal });
      expect(part.stopped).toBe("aborted");
      if (part.bestEpoch > 0) {
        const logp = await made.logProb(validation);
        expect(-logp.reduce((a, b) => a + b, 0) / validation.rows).toBe(part.bestValidationNll);
      }
      const loaded = await Made.load(await made.save(), cpu);
      for (const model of [made, loaded]) {
        expect(outcome(await model.fit(rows, { ...options, resume: true }))).toEqual(want.result);
        expect(sha256(await model.parameters())).toBe(want.hash);
      }
    }
    restore();
  });

  test("goes on after an abort in its validation", async () => {
    const want = await uninterrupted();
    const made = await Made.create(config, cpu);
    const abort = new AbortController();
    // The last minibatch of epoch 1 is through, and what follows is the validation.
    const onProgress = ({ step, steps }: { step: number; steps: number }) => void (step === steps && abort.abort());
    const part = await made.fit(rows, { ...options, onProgress, signal: abort.signal });
    expect(part).toMatchObject({ stopped: "aborted", epochs: [] });
    expect(outcome(await made.fit(rows, { ...options, resume: true }))).toEqual(want.result);
    expect(sha256(await made.parameters())).toBe(want.hash);
  });

  test("is only brought to its end with the same rows and minibatches", async () => {
    const restore = slowClock();
    const made = await Made.create(config, cpu);
    const abort = new AbortController();
    await made.fit(rows, { ...options, onProgress: () => abort.abort(), signal: abort.signal });
    restore();
    await expect(made.fit(rows.slice(0, 50), { ...options, resume: true })).rejects.toThrow(
      /resume: an epoch was interrupted at minibatch \d+ of .*"rows":53.* expected to go on with the same, got .*"rows":50/,
    );
    await expect(made.fit(rows, { ...options, batchSize: 6, resume: true })).rejects.toThrow('"batchSize":6');
    await expect(made.fit(rows, { ...options, optimizer: { name: "sgd" }, resume: true })).rejects.toThrow(
      "optimizer: got sgd, expected adam as in the run that is resumed",
    );
    expect((await made.fit(rows.slice(0, 50), { epochs: 1 })).stopped).toBe("epochs");
  });
});

test("two fits, the second resumed, are one: with validation too", async () => {
  const want = await uninterrupted({ epochs: 6, patience: 40 });
  const made = await Made.create(config, cpu);
  await made.fit(rows, { ...options, epochs: 2, patience: 40 });
  const loaded = await Made.load(await made.save(), cpu);
  for (const model of [made, loaded]) {
    const { epochs, bestEpoch } = await model.fit(rows, { ...options, epochs: 4, patience: 40, resume: true });
    expect(epochs.map(({ epoch }) => epoch)).toEqual([3, 4, 5, 6]);
    expect(bestEpoch).toBe(want.result.bestEpoch);
    expect(sha256(await model.parameters())).toBe(want.hash);
  }
});

test("a run that patience ended goes on where there is more of it", async () => {
  const made = await Made.create(config, cpu);
  const first = await made.fit(rows, options);
  expect(await made.fit(rows, { ...options, resume: true })).toMatchObject({ epochs: [], stopped: "patience" });
  const more = await made.fit(rows, { ...options, patience: 6, resume: true });
  expect(more.epochs[0].epoch).toBe(first.epochs.length + 1);
});

describe("checkpoints", () => {
  test("hold the current weights to score with, and the best ones beside them", async () => {
    const files: Uint8Array[] = [];
    const made = await Made.create(config, cpu);
    const write = (bytes: Uint8Array) => void files.push(bytes);
    const { bestEpoch, epochs } = await made.fit(rows, { ...options, checkpoint: { everyEpochs: 2, write } });
    expect(files).toHaveLength(Math.floor(epochs.length / 2));
    const at = files.findIndex((_, i) => 2 * (i + 1) > bestEpoch);
    const current = await Made.load(files[at], cpu);
    const logp = await current.logProb(validation);
    const { validationNll } = epochs[2 * at + 1];
    expect(-logp.reduce((a, b) => a + b, 0) / validation.rows).toBe(validationNll);
    expect(Buffer.from(files[at]).includes('"best.W1"')).toBe(true);
  });

  test("that cannot be written reject the fit with the cause, and the model goes on", async () => {
    const want = await uninterrupted();
    for (const fail of [
      () => Promise.reject(new Error("disk full")),
      () => {
        throw new Error("disk full");
      },
    ]) {
      const made = await Made.create(config, cpu);
      const error = await made.fit(rows, { ...options, checkpoint: { everyEpochs: 3, write: fail } }).catch((e) => e);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toBe("checkpoint.write failed: disk full");
      expect(error.cause).toEqual(new Error("disk full"));
      expect(await made.logProb(rows)).toHaveLength(53);
      await made.fit(rows, { ...options, resume: true });
      expect(sha256(await made.parameters())).toBe(want.hash);
    }
  });

  test("wait until what write returns is there", async () => {
    const events: string[] = [];
    const made = await Made.create(config, cpu);
    const write = async () => {
      events.push("write");
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push("written");
    };
    const onEpoch = ({ epoch }: { epoch: number }) => void events.push(`epoch ${epoch}`);
    await made.fit(rows, { epochs: 2, checkpoint: { everyEpochs: 1, write }, onEpoch });
    expect(events).toEqual(["epoch 1", "write", "written", "epoch 2", "write", "written"]);
  });

  test.each<[string, object]>([
    ["checkpoint.write: got undefined, expected a function", { everyEpochs: 1 }],
    ["checkpoint: got neither everyEpochs nor everySeconds", { write() {} }],
    ["checkpoint.everyEpochs: got 0, expected an integer ≥ 1", { everyEpochs: 0, write() {} }],
    ["checkpoint.everySeconds: got -1, expected a number > 0", { everySeconds: -1, write() {} }],
  ])("say what is wrong with their options: %s", async (message, checkpoint) => {
    const made = await Made.create(config, cpu);
    await expect(made.fit(rows, { checkpoint: checkpoint as never })).rejects.toThrow(message);
  });
});

test("an error of the function that gives the rate leaves a run that goes on to the same bits", async () => {
  const rate = ({ step }: RunPoint) => 1 / (50 + step);
  const following = (learningRate: LearningRate): FitOptions => ({
    ...options,
    optimizer: { name: "adam", learningRate },
  });
  const want = await uninterrupted(following(rate));
  const made = await Made.create(config, cpu);
  const failing = (at: RunPoint) => (at.step === 27 ? Number.NaN : rate(at));
  await expect(made.fit(rows, following(failing))).rejects.toThrow("the function gave NaN at step 27");
  await made.fit(rows, { ...following(rate), resume: true });
  expect(sha256(await made.parameters())).toBe(want.hash);
});

test("an error of a callback leaves a run that goes on to the same bits", async () => {
  const want = await uninterrupted();
  const made = await Made.create(config, cpu);
  const onEpoch = ({ epoch }: { epoch: number }) => {
    if (epoch === 2) throw new Error("no paper");
  };
  await expect(made.fit(rows, { ...options, onEpoch })).rejects.toThrow("no paper");
  await made.fit(rows, { ...options, resume: true });
  expect(sha256(await made.parameters())).toBe(want.hash);
});
