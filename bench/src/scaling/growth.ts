// How a training step of ours grows with H, D and B, in time against its multiply-adds and in memory against a formula.

import { takeTurns } from "../measure.ts";
import { exponentOf, type Spread, spreadOf } from "../statistics.ts";
import { BATCH, BATCHES } from "../workloads.ts";
import { countBuffers, expectedBytes } from "./memory.ts";
import { type Steps, trainingSteps } from "./steps.ts";

/** A network with one hidden layer and the size of its minibatches. */
export interface Size {
  readonly D: number;
  readonly H: number;
  readonly B: number;
}
type Axis = keyof Size;

export interface GrowthPoint {
  readonly value: number;
  /** Multiply-adds of a step. */
  readonly work: number;
  readonly milliseconds: Spread;
  /** Time over work, relative to the point in the middle. */
  readonly relative: number;
}

export interface Growth {
  readonly axis: Axis;
  readonly fixed: Omit<Size, Axis>;
  readonly points: GrowthPoint[];
  /** Time ∝ value to this power, fitted. */
  readonly exponent: number;
}

export interface MemoryPoint extends Size {
  /** Bytes in buffers at their most, counted. */
  readonly bytes: number;
  readonly formula: number;
}

const BASE: Size = { D: 784, H: 500, B: BATCH };
const ALL: Record<Axis, readonly number[]> = {
  H: [250, 500, 1000, 2000, 4000],
  D: [100, 200, 400, 784, 1500, 3000],
  B: [50, 100, 200, 500, 1000],
};
const SOME: Record<Axis, readonly number[]> = {
  H: [250, 500, 1000, 2000],
  D: [100, 300, 784, 1500],
  B: [50, 100, 200, 400],
};

export interface GrowthOptions {
  readonly repeats: number;
  /** All sizes and not only those that a software adapter does in reasonable time. */
  readonly full: boolean;
  readonly say: (text: string) => void;
}

export async function measureGrowth(device: GPUDevice, { repeats, full, say }: GrowthOptions) {
  const count = countBuffers(device);
  const growth: Growth[] = [];
  const memory: MemoryPoint[] = [];
  for (const axis of ["H", "D", "B"] as const) {
    const sizes = (full ? ALL : SOME)[axis].map((value): Size => ({ ...BASE, [axis]: value }));
    const models = new Map<Size, Steps>();
    for (const size of sizes) {
      const before = count.live();
      count.forgetPeak();
      models.set(size, await trainingSteps(device, { inputs: size.D, hidden: [size.H] }, size.B));
      const bytes = count.peak() - before;
      const formula = expectedBytes({ inputs: size.D, hidden: [size.H], batch: size.B, rows: BATCHES * size.B });
      if (axis === "H" || size[axis] !== BASE[axis]) memory.push({ ...size, bytes, formula });
    }
    const times = await takeTurns(models, { repeats, seconds: 60 });
    for (const model of models.values()) model.dispose();
    const spreads = sizes.map((size) => {
      const samples = times.get(size)!;
      if (samples instanceof Error) throw samples;
      return spreadOf(samples);
    });
    growth.push(growthOf(axis, sizes, spreads));
    say(`growth with ${axis}: time ∝ ${axis}^${growth.at(-1)!.exponent.toFixed(2)}`);
  }
  return { growth, memory };
}

/** Two forward, one back to the hidden units, two for the gradients of the weights: five matmuls of which the masks leave half. */
const workOf = ({ D, H, B }: Size): number => (5 * B * D * H) / 2;

function growthOf(axis: Axis, sizes: readonly Size[], spreads: readonly Spread[]): Growth {
  const costs = sizes.map((size, i) => spreads[i].median / workOf(size));
  const middle = costs[Math.floor((costs.length - 1) / 2)];
  const { [axis]: _, ...fixed } = BASE;
  return {
    axis,
    fixed: fixed as Growth["fixed"],
    points: sizes.map((size, i) => ({
      value: size[axis],
      work: workOf(size),
      milliseconds: spreads[i],
      relative: costs[i] / middle,
    })),
    exponent: exponentOf(sizes.map((size, i) => [size[axis], spreads[i].median] as const)),
  };
}
