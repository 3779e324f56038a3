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
  readonly fetch: Fetch;
}

/**
 * Who fetches the operands: every invocation for itself; the four of a quad together, where there are subgroups (`lanes`
 * is then a multiple of 4 along units, and 1 along rows); eight, where they are a workgroup and a subgroup has as many; or
 * the workgroup, into its own memory.
 */
export type Fetch = "alone" | "quad" | "octet" | "workgroup";

/** `units` × `inputs` weights an invocation. */
export type UpdateBlock = Omit<Block, "rows"> & { readonly inputs: number };

/** What of a GPU decides the shapes. */
export interface Target {
  readonly kind: AdapterKind;
  /** Fewest invocations a subgroup has; 0 where subgroups may not be used. */
  readonly subgroupSize: number;
}

/** Every buffer that is indexed by unit has room for a multiple of this many units. */
export const UNIT_MULTIPLE = 16;

/** One block with each of several numbers of rows. */
export const many = <B extends Omit<Block, "rows">>(rows: readonly number[], block: B): (B & { rows: number })[] =>
  rows.map((r) => ({ rows: r, ...block }));

const UPTO_20 = [20, 16, 12, 8, 4];
const UPTO_52 = [52, 36, 28, ...UPTO_20];

/** What a kind may get by who fetches, the best last: what needs subgroups is for adapters that have them. */
export type Choices<T> = Partial<Record<Fetch, T>>;

/** Measured: see docs/benchmarks.md. */
const FORWARD: Record<AdapterKind, Choices<readonly Block[]>> = {
  lavapipe: {
    alone: many(UPTO_20, { units: 8, lanes: [8, 1], unroll: 1, fetch: "alone" }),
    quad: many(UPTO_20, { units: 8, lanes: [8, 1], unroll: 1, fetch: "quad" }),
    octet: many(UPTO_52, { units: 8, lanes: [8, 1], unroll: 1, fetch: "octet" }),
  },
  swiftshader: {
    alone: many(UPTO_20, { units: 16, lanes: [8, 1], unroll: 2, fetch: "alone" }),
    quad: many(UPTO_52, { units: 16, lanes: [4, 1], unroll: 4, fetch: "quad" }),
  },
  hardware: {
    workgroup: many([4], { units: 8, lanes: [8, 8], unroll: 16, fetch: "workgroup" }),
  },
};

const UPDATE: Record<AdapterKind, Choices<UpdateBlock>> = {
  lavapipe: {
    alone: { units: 8, inputs: 16, lanes: [8, 1], unroll: 1, fetch: "alone" },
    quad: { units: 8, inputs: 16, lanes: [8, 1], unroll: 1, fetch: "quad" },
    octet: { units: 8, inputs: 28, lanes: [8, 1], unroll: 1, fetch: "octet" },
  },
  swiftshader: {
    alone: { units: 16, inputs: 16, lanes: [8, 1], unroll: 2, fetch: "alone" },
    quad: { units: 16, inputs: 32, lanes: [4, 1], unroll: 4, fetch: "quad" },
  },
  hardware: {
    workgroup: { units: 8, inputs: 4, lanes: [8, 8], unroll: 16, fetch: "workgroup" },
  },
};

/** Invocations of a subgroup that fetch together. */
const NEEDED: Record<Fetch, number> = { alone: 0, workgroup: 0, quad: 4, octet: 8 };

/** The best of what a target can run. */
export const pick = <T>(choices: Choices<T>, { subgroupSize }: Target): T =>
  Object.entries(choices).reduce<T | undefined>(
    (best, [fetch, choice]) => (NEEDED[fetch as Fetch] <= subgroupSize ? choice : best),
    undefined,
  )!;

/** Every block that {@link blocksFor} may choose. */
export const BLOCKS: readonly Block[] = Object.values(FORWARD).flatMap((choices) => Object.values(choices).flat());
export const UPDATE_BLOCKS: readonly UpdateBlock[] = Object.values(UPDATE).flatMap((choices) => Object.values(choices));

/** The blocks that a model on one adapter uses. */
export interface Blocks {
  /** For minibatches of up to `rows` rows. */
  forward(rows: number): Block;
  readonly update: UpdateBlock;
}

/** What was measured to be the best for an adapter. */
export function blocksFor(target: Target): Blocks {
  // Cost of a block per unit of k: its multiply-adds, and the loads they share. The last block of rows is ragged.
  const cost = (block: Block, rows: number) =>
    (roundUp(rows, block.rows) / block.rows) * (block.units * block.rows + 48);
  return {
    forward: (rows) =>
      pick(FORWARD[target.kind], target).reduce((best, block) => (cost(block, rows) < cost(best, rows) ? block : best)),
    update: pick(UPDATE[target.kind], target),
  };
}

export const blockName = (block: Block | UpdateBlock): string =>
  `${block.units}x${"rows" in block ? block.rows : block.inputs}${block.unroll > 1 ? ` by ${block.unroll}` : ""}${block.fetch === "alone" ? "" : `, ${block.fetch}`}`;
