// Model files and interrupted runs on the GPU: the same bits after a file, after a kill and after a loss of the device;
// nothing made up when a device goes away at any point; nothing left behind by thousands of models.

import { Gpu } from "../../src/gpu/gpu.ts";
import type { MadeConfig } from "../../src/made/config.ts";
import type { FitOptions } from "../../src/made/fit.ts";
import { Made } from "../../src/made/made.ts";
import { Random } from "../../src/made/random.ts";
import { type Case, expect, rejection } from "./case.ts";
import { chainRows } from "./models.ts";

const CONFIG: MadeConfig = { inputs: 20, hidden: [24, 12], ordering: "random", masks: 3, directConnections: true };
const rows = chainRows(130, 20, 2);
const validation = chainRows(40, 20, 3);
const OPTIONS: FitOptions = {
  validation,
  epochs: 8,
  batchSize: 13,
  optimizer: { name: "adam", learningRate: 0.05 },
  patience: 3,
};

async function sha256(made: Made): Promise<string> {
  const all = Object.values(await made.parameters()).flatMap(({ data }) => [...data]);
  const digest = await crypto.subtle.digest("SHA-256", Float32Array.from(all));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The model after a whole run: its hash and its file. */
async function uninterrupted(device: GPUDevice): Promise<{ hash: string; file: Uint8Array }> {
  const made = await Made.create(CONFIG, { device });
  await made.fit(rows, OPTIONS);
  const whole = { hash: await sha256(made), file: await made.save() };
  made.dispose();
  return whole;
}

const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);

const roundTrip: Case = {
  name: "files: a saved model comes back bit for bit, on the GPU and from the CPU",
  sharesDevice: true,
  async run({ device }) {
    const gpu = await Gpu.open({ device });
    const conditioned: MadeConfig = {
      inputs: 20,
      hidden: [9],
      masks: Infinity,
      degrees: "equal",
      conditionOnMask: true,
    };
    for (const config of [CONFIG, { inputs: 20, hidden: [] }, conditioned]) {
      const made = await Made.create(config, { device });
      await made.fit(rows, { ...OPTIONS, epochs: 3 });
      const file = await made.save();
      const again = await Made.load(file, { device });
      expect(same(await again.save(), file), "the second save is another file");
      const [a, b] = [await made.logProb(rows), await again.logProb(rows)];
      expect(
        a.every((logp, r) => logp === b[r]),
        "log p has other bits",
      );
      for (const model of [made, again]) await model.fit(rows, { ...OPTIONS, epochs: 2, resume: true });
      expect((await sha256(made)) === (await sha256(again)), "trained on, the weights differ");
      const cpu = await Made.load(file, { device: "cpu" });
      const onCpu = await cpu.logProb(rows);
      const difference = Math.max(...onCpu.map((logp, r) => Math.abs(logp - a[r])));
      expect(difference < 1e-4, `log p on the CPU differs by ${difference}`);
      const back = await Made.load(await cpu.save(), { device });
      const c = await back.logProb(rows);
      expect(
        a.every((logp, r) => logp === c[r]),
        "log p has other bits after a file of the CPU",
      );
      for (const model of [made, again, back]) model.dispose();
    }
    expect(gpu.liveBytes === 0, "something is still allocated");
    return "3 models";
  },
};

const killed: Case = {
  name: "files: a run that is killed 20 times at random points ends with the bits of one that never was",
  sharesDevice: true,
  async run({ device }) {
    const want = await uninterrupted(device);
    const random = new Random(1, "sample");
    let midEpoch = 0;
    for (let kill = 0; kill < 20; kill++) {
      let last: Uint8Array | undefined;
      const write = (bytes: Uint8Array) => {
        last = bytes;
      };
      const checkpoint = { everyEpochs: 1 + (kill % 3), everySeconds: kill % 2 ? 1e-6 : undefined, write };
      // A tiny budget cuts the stream after every step, so that there are points between them.
      const killed = await Made.create(CONFIG, { device, submitBudget: 1e-6 });
      let left = 1 + random.below(30);
      const onProgress = () => {
        if (--left === 0) throw new Error("killed");
      };
      const error = await rejection(() => killed.fit(rows, { ...OPTIONS, checkpoint, onProgress }));
      expect(error.message === "killed", `got ${error}`);
      killed.dispose();
      if (last && new TextDecoder().decode(last.subarray(0, 8000)).includes('"part')) midEpoch++;
      const made = last ? await Made.load(last, { device }) : await Made.create(CONFIG, { device });
      await made.fit(rows, { ...OPTIONS, resume: last !== undefined });
      expect((await sha256(made)) === want.hash, `kill ${kill}: other weights`);
      expect(same(await made.save(), want.file), `kill ${kill}: another file`);
      made.dispose();
    }
    expect(midEpoch >= 5, `only ${midEpoch} checkpoints were in the midst of an epoch`);
    return `20 kills, ${midEpoch} resumed in the midst of an epoch, SHA-256 ${want.hash.slice(0, 12)}`;
  },
};

