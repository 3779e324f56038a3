// Recipes on tiny data, on the CPU engine: that validation alone decides, that figures are what the models say, and that a
// run that was ended goes on to the same figures.

import { describe, expect, it } from "vitest";
import type { Splits } from "../../src/io/npz.ts";
import { resolveConfig } from "../../src/made/config.ts";
import { Made } from "../../src/made/made.ts";
import { mixtureLogProb } from "../../src/made/mixture.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { BEST } from "../../src/reproduce/best.ts";
import type { MemberRecord } from "../../src/reproduce/member.ts";
import { PAPER_FIXED, PAPER_SAMPLED } from "../../src/reproduce/paper.ts";
import { type Candidate, configOf, epochsPerRound } from "../../src/reproduce/recipe.ts";
import { type MemberStore, runGrid, runSearch, type SearchRecipe } from "../../src/reproduce/run.ts";
import { scoreOf } from "../../src/reproduce/statistics.ts";
import { MIRRORED_INPUTS as D, mirrored } from "../support/mirrored.ts";

const splits: Splits = { train: mirrored(60, 0), valid: mirrored(20, 1), test: mirrored(30, 2) };

const small: Candidate = {
  name: "small",
  model: { hidden: [12], ordering: "random", directConnections: true, masks: 1 },
  optimizer: { name: "adam", learningRate: 0.02 },
  batchSize: 10,
  every: { epochs: 2 },
  stages: [1],
  patience: 2,
  minibatches: 60,
  masks: { validation: 1, final: 1 },
};
const endless: Candidate = {
  ...small,
  name: "endless",
  model: { ...small.model, masks: "endless" },
  dropout: 0.2,
  masks: { validation: 4, final: 12 },
};
const untrained: Candidate = { ...small, name: "untrained", optimizer: { name: "sgd", learningRate: 0 } };
const again = { most: 2, gain: -1, patience: 2 };
const recipe: SearchRecipe = { candidates: [untrained, small, endless], again };

class Memory implements MemberStore {
  readonly kept = new Map<string, { record: MemberRecord; model: Uint8Array }>();
  async find({ name }: Candidate, seed: number) {
    return this.kept.get(`${name} ${seed}`)?.record;
  }
  async read({ name }: Candidate, seed: number) {
    return this.kept.get(`${name} ${seed}`)!.model;
  }
  async keep(record: MemberRecord, model: Uint8Array) {
    this.kept.set(`${record.candidate.name} ${record.seed}`, { record, model });
  }
}
const context = (store = new Memory()) => ({ device: "cpu" as const, store });
const figures = ({ nll, standardError, validationNll }: Awaited<ReturnType<typeof runSearch>>) => ({
  nll,
  standardError,
  validationNll,
});

