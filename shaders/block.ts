// The shape of the register block that one invocation computes and of the workgroup around it.
// Pure data: which adapter gets which is decided by the caller, and no shape changes a bit of any result.

import type { AdapterKind } from "../src/gpu/gpu.ts";
import { roundUp } from "../src/gpu/kernel-spec.ts";

/** `units` × `rows` values an invocation (multiples of 4), `lanes` = invocations along units and along rows. */
export interface Block {
  readonly units: number;
  readonly rows: number;
  readonly lanes: readonly [number, number];
}

/** `units` × `inputs` weights an invocation. */
export interface UpdateBlock {
  readonly units: number;
  readonly inputs: number;
  readonly lanes: readonly [number, number];
}

/** Every buffer that is indexed by unit has room for a multiple of this many units. */
export const UNIT_MULTIPLE = 8;

const ROWS = { software: [20, 16, 12, 8, 4], hardware: [4] } as const;

/** Every forward and backward block that {@link blockFor} may choose. */
export const BLOCKS: readonly Block[] = [
  ...ROWS.software.map((rows): Block => ({ units: 8, rows, lanes: [8, 1] })),
  { units: 4, rows: 4, lanes: [16, 4] },
];

export const UPDATE_BLOCKS: readonly UpdateBlock[] = [
  { units: 8, inputs: 16, lanes: [8, 1] },
  { units: 4, inputs: 4, lanes: [8, 8] },
];

/** The block for minibatches of up to `rows` rows: the one that wastes least on the last, ragged block of rows. */
export function blockFor(kind: AdapterKind, rows: number): Block {
  if (kind === "hardware") return BLOCKS[BLOCKS.length - 1];
  // Cost of a block per unit of k: its multiply-adds, and the loads they share.
  const cost = (block: Block) => (roundUp(rows, block.rows) / block.rows) * (block.units * block.rows + 48);
  return BLOCKS.slice(0, -1).reduce((best, block) => (cost(block) < cost(best) ? block : best));
}

export const updateBlockFor = (kind: AdapterKind): UpdateBlock => UPDATE_BLOCKS[kind === "software" ? 0 : 1];

export const blockName = ({ units, ...rest }: Block | UpdateBlock): string =>
  `${units}x${"rows" in rest ? rest.rows : rest.inputs}`;
