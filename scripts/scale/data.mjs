// Rows of bits that follow from their number alone, written as CSV, as NPY (float64, the widest there is) and as a deflated NPZ,
// a piece at a time.
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { Zip, ZipDeflate } from "fflate";

/** D. */
export const INPUTS = 64;
const PIECE = 4096;
/** An archive ends at 4 GiB, as fflate writes no ZIP64. */
export const MOST_ROWS = Math.floor((2 ** 32 - 1) / (8 * INPUTS)) - 1;

/**
 * Rows `first` … `first + n − 1`: bits that are drawn, half of them, each with a likely copy behind it.
 * @param {number} first @param {number} n
 */
function bitsOf(first, n) {
  const bits = new Uint8Array(n * INPUTS);
  for (let r = 0; r < n; r++) {
    let state = Math.imul(first + r + 1, 0x9e3779b1);
    for (let d = 0; d < INPUTS; d += 2) {
      // xorshift32: any bits would do, as long as they are the same every time.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      bits[r * INPUTS + d] = state & 1;
      bits[r * INPUTS + d + 1] = (state & 1) ^ Number((state & 0xf0) === 0);
    }
  }
  return bits;
}

/**
 * Writes `rows` rows as NAME.csv, NAME.npy and NAME.npz.
 * @param {string} folder @param {string} name @param {number} rows
 */
export async function writeData(folder, name, rows) {
  const streams = ["csv", "npy", "npz"].map((extension) => fs.createWriteStream(join(folder, `${name}.${extension}`)));
  const [csv, npy, npz] = streams;
  /** @param {fs.WriteStream} stream @param {string | Uint8Array} piece */
  const write = async (stream, piece) => {
    if (!stream.write(piece)) await once(stream, "drain");
  };
  /** @type {Uint8Array[]} */
  let packed = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    packed.push(piece);
  });
  const entry = new ZipDeflate("x.npy", { level: 1 });
  zip.add(entry);
  const head = npyHead(rows);
  entry.push(head);
  await write(npy, head);
  await write(csv, `${Array.from({ length: INPUTS }, (_, d) => `x${d + 1}`).join(",")}\n`);
  for (let first = 0; first < rows; first += PIECE) {
    const n = Math.min(PIECE, rows - first);
    const bits = bitsOf(first, n);
    const lines = Array.from({ length: n }, (_, r) => bits.subarray(r * INPUTS, (r + 1) * INPUTS).join(","));
    await write(csv, `${lines.join("\n")}\n`);
    const values = new Uint8Array(Float64Array.from(bits).buffer);
    await write(npy, values);
    entry.push(values);
    for (const piece of packed) await write(npz, piece);
    packed = [];
  }
  entry.push(new Uint8Array(), true);
  zip.end();
  for (const piece of packed) await write(npz, piece);
  for (const stream of streams) stream.end();
  await Promise.all(streams.map((stream) => finished(stream)));
}

/** @param {number} rows */
function npyHead(rows) {
  const text = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${INPUTS}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  const magic = [0x93, ...Buffer.from("NUMPY"), 1, 0, length & 255, length >> 8];
  return Uint8Array.from([...magic, ...Buffer.from(`${text.padEnd(length - 1)}\n`)]);
}
