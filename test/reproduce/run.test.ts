// Recipes on tiny data, on the CPU engine: that validation alone decides, that figures are what the models say, and that a
// run that was ended goes on to the same figures.

import { describe, expect, it } from "vitest";
import type { Splits } from "../../src/io/npz.ts";
import { resolveConfig } from "../../src/made/config.ts";
import { Made } from "../../src/made/made.ts";
import { mixtureLogProb } from "../../src/made/mixture.ts";
import { resolveOptimizer } from "../../src/made/optimizer.ts";
import { Random } from "../../src/made/random.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { BEST } from "../../src/reproduce/best.ts";
import type { MemberRecord } from "../../src/reproduce/member.ts";
import { PAPER_FIXED, PAPER_SAMPLED } from "../../src/reproduce/paper.ts";
import { type Candidate, configOf, epochsPerRound } from "../../src/reproduce/recipe.ts";
import { type MemberStore, runSearch, runSeeds, type SearchRecipe } from "../../src/reproduce/run.ts";
import { scoreOf } from "../../src/reproduce/statistics.ts";

const D = 6;
/** Rows whose halves are equal: there is something to learn. */
function mirrored(rows: number, index: number): BinaryRows {
  const random = new Random(5, "sample", index);
  const values = new Uint8Array(rows * D);
  for (let r = 0; r < rows; r++)
    for (let d = 0; d < D / 2; d++) values[r * D + d] = values[r * D + D / 2 + d] = random.below(2);
  return BinaryRows.from(values, D);
}
const splits: Splits = { train: mirrored(60, 0), valid: mirrored(20, 1), test: mirrored(30, 2) };

const small: Candidate = {
  name: "small",
  model: { hidden: [12], ordering: "random", directConnections: true, masks: 1 },
  optimizer: { name: "adam", learningRate: 0.02 },
  batchSize: 10,
  every: { epochs: 2 },
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
const recipe: SearchRecipe = { candidates: [untrained, small, endless], best: 1, again: 2 };

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
  const all = [PAPER_FIXED, PAPER_SAMPLED, ...BEST.candidates];

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

describe("runSeeds", () => {
  it("scores the test rows under the weights that were best on validation", async () => {
    const store = new Memory();
    const [result] = await runSeeds(endless, [4], splits, context(store));
    const { model, record } = store.kept.get("endless 4")!;
    const made = await Made.load(model, { device: "cpu" });
    const logProb = await made.logProb(splits.test, { masks: 12 });
    expect(result).toMatchObject({ candidate: "endless", seed: 4, ...scoreOf(logProb) });
    expect([...(await made.logProb(splits.valid, { masks: 12 }))]).toEqual(record.validationLogProb);
    expect(result.nll).toBeLessThan(D * Math.LN2);
    made.dispose();
  });

  it("stops when validation has not become better for a while, and at the most minibatches in any case", async () => {
    const store = new Memory();
    await runSeeds(untrained, [1], splits, context(store));
    expect(store.kept.get("untrained 1")!.record).toMatchObject({ bestEpoch: 2, epochs: 6 });
    await runSeeds({ ...small, minibatches: 13 }, [1], splits, context(store));
    expect(store.kept.get("small 1")!.record.epochs).toBe(4);
  });

  it("gives the same figures for the same seed, others for another", async () => {
    const run = async (seed: number) => (await runSeeds(small, [seed], splits, context()))[0].nll;
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
