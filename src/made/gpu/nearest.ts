// The nearest rows of a set on the GPU: many rows against every slice of the set at once, and what the slices found merged on
// the host in their order.

import { nearest, PART } from "../../../shaders/nearest.ts";
import { ceilDiv } from "../../gpu/kernel-spec.ts";
import { Nearest, type Neighbours } from "../nearest.ts";
import type { GpuRows } from "./rows.ts";
import { ready, type Shared } from "./workspace.ts";

/** Slices a set is cut into, at most, and the least rows that are worth one. */
const SLICES = 64;
const SLICE_ROWS = 64;
/** Most bytes of results that are gathered on the GPU before they are read back. */
const RESULT_BYTES = 2 ** 24;
/** Pairs of words that a dispatch compares, about: so many dispatches can be cut into submits of a bearable length. */
const PAIRS = 2 ** 23;
/** Dynamic offsets are multiples of this on every adapter at default limits. */
const STRIDE = 256;

export async function findNearest(
  { gpu, openStream, config }: Shared,
  rows: GpuRows,
  among: GpuRows,
  k: number,
  signal?: AbortSignal,
): Promise<Neighbours> {
  const words = ceilDiv(config.inputs, 32);
  const slices = Math.max(1, Math.min(SLICES, ceilDiv(among.rows, SLICE_ROWS)));
  const slice = ceilDiv(among.rows, slices);
  const together = Math.max(1, Math.min(rows.rows, Math.floor(RESULT_BYTES / (8 * slices * k))));
  const at = Math.max(1, Math.floor(PAIRS / (together * slices * words))); // rows of a slice in one dispatch
  const firsts = Array.from({ length: ceilDiv(rows.rows, together) }, (_, i) => i * together);
  const begins = Array.from({ length: ceilDiv(slice, at) }, (_, i) => i * at);

  const parts = new DataView(new ArrayBuffer(STRIDE * firsts.length * begins.length));
  for (const [i, firstRow] of firsts.entries())
    for (const [j, begin] of begins.entries()) {
      const some = {
        firstRow,
        rows: Math.min(together, rows.rows - firstRow),
        begin,
        end: Math.min(slice, begin + at),
      };
      PART.pack({ ...some, among: among.rows, slice, k, words }, parts, STRIDE * (i * begins.length + j));
    }
  const found: Neighbours = { indices: new Uint32Array(rows.rows * k), distances: new Uint32Array(rows.rows * k) };
  const best = gpu.storage("nearest", 8 * slices * together * k);
  const uniforms = gpu.uniformOf("nearest-parts", parts);
  try {
    const part = { buffer: uniforms, offset: 0, size: PART.size };
    const kernel = await gpu.scoped(() => ready(gpu, nearest(), { part, rows: rows.bits, among: among.bits, best }));
    const stream = openStream();
    for (const [i, firstRow] of firsts.entries()) {
      const B = Math.min(together, rows.rows - firstRow);
      for (const j of begins.keys()) {
        signal?.throwIfAborted();
        const offset = STRIDE * (i * begins.length + j);
        await kernel.dispatch(stream, { rows: B, slices }, offset, B * slices * at * words);
      }
      await stream.drain();
      merge(new Uint32Array(await gpu.download(best, 8 * slices * B * k)), { firstRow, rows: B, k, slices }, found);
    }
    return found;
  } finally {
    gpu.free(best, uniforms);
  }
}

/** Merges what the slices found, (slices, rows, k): in their order, so that lower numbers come first. */
function merge(
  best: Uint32Array,
  { firstRow, rows, k, slices }: { firstRow: number; rows: number; k: number; slices: number },
  into: Neighbours,
): void {
  for (let row = 0; row < rows; row++) {
    const nearest = new Nearest(k);
    for (let s = 0; s < slices; s++)
      for (let i = 0; i < k; i++) {
        const at = 2 * ((s * rows + row) * k + i);
        if (best[at] < 0xffffffff) nearest.add(best[at], best[at + 1]);
      }
    nearest.write(into, firstRow + row);
  }
}
