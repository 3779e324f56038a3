// Learning rates against the formulas that PyTorch documents for its schedulers, and runs that follow them.

import { describe, expect, test } from "vitest";
import { ArgumentError } from "../src/errors.ts";
import type { FitOptions } from "../src/made/fit.ts";
import { Made } from "../src/made/made.ts";
import type { OptimizerOptions } from "../src/made/optimizer.ts";
import { BinaryRows } from "../src/made/rows.ts";
import { checkLearningRate, type LearningRate, rateOf } from "../src/made/schedule.ts";
import { allClose } from "./support/all-close.ts";
import { randomRows } from "./support/models.ts";

const END = { step: 40, epoch: 10 };

/** Rates of steps 0 … 59, four to an epoch. */
const rates = (learningRate: LearningRate, end = END) => {
  const at = rateOf(learningRate, end);
  return Array.from({ length: 60 }, (_, step) => at({ step, epoch: Math.floor(step / 4) }));
};

describe("rateOf", () => {
  test("a number is that number, and so is a constant schedule", () => {
    expect(new Set(rates(0.3))).toEqual(new Set([0.3]));
    expect(rates({ name: "constant", learningRate: 0.3 })).toEqual(rates(0.3));
  });

  test("step is StepLR: the rate is multiplied by gamma whenever step_size divides the step", () => {
    const want = [2];
    for (let t = 1; t < 60; t++) want.push(t % 7 === 0 ? want[t - 1] * 0.5 : want[t - 1]);
    allClose(rates({ name: "step", learningRate: 2, every: 7, factor: 0.5 }), want, { rtol: 1e-14 });
    expect(rates({ name: "step", learningRate: 2, every: 30 })[30]).toBeCloseTo(0.2, 14);
  });

  test("cosine is CosineAnnealingLR by its recursion, and stays at the minimum", () => {
    // η_{t+1} = η_min + (1 + cos(π(t+1)/T)) / (1 + cos(πt/T)) · (η_t − η_min)
    const [T, minimum] = [25, 0.1];
    const cosine = (t: number) => 1 + Math.cos((Math.PI * t) / T);
    const want = [2];
    for (let t = 1; t < T; t++) want.push(minimum + (cosine(t) / cosine(t - 1)) * (want[t - 1] - minimum));
    const got = rates({ name: "cosine", learningRate: 2, length: T, minimum });
    allClose(got.slice(0, T), want, { rtol: 1e-12 });
    allClose(got.slice(T), Array(35).fill(minimum), { rtol: 1e-14 });
  });

  test("cosine without a length ends with the run", () => {
    expect(rates({ name: "cosine", learningRate: 2 })).toEqual(rates({ name: "cosine", learningRate: 2, length: 40 }));
    const byEpoch = rates({ name: "cosine", learningRate: 2, unit: "epoch" });
    expect(byEpoch).toEqual(rates({ name: "cosine", learningRate: 2, unit: "epoch", length: 10 }));
    expect(new Set(byEpoch).size).toBe(11);
  });

  test("a warm-up is LinearLR, and what follows begins after it, as in SequentialLR", () => {
    // LinearLR by its recursion: η_t = η_{t−1} · (1 + (end − start) / (total · start + (t − 1)(end − start)))
    const want = [2 / 3];
    for (let t = 1; t <= 6; t++) want.push(want[t - 1] * (1 + 2 / 3 / (6 / 3 + (t - 1) * (2 / 3))));
    allClose(rates({ name: "constant", learningRate: 2, warmup: 6 }).slice(0, 7), want, { rtol: 1e-12 });
    const cosine = rates({ name: "cosine", learningRate: 2, warmup: 6, warmupFactor: 0.5, length: 31 });
    expect(cosine[0]).toBe(1);
    expect(cosine.slice(6)).toEqual(rates({ name: "cosine", learningRate: 2, length: 25 }).slice(0, 54));
  });

  test("epochs count as units too", () => {
    const got = rates({ name: "step", learningRate: 1, every: 2, factor: 0.5, unit: "epoch" });
    expect([0, 7, 8, 15, 16].map((step) => got[step])).toEqual([1, 1, 0.5, 0.5, 0.25]);
  });

  test("a function is asked with the step and the epoch", () => {
    expect(rates(({ step, epoch }) => 100 * epoch + step)[9]).toBe(209);
  });
});