/** The smallest model with everything in it: what takes long on a new device is compiling its kernels. */
const TINY: MadeConfig = { inputs: 4, hidden: [3], masks: 2 };
const tinyRows = chainRows(12, 4, 5);
const TINY_FIT: FitOptions = { epochs: 3, batchSize: 4, validation: chainRows(5, 4, 6), optimizer: { name: "adam" } };

/** Destroys `device` at its n-th call from now on; gives how many there were. */
function loseAt(device: GPUDevice, n: number): () => number {
  let calls = 0;
  const watch = <T extends object>(target: T, method: keyof T) => {
    const original = (target[method] as unknown as (...args: unknown[]) => unknown).bind(target);
    target[method] = ((...args: unknown[]) => {
      const lost = ++calls === n;
      if (lost && n % 2) device.destroy();
      const result = original(...args);
      if (lost) device.destroy();
      return result;
    }) as never;
  };
  watch(device.queue, "submit");
  watch(device.queue, "writeBuffer");
  watch(device.queue, "onSubmittedWorkDone");
  watch(device, "createBuffer");
  watch(device, "createBindGroup");
  watch(device, "createComputePipelineAsync");
  return () => calls;
}

/** What a model gives, call by call: bits, or an error. */
async function outcomes(device: GPUDevice): Promise<(string | Error)[]> {
  const results: (string | Error)[] = [];
  const note = async (call: () => Promise<ArrayLike<number>>) => {
    results.push(
      await call().then(
        (values) => Array.from(values).join(),
        (error) => error,
      ),
    );
  };
  let made: Made | undefined;
  await note(async () => {
    made = await Made.create(TINY, { device });
    return [];
  });
  if (!made) return results;
  const model = made;
  await note(async () => {
    const { epochs } = await model.fit(tinyRows, TINY_FIT);
    return epochs.map(({ validationNll }) => validationNll!);
  });
  await note(() => model.logProb(tinyRows));
  await note(() => model.conditionals(tinyRows));
  await note(() => model.save());
  await note(async () => Object.values(await model.parameters()).flatMap(({ data }) => [...data]));
  model.dispose();
  return results;
}

const lossesAt = (first: number, count: number): Case => ({
  name: `files: ${count} devices lost at any point give the right bits or a DeviceLostError (from seed ${first})`,
  async run({ device, newDevice }) {
    const want = await outcomes(device);
    const calls = loseAt(device, 0);
    await outcomes(device);
    const all = calls();
    let lost = 0;
    for (let i = 0; i < count; i++) {
      const mortal = await newDevice();
      const n = 1 + new Random(first + i, "sample").below(all);
      loseAt(mortal, n);
      const got = await outcomes(mortal);
      let gone = false;
      got.forEach((result, call) => {
        if (result instanceof Error) {
          const { code } = result as Error & { code?: string };
          expect(code === "device-lost", `lost at call ${n} of ${all}: outcome ${call} is ${result.stack}`);
          gone = true;
        } else {
          expect(!gone, `lost at call ${n}: outcome ${call} is no error after a loss`);
          expect(result === want[call], `lost at call ${n}: outcome ${call} is made up`);
        }
      });
      if (gone) lost++;
      mortal.destroy();
    }
    return `${lost} of ${count} were noticed, among ${all} calls`;
  },
});

