// From blocks to results: goes through them, works on those of its shard, writes what comes out. Which block a row is in
// does not hang on the shards, so the parts put together are the whole.

import { crc32 } from "../../io/crc32.ts";
import type { Layout, Rows } from "./formats.ts";
import { type Output, openOutput, openPart, type Shard } from "./output.ts";
import type { Report } from "./report.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Work<Block> {
  blocks: AsyncIterable<Block> | Iterable<Block>;
  /** Rows of a block. */
  rowsOf: (block: Block) => number;
  /** What was read: parts that were made from other data are not merged. */
  wordsOf?: (block: Block) => readonly Uint32Array[];
  /** What becomes of a block. */
  compute: (block: Block) => Promise<Rows>;
  /** Share of the blocks that was read; undefined where nobody knows. */
  share: () => number | undefined;
}

export interface Place {
  output?: string;
  shard?: Shard;
  layout: Layout;
  /** The command and whatever its results follow from: parts of different runs are not merged. */
  run: unknown;
}

/** @returns the rows that were worked on */
export async function writeResults<Block>(
  { blocks, rowsOf, wordsOf, compute, share }: Work<Block>,
  { output: file, shard, layout, run }: Place,
  report: Report,
  { out, stop }: Surroundings,
): Promise<number> {
  const destination = { file, stdout: out };
  const output: Output = shard
    ? await openPart(destination, { made: "part", ...shard, run, layout })
    : await openOutput(destination, layout);
  const totals = { rows: 0, blocks: 0, checksum: 0 };
  let worked = 0;
  // Progress and data on one terminal would be a mess.
  const quiet = file === undefined && out.isTTY;
  try {
    for await (const block of blocks) {
      stop.throwIfAborted();
      const index = totals.blocks++;
      totals.rows += rowsOf(block);
      for (const { buffer, byteOffset, byteLength } of (shard && wordsOf?.(block)) ?? [])
        totals.checksum =
          (Math.imul(totals.checksum, 31) + crc32(new Uint8Array(buffer, byteOffset, byteLength))) >>> 0;
      if (!shard || index % shard.of === shard.part - 1) {
        await output.write(index, await compute(block));
        worked += rowsOf(block);
      }
      if (!quiet) report.progress(worked, share());
    }
    report.clear();
    stop.throwIfAborted();
    await output.finish(totals);
    return worked;
  } finally {
    report.clear();
    await output.discard();
  }
}

/**
 * The seed of a block's draws: block 0 has the seed itself, so that a few rows are those of the library; the others are as
 * far from it as can be, and so are those of the turns in which rows are drawn again (from 1 on).
 */
export const seedOf = (seed: number, block: number, turn = 0): number =>
  Number((BigInt(seed) + (BigInt(block) + (BigInt(turn) << 32n)) * 0x13c6ef372fe94bn) % 2n ** 53n);
