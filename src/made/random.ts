// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). Draw i of stream s is a pure function of (seed, s, i): nothing has to be stepped or saved.

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const WEYL0 = 0x9e3779b9;
const WEYL1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const mid = aHigh * bLow + ((aLow * bLow) >>> 16);
  return (aHigh * bHigh + Math.floor((mid + aLow * bHigh) / 0x10000)) >>> 0;
}

/** Ten rounds of Philox4x32: four random words for a 128-bit counter under a 64-bit key. */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter as [number, number, number, number];
  let [k0, k1] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = mulHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL0) >>> 0;
    k1 = (k1 + WEYL1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What a stream of random numbers is for; each purpose has numbers of its own under the same seed. */
export const STREAMS = {
  ordering: 1,
  degrees: 2,
  weights: 3,
  shuffle: 4,
  sample: 5,
  binarize: 6,
  mask: 7,
  resample: 8,
  dropout: 9,
  split: 10,
} as const;

/** A stream of random numbers: `purpose` and `index` (mask, epoch, row …) choose it, draws follow one another. */
export class Random {
  readonly #key: readonly [number, number];
  readonly #purpose: number;
  readonly #index: number;
  #draws = 0;
  #block: readonly number[] = [];

  constructor(seed: number, purpose: keyof typeof STREAMS, index = 0) {
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
    this.#purpose = STREAMS[purpose];
    this.#index = index;
  }

  /** A uniform 32-bit word. */
  word(): number {
    const lane = this.#draws & 3;
    if (lane === 0) this.#block = philox([Math.floor(this.#draws / 4), this.#index, this.#purpose, 0], this.#key);
    this.#draws++;
    return this.#block[lane];
  }

  /** Uniform in [0, 1), a multiple of 2⁻²⁴: exact in float32, so that every engine draws the same. */
  uniform(): number {
    return (this.word() >>> 8) / 2 ** 24;
  }

  /** From the standard normal distribution (Box and Muller): the cosine half of a pair. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A uniform integer in 0 … n−1, without bias (words from the incomplete last range are drawn again). */
  below(n: number): number {
    const limit = Math.floor(2 ** 32 / n) * n;
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }

  /** A uniform permutation of 0 … n−1 (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const items = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}
