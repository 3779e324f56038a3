// Drawing rows: the one pass against D whole passes bit by bit, the two engines, what a walk is cut into, and what it is
// told.

import { Gpu } from "../../src/gpu/gpu.ts";
import type { MadeConfig, ResolvedConfig } from "../../src/made/config.ts";
import { GpuNetwork } from "../../src/made/gpu/network.ts";
import { type Mask, maskAt } from "../../src/made/masks.ts";
import type { DrawRequest, Network } from "../../src/made/network.ts";
import { Random } from "../../src/made/random.ts";
import { ReferenceNetwork } from "../../src/made/reference/network.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { type Case, expect } from "./case.ts";
import { config, randomParameters } from "./models.ts";

/** All of `rows` rows under one mask. */
const under = (mask: Mask, rows: number, options: Partial<DrawRequest> = {}): DrawRequest => ({
  rows,
  walks: [{ mask, rows: Uint32Array.from({ length: rows }, (_, r) => r) }],
  seed: 1,
  streams: Uint32Array.from({ length: rows }, (_, r) => r),
  temperature: 1,
  ...options,
});

/** The float32 just below `p` > 0. */
function below(p: number): number {
  const word = new Uint32Array(Float32Array.of(p).buffer);
  word[0]--;
  return new Float32Array(word.buffer)[0];
}

/**
 * Rows drawn by D whole passes with the sharpest of numbers: each is the probability itself, which draws 0, or the float32
 * just below it, which draws 1. One bit of difference in one probability, and a one-pass draw takes another turn.
 */
async function byPasses(network: Network, { inputs: D }: ResolvedConfig, mask: Mask, rows: number) {
  const random = new Random(9, "shuffle");
  const x = new Uint8Array(rows * D);
  const uniforms = new Float64Array(rows * D);
  for (let position = 1; position <= D; position++) {
    const d = mask.ordering.indexOf(position);
    const loaded = await network.load(BinaryRows.from(x, D));
    const p = await network.conditionals(loaded, mask, "probabilities");
    loaded.dispose();
    for (let i = d; i < rows * D; i += D) {
      x[i] = p[i] === 0 ? 0 : p[i] === 1 ? 1 : random.below(2);
      uniforms[i] = x[i] === 1 ? below(p[i]) : p[i];
    }
  }
  return { x, uniforms };
}

const SHAPES: { D: number; hidden: number[]; rows: number; options?: Partial<MadeConfig> }[] = [
  { D: 1, hidden: [], rows: 3 },
  { D: 1, hidden: [3], rows: 2 },
  { D: 5, hidden: [7], rows: 1, options: { activation: "sigmoid" } },
  { D: 33, hidden: [], rows: 5 },
  { D: 40, hidden: [31, 9, 17], rows: 21, options: { activation: "softplus" } },
  { D: 70, hidden: [50, 40], rows: 17, options: { activation: "tanh" } },
  { D: 100, hidden: [37], rows: 9 },
];

const onePass: Case[] = SHAPES.map(({ D, hidden, rows, options }) => ({
  name: `drawing: one pass is D passes bit for bit, D=${D}, hidden=[${hidden}]`,
  sharesDevice: true,
  async run({ device }) {
    let cells = 0;
    for (const directConnections of [false, true]) {
      const made = config({ inputs: D, hidden, ordering: "random", directConnections, seed: D, ...options });
      const mask = maskAt(made, 0);
      const gpu = await Gpu.open({ device });
      const network = await GpuNetwork.create(gpu, made);
      network.write(randomParameters(made, 3));
      const { x, uniforms } = await byPasses(network, made, mask, rows);
      const drawn = await network.draw(under(mask, rows, { uniforms }));
      const got = drawn.rows.toUint8Array();
      const i = got.findIndex((value, j) => value !== x[j]);
      expect(i < 0, `row ${Math.floor(i / D)}, input ${i % D}: got ${got[i]}, want ${x[i]}`);
      const loaded = await network.load(drawn.rows);
      const nll = await network.score(loaded, [mask]);
      drawn.drawn.forEach((logp, r) => {
        expect(Math.abs(logp + nll[r]) <= 1e-5 * (1 + nll[r]), `log p of row ${r}: got ${logp}, want ${-nll[r]}`);
      });
      loaded.dispose();
      network.dispose();
      expect(gpu.liveBytes === 0, `${gpu.liveBytes} bytes are still allocated after dispose()`);
      cells += rows * D;
    }
    return `${cells} cells`;
  },
}));

const engines: Case = {
  name: "drawing: the engines draw the same rows for the same seed",
  sharesDevice: true,
  async run({ device }) {
    const made = config({ inputs: 60, hidden: [33], ordering: "random", seed: 4 });
    const mask = maskAt(made, 0);
    const network = await GpuNetwork.create(await Gpu.open({ device }), made);
    const reference = new ReferenceNetwork(made);
    for (const engine of [network, reference]) engine.write(randomParameters(made, 2));
    const request = under(mask, 50, { seed: 2 ** 40 + 3, streams: Uint32Array.from({ length: 50 }, (_, r) => 7 * r) });
    const [got, want] = [await network.draw(request), await reference.draw(request)];
    network.dispose();
    const words = got.rows.words.findIndex((word, i) => word !== want.rows.words[i]);
    expect(words < 0, `word ${words} differs`);
    return "50 rows";
  },
};

export const drawingCases: Case[] = [...onePass, engines];