const recovers = (runs: number): Case => ({
  name: `files: with recover, ${runs} fits go on from device to device and end with the bits of one that was never lost`,
  async run({ device, newDevice }) {
    const seen: number[] = [];
    const calls = loseAt(device, 0);
    const undisturbed = await Made.create(TINY, { device });
    seen.push(calls());
    await undisturbed.fit(tinyRows, TINY_FIT);
    seen.push(calls());
    const want = await undisturbed.save();
    undisturbed.dispose();

    let devices = 0;
    let early = 0;
    for (let i = 0; i < runs; i++) {
      const random = new Random(100 + i, "sample");
      const live: GPUDevice[] = [];
      // Two devices die, the first in fit, the second while it is filled or in fit; the third lives.
      const give = async () => {
        const next = await newDevice();
        live.push(next);
        if (live.length === 1) loseAt(next, seen[0] + 1 + random.below(seen[1] - seen[0]));
        if (live.length === 2) loseAt(next, 1 + random.below(seen[1]));
        return next;
      };
      const made = await Made.create(TINY, { device: give });
      const reported: number[] = [];
      const options: FitOptions = {
        ...TINY_FIT,
        recover: true,
        checkpoint: i % 2 ? { everySeconds: 1e-6, write() {} } : undefined,
        onEpoch: ({ epoch }) => void reported.push(epoch),
      };
      try {
        const { epochs } = await made.fit(tinyRows, options);
        expect(epochs.map(({ epoch }) => epoch).join() === "1,2,3", `run ${i}: epochs ${epochs.map((e) => e.epoch)}`);
        expect(reported.at(-1) === 3, `run ${i}: reported ${reported}`);
        expect(same(await made.save(), want), `run ${i}: other bits after ${live.length} devices`);
      } catch (error) {
        // Before the first snapshot there is nothing to go on from.
        expect((error as { code?: string }).code === "device-lost" && live.length === 1, `run ${i}: ${error}`);
        early++;
      }
      devices += live.length;
      made.dispose();
      const ends = await Promise.all(live.map(({ lost }) => lost));
      expect(
        ends.every(({ reason }) => reason === "destroyed"),
        "a device that was handed over is still there",
      );
    }
    expect(
      early <= runs / 4 && devices >= 2 * runs,
      `${early} of ${runs} runs were lost before they began, ${devices} devices`,
    );

    const given = await Made.create(TINY, { device: await newDevice() });
    const error = await rejection(() => given.fit(tinyRows, { recover: true }));
    expect(/recover: the model was given a GPUDevice/.test(error.message), `got ${error}`);
    given.dispose();
    return `${runs} runs on ${devices} devices, ${early} lost before the first step`;
  },
});

const cycles: Case = {
  name: "files: 2,000 models made, trained a step and disposed leave nothing on the device",
  sharesDevice: true,
  async run({ device }) {
    const live = new Map<GPUBuffer, number>();
    let most = 0;
    const { createBuffer } = device;
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(device, descriptor);
      live.set(buffer, descriptor.size);
      most = Math.max(most, live.size);
      const { destroy } = buffer;
      buffer.destroy = () => {
        live.delete(buffer);
        return destroy.call(buffer);
      };
      return buffer;
    };
    try {
      for (let i = 0; i < 2000; i++) {
        const made = await Made.create(TINY, { device });
        await made.fit(tinyRows, { epochs: 1 });
        made.dispose();
        const bytes = [...live.values()].reduce((a, b) => a + b, 0);
        expect(bytes === 0, `${bytes} bytes in ${live.size} buffers are still allocated after model ${i + 1}`);
      }
    } finally {
      device.createBuffer = createBuffer;
    }
    expect(most > 10, `at most ${most} buffers were seen: they are not counted`);
    return `at most ${most} buffers at once`;
  },
};

/** How much of what takes a new device, with all its compiling, each time. */
export interface Losses {
  /** Devices to lose in the midst of ordinary calls, twenty a case. */
  devices: number;
  /** Fits to recover, each from two losses or so. */
  recoveries: number;
}

export const fileCases = ({ devices, recoveries }: Losses): Case[] => [
  roundTrip,
  killed,
  ...Array.from({ length: Math.ceil(devices / 20) }, (_, i) => lossesAt(20 * i, Math.min(20, devices - 20 * i))),
  recovers(recoveries),
  cycles,
];
