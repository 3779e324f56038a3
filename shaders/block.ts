// The shape of the register block that one invocation computes and of the workgroup around it.
// Pure data: which adapter gets which is decided by the caller, and no shape changes a bit of any result.

import type { AdapterKind } from "../src/gpu/gpu.ts";
import { roundUp } from "../src/gpu/kernel-spec.ts";

/** `units` × `rows` values an invocation (multiples of 4), `lanes` = invocations along units and along rows. */
export interface Block {
  readonly units: number;
  readonly rows: number;
  readonly lanes: readonly [number, number];
  /** How many k the matmul takes at a time; divides {@link UNIT_MULTIPLE}. */
  readonly unroll: number;
  /**
   * How many invocations fetch the right operand together: 1, or 4 where there are subgroups; then `lanes` is a
   * multiple of 4 along units, and 1 along rows.
   */
  readonly share: 1 | 4;
}

/** `units` × `inputs` weights an invocation. */
export type UpdateBlock = Omit<Block, "rows"> & { readonly inputs: number };

/** What of a GPU decides the shapes. */
export interface Target {
  readonly kind: AdapterKind;
  readonly subgroups: boolean;
}

/** Every buffer that is indexed by unit has room for a multiple of this many units. */
export const UNIT_MULTIPLE = 16;

/** Blocks of one kind, largest first. */
const many = (rows: readonly number[], block: Omit<Block, "rows">): Block[] => rows.map((r) => ({ rows: r, ...block }));

const UPTO_20 = [20, 16, 12, 8, 4];
const UPTO_28 = [28, ...UPTO_20];
const UPTO_52 = [52, 36, ...UPTO_28];

/** What a kind may get: shapes that need nothing, and where they are faster, those for quads that fetch together. */
interface Choice<T> {
  readonly alone: T;
  readonly together?: T;
}

/** Measured: see docs/benchmarks.md. */
const FORWARD: Record<AdapterKind, Choice<readonly Block[]>> = {
  lavapipe: {
    alone: many(UPTO_20, { units: 8, lanes: [8, 1], unroll: 1, share: 1 }),
    together: many(UPTO_28, { units: 8, lanes: [8, 1], unroll: 1, share: 4 }),
  },
  swiftshader: {
    alone: many(UPTO_20, { units: 16, lanes: [8, 1], unroll: 2, share: 1 }),
    together: many(UPTO_52, { units: 16, lanes: [4, 1], unroll: 4, share: 4 }),
  },
  hardware: {
    alone: many([4], { units: 4, lanes: [16, 4], unroll: 4, share: 1 }),
  },
};

const UPDATE: Record<AdapterKind, Choice<UpdateBlock>> = {
  lavapipe: {
    alone: { units: 8, inputs: 16, lanes: [8, 1], unroll: 1, share: 1 },
    together: { units: 8, inputs: 16, lanes: [8, 1], unroll: 1, share: 4 },
  },
  swiftshader: {
    alone: { units: 16, inputs: 16, lanes: [8, 1], unroll: 2, share: 1 },
    together: { units: 16, inputs: 32, lanes: [4, 1], unroll: 4, share: 4 },
  },
  hardware: {
    alone: { units: 4, inputs: 4, lanes: [8, 8], unroll: 4, share: 1 },
  },
};

const pick = <T>({ alone, together = alone }: Choice<T>, subgroups: boolean): T => (subgroups ? together : alone);
const both = <T>({ alone, together }: Choice<T>): T[] => (together ? [alone, together] : [alone]);

/** Every block that {@link blocksFor} may choose. */
export const BLOCKS: readonly Block[] = Object.values(FORWARD).flatMap((choice) => both(choice).flat());
export const UPDATE_BLOCKS: readonly UpdateBlock[] = Object.values(UPDATE).flatMap(both);

/** The blocks that a model on one adapter uses. */
export interface Blocks {
  /** For minibatches of up to `rows` rows. */
  forward(rows: number): Block;
  readonly update: UpdateBlock;
}

/** What was measured to be the best for an adapter. */
export function blocksFor({ kind, subgroups }: Target): Blocks {
  // Cost of a block per unit of k: its multiply-adds, and the loads they share. The last block of rows is ragged.
  const cost = (block: Block, rows: number) =>
    (roundUp(rows, block.rows) / block.rows) * (block.units * block.rows + 48);
  return {
    forward: (rows) =>
      pick(FORWARD[kind], subgroups).reduce((best, block) => (cost(block, rows) < cost(best, rows) ? block : best)),
    update: pick(UPDATE[kind], subgroups),
  };
}

export const blockName = (block: Block | UpdateBlock): string =>
  `${block.units}x${"rows" in block ? block.rows : block.inputs}${block.unroll > 1 ? ` by ${block.unroll}` : ""}${block.share > 1 ? " together" : ""}`;
