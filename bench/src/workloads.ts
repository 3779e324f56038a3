// What is measured: the shapes of the networks, how many rows each operation gets, and the seeded data.
// Pure data, the same wherever it runs.

export interface Workload {
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
}

export const WORKLOADS: readonly Workload[] = [
  { name: "w1", inputs: 784, hidden: [500] },
  { name: "w2", inputs: 784, hidden: [500, 500] },
  { name: "w3", inputs: 180, hidden: [500] },
];

/** What a contender can be timed at, and what one of it is. */
export const OPERATIONS = {
  train: "a training step, 100 rows, Adam",
  evaluate: "−log p of 1,000 rows, read back",
  sample: "16 samples, read back",
} as const;
export type Operation = keyof typeof OPERATIONS;

/** B: rows a minibatch. */
export const BATCH = 100;
/** Different minibatches that training goes through, again and again. */
export const BATCHES = 20;
export const EVALUATION_ROWS = 1000;
export const SAMPLES = 16;
/** Adam as Kingma and Ba print it, and as every contender is told. */
export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Uniform numbers in [0, 1) from a seed (mulberry32): the same in every place. */
export function uniformsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Row-major 0/1 rows in which every input has a rate of ones of its own, (rows, D). */
export function binaryRows(rows: number, D: number, seed: number): Uint8Array {
  const uniform = uniformsFrom(seed);
  const rates = Float64Array.from({ length: D }, uniform);
  return Uint8Array.from({ length: rows * D }, (_, i) => (uniform() < rates[i % D] ? 1 : 0));
}