describe("bad input", () => {
  const rate = "optimizer.learningRate";
  test.each<[string, unknown]>([
    [
      `${rate}: got {"name":"exponential"}, expected a finite number ≥ 0, a function, or a schedule`,
      { name: "exponential" },
    ],
    [`${rate}: got null, expected a finite number ≥ 0, a function`, null],
    [`${rate}.every: function has no such option`, { name: "function", every: 3 }],
    [`${rate}.learningRate: got undefined, expected a finite number ≥ 0`, { name: "constant" }],
    [`${rate}.learningRate: got -1, expected a finite number ≥ 0`, { name: "cosine", learningRate: -1 }],
    [`${rate}.every: got undefined, expected an integer ≥ 1`, { name: "step", learningRate: 1 }],
    [`${rate}.every: got 0, expected an integer ≥ 1`, { name: "step", learningRate: 1, every: 0 }],
    [`${rate}.every: cosine has no such option`, { name: "cosine", learningRate: 1, every: 3 }],
    [`${rate}.length: got 2.5, expected an integer ≥ 1`, { name: "cosine", learningRate: 1, length: 2.5 }],
    [`${rate}.warmup: got -1, expected an integer ≥ 0`, { name: "constant", learningRate: 1, warmup: -1 }],
    [
      `${rate}.warmupFactor: got 0, expected a number in (0, 1]`,
      { name: "constant", learningRate: 1, warmupFactor: 0 },
    ],
    [`${rate}.unit: got day, expected "step" or "epoch"`, { name: "constant", learningRate: 1, unit: "day" }],
  ])("%s", (message, schedule) => {
    const act = () => checkLearningRate(schedule);
    expect(act).toThrow(ArgumentError);
    expect(act).toThrow(message);
  });

  test("a function that gives no rate is told at which step", () => {
    const at = rateOf(({ step }) => 3 - step, END);
    expect(at({ step: 3, epoch: 0 })).toBe(0);
    expect(() => at({ step: 4, epoch: 0 })).toThrow(`${rate}: the function gave -1 at step 4, expected`);
  });

  test("a cosine over endless epochs has to say how long it is", () => {
    const cosine = { name: "cosine", learningRate: 1 } as const;
    const endless = { step: Number.POSITIVE_INFINITY, epoch: Number.POSITIVE_INFINITY };
    expect(() => rateOf(cosine, endless)).toThrow(`${rate}.length: got none for endless epochs`);
    expect(rateOf({ ...cosine, length: 4 }, endless)({ step: 2, epoch: 0 })).toBeCloseTo(0.5, 14);
  });
});

describe("fit", () => {
  const rows = BinaryRows.from(randomRows(1, 50, 4), 4);
  const trained = async (...calls: FitOptions[]) => {
    const made = await Made.create({ inputs: 4, hidden: [5], masks: 2, ordering: "random" }, { device: "cpu" });
    for (const call of calls) await made.fit(rows, { batchSize: 20, ...call });
    return made.parameters();
  };
  const adam = (learningRate: LearningRate): OptimizerOptions => ({ name: "adam", learningRate });

  test("takes its rate from the schedule at every minibatch", async () => {
    const asked: string[] = [];
    await trained({
      epochs: 2,
      optimizer: adam(({ step, epoch }) => {
        asked.push(`${epoch}:${step}`);
        return 0.01;
      }),
    });
    expect([...new Set(asked)]).toEqual(["0:0", "0:1", "0:2", "1:3", "1:4", "1:5"]);
    const scheduled = await trained({
      epochs: 2,
      optimizer: adam({ name: "step", learningRate: 0.1, every: 3, factor: 0 }),
    });
    expect(scheduled).toEqual(await trained({ epochs: 1, optimizer: adam(0.1) }));
    expect(scheduled).not.toEqual(await trained({ epochs: 2, optimizer: adam(0.1) }));
  });

  test("a resumed run follows its schedule as if it had never stopped", async () => {
    const optimizer = adam({ name: "cosine", learningRate: 0.1, warmup: 4, length: 18 });
    const whole = await trained({ epochs: 6, optimizer });
    expect(await trained({ epochs: 2, optimizer }, { epochs: 4, optimizer, resume: true })).toEqual(whole);
    const endsWithRun = adam({ name: "cosine", learningRate: 0.1, warmup: 4 });
    expect(await trained({ epochs: 6, optimizer: endsWithRun })).toEqual(whole);
  });

  test("a run is resumed with its own optimiser unless told otherwise, and a function has to be given again", async () => {
    const optimizer = adam({ name: "step", learningRate: 0.1, every: 2 });
    const told = await trained({ epochs: 1, optimizer }, { epochs: 1, optimizer, resume: true });
    expect(await trained({ epochs: 1, optimizer }, { epochs: 1, resume: true })).toEqual(told);
    const own = adam(({ step }) => 0.1 / (1 + step));
    const whole = await trained({ epochs: 2, optimizer: own });
    expect(await trained({ epochs: 1, optimizer: own }, { epochs: 1, optimizer: own, resume: true })).toEqual(whole);
    await expect(trained({ epochs: 1, optimizer: own }, { epochs: 1, resume: true })).rejects.toThrow(
      "optimizer.learningRate: got none for a run that followed a function, expected that function again",
    );
  });

  test("refuses to resume with the moments of another optimiser", async () => {
    const sgd: OptimizerOptions = { name: "sgd", momentum: 0.9 };
    await expect(trained({ epochs: 1 }, { epochs: 1, optimizer: sgd, resume: true })).rejects.toThrow(
      "optimizer: got momentum, expected adam as in the run that is resumed",
    );
    await trained({ epochs: 1 }, { epochs: 1, optimizer: sgd });
  });
});