describe("recipes", () => {
  const all = [...PAPER_FIXED, ...PAPER_SAMPLED, ...BEST.candidates];

  it.each(all)("$name is legal, by its configuration and its optimiser", (candidate) => {
    const config = resolveConfig(configOf(candidate, 180, 7));
    expect(config).toMatchObject({ inputs: 180, seed: 7 });
    expect(resolveOptimizer(candidate.optimizer).name).toBe(candidate.optimizer.name);
    // Masks that were never trained may only be asked where every mask is new anyway.
    if (config.masks !== Number.POSITIVE_INFINITY)
      expect(candidate.masks).toEqual({ validation: config.masks, final: config.masks });
  });

  it("have names of their own, and survive JSON, as records keep them", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  it("validate after whole epochs, at least one", () => {
    expect(epochsPerRound(small, 1000)).toBe(2);
    const byMinibatches = { ...small, every: { minibatches: 200 } };
    expect(epochsPerRound(byMinibatches, 100)).toBe(20);
    expect(epochsPerRound(byMinibatches, 95)).toBe(20);
    expect(epochsPerRound(byMinibatches, 1_000_000)).toBe(1);
  });
});

describe("runGrid", () => {
  it("scores the test rows under the weights that were best on validation", async () => {
    const store = new Memory();
    const { runs } = await runGrid([endless], [4], splits, context(store));
    const { model, record } = store.kept.get("endless 4")!;
    const made = await Made.load(model, { device: "cpu" });
    const logProb = await made.logProb(splits.test, { masks: 12 });
    expect(runs).toMatchObject([{ candidate: "endless", seed: 4, ...scoreOf(logProb) }]);
    expect([...(await made.logProb(splits.valid, { masks: 12 }))]).toEqual(record.validationLogProb);
    expect(runs[0].nll).toBeLessThan(D * Math.LN2);
    made.dispose();
  });

  it("tries every candidate with the first seed and runs the best on validation with all, tested", async () => {
    const store = new Memory();
    const { tried, runs } = await runGrid([untrained, small], [3, 4, 5], splits, context(store));
    expect(tried.map(({ candidate }) => candidate)).toEqual(["untrained", "small"]);
    expect(tried[1].validationNll).toBeLessThan(tried[0].validationNll);
    expect(runs.map(({ candidate, seed }) => `${candidate} ${seed}`)).toEqual(["small 3", "small 4", "small 5"]);
    expect(runs[0].validationNll).toBe(tried[1].validationNll);
    expect([...store.kept.keys()]).toEqual(["untrained 3", "small 3", "small 4", "small 5"]);
  });

  it("stops when validation has not become better for a while, and at the most minibatches in any case", async () => {
    const store = new Memory();
    await runGrid([untrained], [1], splits, context(store));
    expect(store.kept.get("untrained 1")!.record).toMatchObject({ bestEpoch: 2, epochs: 6 });
    await runGrid([{ ...small, minibatches: 13 }], [1], splits, context(store));
    expect(store.kept.get("small 1")!.record.epochs).toBe(4);
  });

  it("goes on from the best weights at the next stage's rate, with a patience of its own", async () => {
    const store = new Memory();
    await runGrid([{ ...untrained, stages: [1, 0.1] }], [1], splits, context(store));
    expect(store.kept.get("untrained 1")!.record).toMatchObject({ bestEpoch: 2, epochs: 10 });
    // A second stage that leaves weights as they are: the member is that of the first.
    const [one, two] = [
      { ...small, name: "one" },
      { ...small, name: "two", stages: [1, 1e-12] },
    ];
    await runGrid([one], [2], splits, context(store));
    await runGrid([two], [2], splits, context(store));
    const [first, second] = ["one 2", "two 2"].map((name) => store.kept.get(name)!.record);
    expect(second.epochs).toBeGreaterThan(first.epochs);
    expect(second.validationNll).toBeCloseTo(first.validationNll, 6);
    // A stage at the same rate may find better ones; it never ends with worse.
    const three = { ...small, name: "three", stages: [1, 1] };
    await runGrid([three], [2], splits, context(store));
    expect(store.kept.get("three 2")!.record.validationNll).toBeLessThanOrEqual(first.validationNll);
  });

  it("gives the same figures for the same seed, others for another", async () => {
    const run = async (seed: number) => (await runGrid([small], [seed], splits, context())).runs[0].nll;
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe("runSearch", () => {
  it("trains the best on validation again, and mixes what validation wants", async () => {
    const store = new Memory();
    const result = await runSearch(recipe, 1, splits, context(store));
    const first = ["untrained 1", "small 2", "endless 3"].map((name) => store.kept.get(name)!.record);
    const [{ candidate }] = [...first].sort((a, b) => a.validationNll - b.validationNll);
    const trained = result.members.map(({ candidate, seed }) => `${candidate} ${seed}`);
    const expected = ["untrained 1", "small 2", "endless 3", `${candidate.name} 4`, `${candidate.name} 5`];
    expect(trained).toEqual(expected);
    expect(candidate.name).not.toBe("untrained");
    expect(result.members[0].weight).toBe(0);
    expect(result.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(result.validationNll).toBeLessThanOrEqual(Math.min(...result.members.map((member) => member.validationNll)));
  });

  it("adds members while validation gains by them, and no more", async () => {
    const names = async (again: SearchRecipe["again"]) =>
      (await runSearch({ candidates: [small], again }, 1, splits, context())).members.map(({ seed }) => seed);
    expect(await names({ most: 0, gain: 0, patience: 1 })).toEqual([1]);
    expect(await names({ most: 9, gain: 1, patience: 2 })).toEqual([1, 2, 3]);
    expect(await names({ most: 3, gain: -1, patience: 1 })).toEqual([1, 2, 3, 4]);
    // A mixture of one more is never worse on validation, so with no gain asked for it ends at `most` too.
    expect(await names({ most: 2, gain: 0, patience: 1 })).toEqual([1, 2, 3]);
  });

  it("reports the mixture of its members' test log-probabilities", async () => {
    const store = new Memory();
    const result = await runSearch(recipe, 1, splits, context(store));
    const logProbs: Float64Array[] = [];
    for (const { candidate, seed } of result.members) {
      const { model, record } = store.kept.get(`${candidate} ${seed}`)!;
      const made = await Made.load(model, { device: "cpu" });
      logProbs.push(await made.logProb(splits.test, { masks: record.candidate.masks.final }));
      made.dispose();
    }
    const { nll } = scoreOf(
      mixtureLogProb(
        logProbs,
        result.members.map(({ weight }) => weight),
      ),
    );
    expect(result.nll).toBeCloseTo(nll, 12);
  });

  it("decides alike whatever the test rows are", async () => {
    const one = await runSearch(recipe, 1, splits, context());
    const zeros = await runSearch(recipe, 1, { ...splits, test: BinaryRows.zeros(5, D) }, context());
    const decided = ({ members }: typeof one) =>
      members.map(({ candidate, seed, weight }) => [candidate, seed, weight]);
    expect(decided(zeros)).toEqual(decided(one));
    expect(zeros.validationNll).toBe(one.validationNll);
    expect(zeros.nll).not.toBe(one.nll);
  });

  it("goes on from the members that are there, to the same figures", async () => {
    const whole = await runSearch(recipe, 1, splits, context());
    const store = new Memory();
    const stop = new AbortController();
    const ended = runSearch(recipe, 1, splits, {
      ...context(store),
      signal: stop.signal,
      onMember: () => store.kept.size === 2 && stop.abort(),
    });
    await expect(ended).rejects.toThrow("abort");
    expect([...store.kept.keys()]).toEqual(["untrained 1", "small 2"]);
    const told: [string, boolean][] = [];
    const resumed = await runSearch(recipe, 1, splits, {
      ...context(store),
      onMember: ({ candidate, seed }, found) => told.push([`${candidate.name} ${seed}`, found]),
    });
    expect(told.filter(([, found]) => found).map(([name]) => name)).toEqual(["untrained 1", "small 2"]);
    expect(told.length).toBe(5);
    expect(figures(resumed)).toEqual(figures(whole));
  });

  it("stops in the midst of training and keeps nothing half done", async () => {
    const store = new Memory();
    const stop = new AbortController();
    const ended = runSearch(recipe, 1, splits, {
      ...context(store),
      signal: stop.signal,
      onRound: () => stop.abort(),
    });
    await expect(ended).rejects.toThrow("abort");
    expect(store.kept.size).toBe(0);
  });
});
