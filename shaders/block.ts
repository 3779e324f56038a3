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
}

/** `units` × `inputs` weights an invocation. */
export interface UpdateBlock {
  readonly units: number;
  readonly inputs: number;
  readonly lanes: readonly [number, number];
  readonly unroll: number;
}

/** Every buffer that is indexed by unit has room for a multiple of this many units. */
export const UNIT_MULTIPLE = 16;

const wide = (units: number, unroll: number): Block[] =>
  [20, 16, 12, 8, 4].map((rows) => ({ units, rows, lanes: [8, 1], unroll }));

/** The blocks each kind may get. Measured: see docs/benchmarks.md. */
const FORWARD: Record<AdapterKind, readonly Block[]> = {
  lavapipe: wide(8, 1),
  swiftshader: wide(16, 2),
  hardware: [{ units: 4, rows: 4, lanes: [16, 4], unroll: 4 }],
};

const UPDATE: Record<AdapterKind, UpdateBlock> = {
  lavapipe: { units: 8, inputs: 16, lanes: [8, 1], unroll: 1 },
  swiftshader: { units: 16, inputs: 16, lanes: [8, 1], unroll: 2 },
  hardware: { units: 4, inputs: 4, lanes: [8, 8], unroll: 4 },
};

/** Every block that {@link blockFor} and {@link updateBlockFor} may choose. */
export const BLOCKS: readonly Block[] = Object.values(FORWARD).flat();
export const UPDATE_BLOCKS: readonly UpdateBlock[] = Object.values(UPDATE);

/** The block for minibatches of up to `rows` rows: the one that wastes least on the last, ragged block of rows. */
export function blockFor(kind: AdapterKind, rows: number): Block {
  // Cost of a block per unit of k: its multiply-adds, and the loads they share.
  const cost = (block: Block) => (roundUp(rows, block.rows) / block.rows) * (block.units * block.rows + 48);
  return FORWARD[kind].reduce((best, block) => (cost(block) < cost(best) ? block : best));
}

export const updateBlockFor = (kind: AdapterKind): UpdateBlock => UPDATE[kind];

export const blockName = (block: Block | UpdateBlock): string =>
  `${block.units}x${"rows" in block ? block.rows : block.inputs}${block.unroll > 1 ? ` by ${block.unroll}` : ""}`;
