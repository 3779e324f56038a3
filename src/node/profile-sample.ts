// What drawing rows costs beside scoring as many, and beside the usual way of drawing them: D whole passes.

import type { Gpu } from "../gpu/gpu.ts";
import type { Profile } from "../gpu/profile.ts";
import type { ResolvedConfig } from "../made/config.ts";
import { GpuNetwork } from "../made/gpu/network.ts";
import { initialParameters } from "../made/initialize.ts";
import { type Mask, maskAt } from "../made/masks.ts";
import type { DrawRequest, Network } from "../made/network.ts";
import { Random } from "../made/random.ts";
import { BinaryRows } from "../made/rows.ts";

/** Milliseconds, medians; the D passes are made once, and for the fewest rows alone. */
export interface SampleTimes {
  rows: number;
  score: number;
  draw: number;
  passes?: number;
}

const numbers = (n: number) => Uint32Array.from({ length: n }, (_, r) => r);

const requestOf = (mask: Mask, n: number): DrawRequest => ({
  rows: n,
  walks: [{ mask, rows: numbers(n) }],
  seed: 1,
  streams: numbers(n),
  temperature: 1,
});

/** Times drawing and scoring `counts` rows in turns, `runs` times each after one to warm up. */
export async function timeSampling(
  gpu: Gpu,
  config: ResolvedConfig,
  { counts, runs, profile }: { counts: readonly number[]; runs: number; profile?: Profile },
): Promise<SampleTimes[]> {
  const network = await GpuNetwork.create(gpu, config, { profile });
  network.write(initialParameters(config));
  const mask = maskAt(config, 0);
  const times: SampleTimes[] = [];
  for (const n of counts) {
    const request = requestOf(mask, n);
    const draw: number[] = [];
    const score: number[] = [];
    for (let run = 0; run <= runs; run++) {
      if (run === 1) profile?.totals.clear();
      let started = performance.now();
      const { rows } = await network.draw(request);
      if (run > 0) draw.push(performance.now() - started);
      started = performance.now();
      const loaded = await network.load(rows);
      await network.score(loaded, [mask]);
      loaded.dispose();
      if (run > 0) score.push(performance.now() - started);
    }
    times.push({ rows: n, score: median(score), draw: median(draw) });
  }
  const fewest = times.reduce((least, some) => (some.rows < least.rows ? some : least));
  if (!profile) fewest.passes = await timePasses(network, config, mask, fewest.rows);
  network.dispose();
  return times;
}

/** Draws `n` rows by D whole passes and returns the milliseconds it took. */
async function timePasses(network: Network, { inputs: D }: ResolvedConfig, mask: Mask, n: number): Promise<number> {
  const random = new Random(1, "sample");
  const rows = BinaryRows.zeros(n, D);
  const started = performance.now();
  for (let position = 1; position <= D; position++) {
    const d = mask.ordering.indexOf(position);
    const loaded = await network.load(rows);
    const p = await network.conditionals(loaded, mask, "probabilities");
    loaded.dispose();
    for (let r = 0; r < n; r++)
      if (random.uniform() < p[r * D + d]) rows.words[r * rows.wordsPerRow + (d >>> 5)] |= 1 << (d & 31);
  }
  return performance.now() - started;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
