// Drawing rows on the GPU at the cost of one forward pass: a blocked triangular solve. A block of positions is drawn by a
// lane a row; what it finished is then passed on to everything above by dense matmuls. Nothing is read back in between.

import { ancestralPack } from "../../../shaders/ancestral-pack.ts";
import { ancestralPush, type PushBlock, pushBlockFor } from "../../../shaders/ancestral-push.ts";
import { ancestralTriangle } from "../../../shaders/ancestral-triangle.ts";
import { ancestralUniforms } from "../../../shaders/ancestral-uniforms.ts";
import { ancestralWalk, MOST_POSITIONS, WALK_LANES } from "../../../shaders/ancestral-walk.ts";
import { ceilDiv, roundUp } from "../../gpu/kernel-spec.ts";
import type { Stream } from "../../gpu/stream.ts";
import type { Mask } from "../masks.ts";
import type { Drawn, DrawRequest } from "../network.ts";
import { STREAMS } from "../random.ts";
import { BinaryRows } from "../rows.ts";
import type { Arrangement } from "./arrangement.ts";
import { DrawSpace } from "./draw-space.ts";
import { linksOf, type PositionBlock, planWalk, type WalkPlan } from "./walk-plan.ts";
import { type Ready, ready, type Shared } from "./workspace.ts";

/** Most rows drawn at once: their values should stay in a processor's cache, or fill a GPU. */
const ROWS = { lavapipe: 512, swiftshader: 512, hardware: 4096 } as const;
/** A multiply-add inside a block costs about as much as this many in a matmul, and a draw as this many more. */
const INSIDE = 8;
const DRAW = 100;
/** The largest float32 below 1. */
const BELOW_ONE = 1 - 2 ** -24;

/** So many rows are few: they cost dispatches more than work. */
const FEW = 64;

/** Positions a block: long ones cost sequential work inside them, short ones dispatches. */
const blockSize = (D: number, rows: number): number =>
  rows <= FEW
    ? Math.max(8, Math.min(MOST_POSITIONS, 4 * Math.round(D / 24)))
    : Math.max(4, Math.min(MOST_POSITIONS / 2, 4 * Math.round(D / 48)));

/** The kernels bound for one request. */
interface Bound {
  uniforms: Ready<{ inputs: number; rows: number }>;
  triangle: readonly Ready<{ units: number }>[];
  push: readonly Ready<{ onto: number; until: number; rows: number }>[];
  walk: Ready<{ rows: number }>;
  pack: Ready<{ inputs: number; rows: number }>;
}

/** Rows of one mask that are drawn together. */
interface Chunk {
  plan: WalkPlan;
  mask: Mask;
  /** Numbers of the rows. */
  rows: Uint32Array;
  /** vec4s between the values of one unit and those of the next. */
  pitch: number;
  /** Whether the weights inside the blocks are still to be packed. */
  first: boolean;
}

export class Sampler {
  readonly #shared: Shared;
  readonly #arrangement: Arrangement;
  #space: DrawSpace | undefined;

  constructor(shared: Shared, arrangement: Arrangement) {
    this.#shared = shared;
    this.#arrangement = arrangement;
  }

