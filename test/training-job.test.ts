// The job in rounds, on the CPU engine: that it is the library's training, and every way it ends.

import { afterEach, describe, expect, it, vi } from "vitest";
import { Made } from "../src/made/made.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { type JobData, type JobEvents, type JobSettings, TrainingJob } from "../src/training-job.ts";
import { MIRRORED_INPUTS as D, mirrored } from "./support/mirrored.ts";

const data = { train: mirrored(60, 0), validation: mirrored(20, 1), test: mirrored(30, 2) };
const settings: JobSettings = { batchSize: 10, optimizer: { name: "adam", learningRate: 0.02 }, epochs: 3 };

let made: Made;
async function job(more: Partial<JobSettings> = {}, events?: JobEvents, use: JobData = data) {
  made = await Made.create({ inputs: D, hidden: [16], seed: 3 }, { device: "cpu" });
  return new TrainingJob(made, use, { ...settings, ...more }, events);
}
afterEach(() => made.dispose());

describe("TrainingJob", () => {
  it("is Made.fit where a round is an epoch: the same reports, the same weights", async () => {
    const inRounds = await job();
    expect(await inRounds.run()).toBe("epochs");
    const weights = await made.parameters();
    made.dispose();
    made = await Made.create({ inputs: D, hidden: [16], seed: 3 }, { device: "cpu" });
    const { epochs } = await made.fit(data.train, { ...settings, validation: data.validation });
    expect(inRounds.history.map(({ validationNll, best }) => ({ validationNll, best }))).toEqual(
      epochs.map(({ validationNll, best }) => ({ validationNll, best })),
    );
    // The sum over an epoch is taken in parts whose size follows the clock.
    epochs.forEach(({ trainNll }, i) => {
      expect(inRounds.history[i].trainNll).toBeCloseTo(trainNll, 10);
    });
    expect(await made.parameters()).toEqual(weights);
  });

  it("learns, and measures it on the test rows", async () => {
    const learning = await job({ epochs: 60 });
    await learning.run();
    const { nll, standardError, rows } = await learning.finish();
    expect(rows).toBe(30);
    // 3 bits of a row are free: 3 log 2 = 2.08 nats; untrained it is 6 log 2 = 4.16.
    expect(nll).toBeGreaterThan(1.9);
    expect(nll).toBeLessThan(2.6);
    const logp = await made.logProb(data.test);
    const mean = -logp.reduce((a, b) => a + b, 0) / 30;
    const sd = Math.sqrt(logp.reduce((sum, v) => sum + (-v - mean) ** 2, 0) / 29);
    expect(nll).toBeCloseTo(mean, 12);
    expect(standardError).toBeCloseTo(sd / Math.sqrt(30), 12);
  });

  it("reports every round and where it is in the passes over the rows", async () => {
    const shares: number[] = [];
    const rounds = await job({ roundRows: 25, epochs: 2 }, { onProgress: ({ done }) => shares.push(done) });
    await rounds.run();
    expect(rounds.history.map(({ round, rowsSeen }) => [round, rowsSeen])).toEqual([
      [1, 25],
      [2, 50],
      [3, 60],
      [4, 85],
      [5, 110],
      [6, 120],
    ]);
    expect(rounds.history.at(-1)!.epoch).toBe(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it("lets the model be sampled between rounds", async () => {
    const drawn: number[] = [];
    const sampling = await job({}, { onRound: async () => void drawn.push((await made.sample(4)).rows) });
    await sampling.run();
    expect(drawn).toEqual([4, 4, 4]);
  });

  it("stops at a pause, goes on after it, and does not count the time between", async () => {
    const pause = new AbortController();
    const paused = await job({ epochs: 4 }, { onRound: ({ round }) => void (round === 2 && pause.abort()) });
    expect(await paused.run(pause.signal)).toBe("aborted");
    const { seconds } = paused;
    expect(paused.history).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(paused.seconds).toBe(seconds);
    expect(await paused.run()).toBe("epochs");
    expect(paused.history).toHaveLength(4);
  });

  it("goes on in the midst of a round, and elsewhere from a checkpoint there, to the same weights", async () => {
    const whole = await job({ batchSize: 1 });
    await whole.run();
    const weights = await made.parameters();
    made.dispose();
    const pause = new AbortController();
    const parts = await job({ batchSize: 1 });
    // By this clock every minibatch takes so long that the engine lets the timer below run after it.
    let clock = performance.now();
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      clock += 60;
      return clock;
    });
    setTimeout(() => pause.abort());
    expect(await parts.run(pause.signal)).toBe("aborted");
    now.mockRestore();
    expect(parts.rowsSeen).toBeGreaterThan(0);
    expect(parts.rowsSeen).toBeLessThan(60);
    const checkpoint = await parts.checkpoint();
    expect(await parts.run()).toBe("epochs");
    expect(parts.rowsSeen).toBe(180);
    expect(await made.parameters()).toEqual(weights);

    made.dispose();
    const elsewhere = await job({ batchSize: 1 });
    made.dispose();
    made = await Made.load(checkpoint.bytes, { device: "cpu" });
    elsewhere.restore(made, checkpoint);
    expect(await elsewhere.run()).toBe("epochs");
    expect(elsewhere.rowsSeen).toBe(180);
    expect(await made.parameters()).toEqual(weights);
  });

  it("ends when its time is up, in the middle of a round, and keeps what it has", async () => {
    const short = await job({ epochs: Number.POSITIVE_INFINITY, trainSeconds: 0.4, testSeconds: 5 });
    expect(await short.run()).toBe("time");
    expect(short.seconds).toBeGreaterThanOrEqual(0.4);
    expect(short.seconds).toBeLessThan(2);
    expect(short.rowsPerSecond).toBeGreaterThan(0);
    // 6 · 16 hidden and 16 · 6 output weights
    expect(short.gflops).toBeCloseTo((6 * 192 * short.rowsPerSecond!) / 1e9, 12);
    expect((await short.finish()).rows).toBe(30);
  });

  it("tests on as many rows as its time allows, and says how many", async () => {
    const train = mirrored(40, 3);
    const test = BinaryRows.zeros(200_000, D);
    const hasty = await job({ epochs: 1, testSeconds: 0.05 }, {}, { ...data, train, test });
    await hasty.run();
    const { rows } = await hasty.finish();
    expect(rows).toBeGreaterThanOrEqual(100);
    expect(rows).toBeLessThan(200_000);
  });

  it("ends without progress, with the weights that were best on the validation rows", async () => {
    // So large a learning rate that the weights soon get worse.
    const wild = { optimizer: { name: "adam", learningRate: 3 } as const, epochs: 100, patience: 4 };
    const patient = await job(wild);
    expect(await patient.run()).toBe("patience");
    const best = patient.history.reduce((a, b) => (b.validationNll! < a.validationNll! ? b : a));
    expect(patient.history).toHaveLength(best.round + 4);
    expect(patient.best).toEqual({
      rowsSeen: best.rowsSeen,
      validationNll: best.validationNll,
      trainNll: best.trainNll,
    });
    await patient.finish();
    const logp = await made.logProb(data.validation);
    expect(-logp.reduce((a, b) => a + b, 0) / 20).toBeCloseTo(best.validationNll!, 4);
  });

  it("trains without validation rows, and keeps the last weights", async () => {
    const plain = await job({}, {}, { train: data.train, test: data.test });
    expect(await plain.run()).toBe("epochs");
    expect(plain.history.map(({ validationNll }) => validationNll)).toEqual([undefined, undefined, undefined]);
    expect(plain.best).toBeUndefined();
    expect((await plain.finish()).nll).toBeLessThan(4.2);
  });

  it("gives the signal's reason where the test is aborted", async () => {
    const aborted = await job();
    await aborted.run();
    await expect(aborted.finish(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
