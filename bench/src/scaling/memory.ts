// GPU memory: what a device's buffers add up to, counted from outside, and what a model in training should take.

export interface BufferCount {
  /** Bytes in buffers that are not destroyed. */
  live(): number;
  /** The most there were since the last {@link forgetPeak}. */
  peak(): number;
  forgetPeak(): void;
}

/** Counts every buffer that is made on `device` from now on. */
export function countBuffers(device: GPUDevice): BufferCount {
  let live = 0;
  let peak = 0;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let there = true;
    live += descriptor.size;
    peak = Math.max(peak, live);
    buffer.destroy = () => {
      if (there) live -= descriptor.size;
      there = false;
      return destroy();
    };
    return buffer;
  };
  return {
    live: () => live,
    peak: () => peak,
    forgetPeak: () => {
      peak = live;
    },
  };
}

export interface Training {
  readonly inputs: number;
  readonly hidden: readonly number[];
  /** B. */
  readonly batch: number;
  /** Rows of the training set. */
  readonly rows: number;
}

/** What the table of masks may take, and how many it holds for a model of one: as in src/made/gpu/mask-table.ts. */
const TABLE_BYTES = 2 ** 24;
const TABLE_MASKS = 34;

/**
 * Bytes of a model of one mask with L hidden layers while Adam trains it:
 *
 *     12 · parameters                     values and two moments
 *   +  4 · weights + 4 · weights above W1 copies in the mask's order, for the pass forward and the pass back
 *   + 16 · B · (D + ΣH)                   activations and their gradients, each by unit and by row
 *   + rows · (D / 8 + 4)                  the training set, a bit a value, and its order
 *   + (24 · D + 16 · ΣH) · masks in the table  34 for a model of one, as far as they fit into 16 MiB
 */
export function expectedBytes({ inputs: D, hidden, batch, rows }: Training): number {
  const sizes = [D, ...hidden, D];
  const weights = sizes.slice(1).map((units, l) => units * sizes[l]);
  const all = weights.reduce((a, b) => a + b, 0);
  const units = D + hidden.reduce((a, b) => a + b, 0);
  const parameters = all + units;
  const table = 16 * units + 8 * D;
  const masks = Math.min(TABLE_MASKS, Math.floor(TABLE_BYTES / table));
  return 12 * parameters + 4 * all + 4 * (all - weights[0]) + 16 * batch * units + rows * (D / 8 + 4) + table * masks;
}