  async draw(request: DrawRequest): Promise<Drawn> {
    const { gpu, config } = this.#shared;
    const { rows: n, walks, given, every = Number.POSITIVE_INFINITY } = request;
    const together = Math.min(ROWS[gpu.kind], Math.max(...walks.map(({ rows }) => rows.length)));
    const size = Math.min(blockSize(config.inputs, together), every);
    const plans = walks.map(({ mask }) => planWalk(config, mask, size));
    const block = pushBlockFor(gpu, together);
    const pitch = roundUp(together, block.rows) / 4;
    const space = await this.#spaceFor(together, Math.max(...plans.map(({ triangle }) => triangle)), size);
    const words = ceilDiv(config.inputs, 32);
    // The rows' bits, and behind them their log p: read back as one.
    const logpAt = roundUp(4 * n * words, 256);
    const made: GPUBuffer[] = [];
    const own = (buffer: GPUBuffer) => {
      made.push(buffer);
      return buffer;
    };
    const stream = this.#shared.openStream();
    stream.onSubmit(space.upload);
    try {
      const nothing = new Uint32Array(words);
      const values = own(gpu.storageOf("given", given?.values.words ?? nothing));
      const observed = own(gpu.storageOf("observed", given?.observed.words ?? nothing));
      const key = [request.seed >>> 0, Math.floor(request.seed / 2 ** 32) >>> 0];
      const seed = own(gpu.uniformOf("seed", new Uint32Array([...key, STREAMS.sample, 0])));
      const result = own(gpu.storage("drawn", logpAt + 8 * n));
      const read = async () => {
        const bytes = await gpu.download(result, logpAt + 8 * n);
        const drawn = BinaryRows.zeros(n, config.inputs);
        drawn.words.set(new Uint32Array(bytes, 0, n * words));
        return { drawn, logp: new Float32Array(bytes, logpAt) };
      };
      const resources = { given: values, observed, seed, result, logpAt, rows: n };
      const bound = await gpu.scoped(() => this.#bind(space, block, resources, request.uniforms !== undefined));
      let cells = 0;
      const of = n * config.inputs;
      const snapshot = () => read().then(({ drawn }) => drawn);
      for (const [w, { mask, rows }] of walks.entries())
        for (let first = 0; first < rows.length; first += together) {
          const some = rows.subarray(first, first + together);
          const chunk = { plan: plans[w], mask, rows: some, pitch, first: first === 0 };
          let reported = 0;
          await this.#walk(stream, { request, space, bound, chunk }, async ({ begin, end }, pack) => {
            cells += (end - begin) * some.length;
            if (!request.onProgress || (end < config.inputs && end < reported + every)) return;
            reported = end;
            await pack();
            await stream.drain();
            await request.onProgress({ cells, of, snapshot });
          });
        }
      await stream.drain();
      const { drawn, logp } = await read();
      return {
        rows: drawn,
        drawn: Float64Array.from({ length: n }, (_, r) => logp[2 * r]),
        observed: Float64Array.from({ length: n }, (_, r) => logp[2 * r + 1]),
      };
    } catch (error) {
      this.#arrangement.forget(); // what was recorded and not submitted never happened
      throw error;
    } finally {
      gpu.free(...made);
    }
  }

  free(): void {
    this.#space?.free();
  }

  /** Records the walk of one chunk; `then` follows every block. */
  async #walk(
    stream: Stream,
    { request, space, bound, chunk }: { request: DrawRequest; space: DrawSpace; bound: Bound; chunk: Chunk },
    then: (block: PositionBlock, pack: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { gpu, config, layers, table } = this.#shared;
    const { plan, mask, rows, pitch, first } = chunk;
    const { inputs: D, hidden } = config;
    const links = linksOf(config);
    const B = rows.length;
    await stream.submit(); // what is recorded reads what is uploaded now
    await this.#arrangement.bring(stream, mask);
    space.begin({
      rows: B,
      pitch,
      mask: await table.at(stream, mask),
      links: hidden.length + 1,
      inverseTemperature: 1 / request.temperature,
    });
    if (first) gpu.upload(space.plan, plan.words);
    gpu.upload(space.rows, this.#places(request, rows));
    if (request.uniforms) gpu.upload(space.numbers(), numbersOf(request.uniforms, rows, D));

    await bound.uniforms.dispatch(stream, { inputs: D, rows: B }, space.step({}), 40 * D * B);
    for (const [m, { below, above }] of links.entries()) {
      const { units } = layers[m].shape;
      const at = { belowAt: space.starts[below], aboveAt: space.starts[above] };
      const packed = { ...at, entries: plan.entries[m] };
      if (first) await bound.triangle[m].dispatch(stream, { units }, space.step(packed), 4 * plan.triangle);
      const begun = space.step({ ...at, until: units, fresh: layers[m].hasBias ? 1 : 2 });
      await bound.push[m].dispatch(stream, { onto: 0, until: units, rows: B }, begun, 2 * units * B);
    }
    for (const block of plan.blocks) {
      request.signal?.throwIfAborted();
      const { begin, end, inside, pushes } = block;
      const walked = space.step({ begin, end });
      await bound.walk.dispatch(stream, { rows: B }, walked, B * (INSIDE * inside + DRAW * (end - begin)));
      for (const { link, first, last, onto, until } of pushes) {
        const [belowAt, aboveAt] = [space.starts[links[link].below], space.starts[links[link].above]];
        const step = space.step({ first, last, onto, until, belowAt, aboveAt });
        const work = (until - onto) * (last - first + 4) * B;
        await bound.push[link].dispatch(stream, { onto, until, rows: B }, step, work);
      }
      const pack = () => bound.pack.dispatch(stream, { inputs: D, rows: B }, walked, 2 * D * B);
      if (end === D && !request.onProgress) await pack();
      await then(block, pack);
    }
  }

  /** For every row: the number of its stream, its rows of what is given and of what is observed, and where it goes. */
  #places({ streams, given }: DrawRequest, rows: Uint32Array): Uint32Array {
    const places = new Uint32Array(4 * rows.length);
    rows.forEach((r, i) => {
      const value = given?.of[r] ?? 0;
      places.set([streams[r], value, given && given.observed.rows > 1 ? value : 0, r], 4 * i);
    });
    return places;
  }

  async #bind(
    space: DrawSpace,
    block: PushBlock,
    from: { given: GPUBuffer; observed: GPUBuffer; seed: GPUBuffer; result: GPUBuffer; logpAt: number; rows: number },
    listed: boolean,
  ): Promise<Bound> {
    const { gpu, config, layers, table } = this.#shared;
    const { directConnections, activation, hidden } = config;
    const V = layers[hidden.length];
    const { binding: step, rows, plan, triangle, uniforms, values, logp } = space;
    const masks = table.buffer;
    const { given, observed, seed, result, logpAt } = from;
    const [drawUniforms, walk, pack, pushes, triangles] = await Promise.all([
      ready(gpu, ancestralUniforms({ source: listed ? "list" : "philox" }), {
        step,
        layer: V.uniforms,
        masks,
        rows,
        given,
        observed,
        uniforms,
        seed,
        numbers: listed ? space.numbers() : undefined,
      }),
      ready(gpu, ancestralWalk({ lanes: WALK_LANES[gpu.kind], activation, directConnections }), {
        step,
        plan,
        triangle,
        uniforms,
        values,
        logp,
      }),
      ready(gpu, ancestralPack(), {
        step,
        layer: V.uniforms,
        masks,
        rows,
        values,
        logp,
        packed: { buffer: result, size: logpAt },
        logps: { buffer: result, offset: logpAt, size: 8 * from.rows },
      }),
      Promise.all(
        layers.map(({ uniforms: layer, biases, forwardWeights: weights }) =>
          ready(gpu, ancestralPush({ block }), { step, layer, masks, parameters: biases, weights, values }),
        ),
      ),
      Promise.all(
        layers.map(({ uniforms: layer, forwardWeights: weights }) =>
          ready(gpu, ancestralTriangle(), { step, layer, plan, weights, triangle }),
        ),
      ),
    ]);
    return { uniforms: drawUniforms, walk, pack, push: pushes, triangle: triangles };
  }

  async #spaceFor(capacity: number, triangle: number, size: number): Promise<DrawSpace> {
    if (!this.#space?.fits(capacity, triangle, size)) {
      this.#space?.free();
      this.#space = undefined;
      this.#space = await this.#shared.gpu.scoped(() => new DrawSpace(this.#shared, capacity, triangle, size));
    }
    return this.#space;
  }
}

/** The caller's numbers for these rows, (rows, D). Rounding must not make 1 of what was below it. */
function numbersOf(uniforms: ArrayLike<number>, rows: Uint32Array, D: number): Float32Array {
  const numbers = new Float32Array(rows.length * D);
  rows.forEach((r, i) => {
    for (let d = 0; d < D; d++) numbers[i * D + d] = Math.min(uniforms[r * D + d], BELOW_ONE);
  });
  return numbers;
}
