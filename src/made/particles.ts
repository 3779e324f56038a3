// Completing rows where what is observed does not come first: sequential importance resampling (Gordon, Salmond, Smith
// 1993). Particles draw what is missing in the order of their mask; what is observed weighs them; where few carry the
// weight they are drawn anew in proportion to it and go on from there. Estimates; what is exact is in impute.ts.

import { type Asked, chooseMasks, drawRows } from "./draw.ts";
import type { Mask } from "./masks.ts";
import { Random } from "./random.ts";
import { logMeanExp } from "./reference/log-mean-exp.ts";
import { BinaryRows } from "./rows.ts";
import { eachLogProb } from "./score.ts";

/** Particles on an engine at once. */
const AT_A_TIME = 8192;
/** Particles are drawn anew where this share of them would tell as much. */
const FEW = 0.5;

export interface ParticleTask {
  masks: readonly Mask[];
  rows: BinaryRows;
  /** 1 where a cell is observed, (D): the same for all rows. */
  observed: Uint8Array;
  /** A number for every row, from which its random numbers follow, (rows), and one more than the largest there may be. */
  numbers: readonly number[];
  count: number;
  /** Particles a row. */
  particles: number;
  /** How many rows to draw from the particles of each, by weight. */
  samples: number;
  seed: number;
  signal?: AbortSignal;
}

/** What the particles of a row came to. */
export interface ParticleResult {
  samples: BinaryRows; // (samples, D)
  /** Probability of a 1 in every cell, (D). */
  probability: Float64Array;
  /** log p of what is observed, in nats. */
  logMarginal: number;
  /** 1 / Σ w² of the weights the particles end with. */
  effectiveSampleSize: number;
}

/** The particles of one row on their way. */
interface Cloud {
  row: number;
  /** Positions that are settled, and how often the particles were drawn anew. */
  settled: number;
  stage: number;
  logMarginal: number;
  values: BinaryRows; // (particles, D)
  maskOf: Uint32Array; // (particles)
}

export async function completeByParticles(asked: Asked, task: ParticleTask): Promise<ParticleResult[]> {
  const { masks, rows, numbers, particles: S, seed } = task;
  const { inputs: D } = rows;
  const results: ParticleResult[] = [];
  const waiting: Cloud[] = Array.from({ length: rows.rows }, (_, row) => {
    const values = rows.take(new Uint32Array(S).fill(row));
    return {
      row,
      settled: 0,
      stage: 0,
      logMarginal: 0,
      values,
      maskOf: chooseMasks(seed, S, masks.length, numbers[row] * S),
    };
  });
  const inputAt = masks.map(({ ordering }) => {
    const inputs = new Uint32Array(D);
    ordering.forEach((position, d) => {
      inputs[position - 1] = d;
    });
    return inputs;
  });
  while (waiting.length > 0) {
    const clouds = waiting.splice(0, Math.max(1, Math.floor(AT_A_TIME / S)));
    const logps = await draw(asked, task, clouds, inputAt);
    for (const [c, cloud] of clouds.entries()) {
      const finished = weigh(task, cloud, inputAt, logps.subarray(c * S * D, (c + 1) * S * D));
      if (finished) results[cloud.row] = finished;
      else waiting.push(cloud);
    }
  }
  return results;
}

/** Draws what is neither settled nor observed of every particle; gives log p of the observed cells by position, (clouds · S, D). */
async function draw(
  asked: Asked,
  { masks, observed, numbers, count, particles: S, seed, signal }: ParticleTask,
  clouds: readonly Cloud[],
  inputAt: readonly Uint32Array[],
): Promise<Float64Array> {
  const D = observed.length;
  const n = clouds.length * S;
  const values = BinaryRows.zeros(n, D);
  const given = BinaryRows.zeros(n, D);
  const maskOf = new Uint32Array(n);
  const streams = new Uint32Array(n);
  const { wordsPerRow } = given;
  for (const [c, cloud] of clouds.entries()) {
    values.words.set(cloud.values.words, c * S * wordsPerRow);
    maskOf.set(cloud.maskOf, c * S);
    for (let i = 0; i < S; i++) {
      const at = c * S + i;
      streams[at] = (cloud.stage * count + numbers[cloud.row]) * S + i;
      for (let s = 0; s < D; s++) {
        const d = inputAt[maskOf[at]][s];
        if (s < cloud.settled || observed[d]) given.words[at * wordsPerRow + (d >>> 5)] |= 1 << (d & 31);
      }
    }
  }
  const of = Uint32Array.from({ length: n }, (_, r) => r);
  const { rows } = await drawRows(asked, {
    masks,
    maskOf,
    streams,
    seed,
    signal,
    given: { values, observed: given, of },
  });
  for (const [c, cloud] of clouds.entries()) cloud.values = rows.slice(c * S, (c + 1) * S);

  const logps = new Float64Array(n * D);
  for (const [k, mask] of masks.entries()) {
    const its = of.filter((r) => maskOf[r] === k);
    const write = (i: number, cells: Float64Array) => {
      for (let s = 0; s < D; s++) if (observed[inputAt[k][s]]) logps[its[i] * D + s] = cells[inputAt[k][s]];
    };
    await eachLogProb(asked, rows.take(its), mask, write, signal);
  }
  return logps;
}

/** Weighs the particles position by position, up to where they are to be drawn anew, or to the end: then it has a result. */
function weigh(
  { masks, observed, numbers, particles: S, samples, seed, count }: ParticleTask,
  cloud: Cloud,
  inputAt: readonly Uint32Array[],
  logps: Float64Array,
): ParticleResult | undefined {
  const D = observed.length;
  const weights = new Float64Array(S); // logarithms
  const random = new Random(seed, "resample", cloud.stage * count + numbers[cloud.row]);
  for (let s = cloud.settled; s < D; s++) {
    for (let i = 0; i < S; i++) weights[i] += logps[i * D + s];
    // Drawing anew pays only where something is to be drawn next.
    const drawsNext = s + 1 < D && masks.some((_, k) => !observed[inputAt[k][s + 1]]);
    if (!drawsNext || sizeOf(weights) >= FEW * S) continue;
    cloud.logMarginal += logMeanExp(weights);
    const chosen = systematic(weights, S, random.uniform());
    cloud.values = cloud.values.take(chosen);
    cloud.maskOf = Uint32Array.from(chosen, (i) => cloud.maskOf[i]);
    cloud.settled = s + 1;
    cloud.stage++;
    return undefined;
  }
  const probability = new Float64Array(D);
  const shares = sharesOf(weights);
  for (let i = 0; i < S; i++) for (let d = 0; d < D; d++) probability[d] += shares[i] * cloud.values.get(i, d);
  return {
    samples: cloud.values.take(systematic(weights, samples, random.uniform())),
    probability,
    logMarginal: cloud.logMarginal + logMeanExp(weights),
    effectiveSampleSize: sizeOf(weights),
  };
}

/** Weights that sum to 1 from their logarithms. */
function sharesOf(logWeights: Float64Array): Float64Array {
  const all = logMeanExp(logWeights) + Math.log(logWeights.length);
  return logWeights.map((w) => Math.exp(w - all));
}

/** 1 / Σ w². */
const sizeOf = (logWeights: Float64Array): number => 1 / sharesOf(logWeights).reduce((sum, w) => sum + w * w, 0);

/** `n` indices, each about as often as its weight says: systematic resampling by one number `u` in [0, 1). */
function systematic(logWeights: Float64Array, n: number, u: number): number[] {
  const shares = sharesOf(logWeights);
  const chosen: number[] = [];
  let reached = 0;
  let i = -1;
  for (let j = 0; j < n; j++) {
    while (reached <= (j + u) / n && i + 1 < shares.length) reached += shares[++i];
    chosen.push(i);
  }
  return chosen;
}
