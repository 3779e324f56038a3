// What the adapter can do at all: multiply-adds without loads, copying, and a dispatch that does nothing.
// Each is tried in several ways and the best counts: a ceiling that is too low would flatter whoever is compared with it.

import type { Ceilings } from "../results.ts";
import { type Spread, spreadOf } from "../statistics.ts";

/** A sample takes at least this long. */
const SAMPLE_MS = 40;
const COPY_BYTES = 2 ** 27;
const LANES = 64;
const FMA_GROUPS = 512;

export async function measureCeilings(device: GPUDevice, repeats: number): Promise<Ceilings> {
  const bench = new Bench(device, repeats);
  const fma: Spread[] = [];
  for (const chains of [4, 8, 16])
    for (const fused of [true, false]) fma.push(await multiplyAdds(bench, chains, fused));
  const copies = [await copyByShader(bench), await copyByCommand(bench)];
  return { gflops: best(fma), copyGBps: best(copies), dispatchMicroseconds: await emptyDispatch(bench) };
}

const best = (spreads: readonly Spread[]): Spread => spreads.reduce((a, b) => (b.median > a.median ? b : a));

/** Submits work again and again and waits for it. */
class Bench {
  readonly device: GPUDevice;
  readonly #repeats: number;

  constructor(device: GPUDevice, repeats: number) {
    this.device = device;
    this.#repeats = repeats;
  }

  async pipeline(label: string, code: string): Promise<GPUComputePipeline> {
    const module = this.device.createShaderModule({ label, code });
    return this.device.createComputePipelineAsync({ label, layout: "auto", compute: { module } });
  }

  bind(pipeline: GPUComputePipeline, ...buffers: GPUBuffer[]): GPUBindGroup {
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  /** Milliseconds for one of what `record` records `times` of, each sample as large as it takes to be long enough. */
  async time(record: (encoder: GPUCommandEncoder, times: number) => void, first = 1): Promise<number[]> {
    let times = first;
    while ((await this.#once(record, times)) < SAMPLE_MS) times *= 2;
    const samples: number[] = [];
    for (let i = 0; i < this.#repeats; i++) samples.push((await this.#once(record, times)) / times);
    return samples;
  }

  async #once(record: (encoder: GPUCommandEncoder, times: number) => void, times: number): Promise<number> {
    const started = performance.now();
    const encoder = this.device.createCommandEncoder();
    record(encoder, times);
    this.device.queue.submit([encoder.finish()]);
    await this.device.queue.onSubmittedWorkDone();
    return performance.now() - started;
  }
}

/** GFLOP/s of `chains` independent vec4 chains in every invocation. */
async function multiplyAdds(bench: Bench, chains: number, fused: boolean): Promise<Spread> {
  const { device } = bench;
  const all = Array.from({ length: chains }, (_, i) => `c${i}`);
  const step = all.map((c) => (fused ? `${c} = fma(${c}, a, b);` : `${c} = ${c} * a + b;`)).join(" ");
  const iterations = 512;
  const pipeline = await bench.pipeline(
    `multiply-adds(${chains}, ${fused ? "fma" : "plain"})`,
    /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = vec4f(0.5 + 0.4 * result[id.x]);
  let b = vec4f(0.25 + result[id.x], 0.5, 0.75, 1.0);
  ${all.map((c, i) => `var ${c} = vec4f(${i}.0) + b;`).join(" ")}
  for (var i = 0u; i < ${iterations / 4}u; i++) { ${step.repeat(4)} }
  result[id.x] = 0.001 * dot(${all.join(" + ")}, vec4f(0.001));
}`,
  );
  const result = device.createBuffer({ size: 4 * LANES * FMA_GROUPS, usage: GPUBufferUsage.STORAGE });
  const group = bench.bind(pipeline, result);
  const samples = await bench.time((encoder, times) => dispatch(encoder, pipeline, group, FMA_GROUPS, times));
  result.destroy();
  const operations = 2 * 4 * chains * iterations * LANES * FMA_GROUPS;
  return spreadOf(samples.map((milliseconds) => operations / milliseconds / 1e6));
}

/** GB/s, bytes read plus bytes written. */
async function copyByShader(bench: Bench): Promise<Spread> {
  const { device } = bench;
  const size = Math.min(COPY_BYTES, device.limits.maxStorageBufferBindingSize);
  const groups = 4096;
  const pipeline = await bench.pipeline(
    "copy",
    /* wgsl */ `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> sink: array<vec4f>;
@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < ${size / 16}u; i += ${groups * LANES}u) { sink[i] = source[i]; }
}`,
  );
  const usage = GPUBufferUsage.STORAGE;
  const buffers = [device.createBuffer({ size, usage }), device.createBuffer({ size, usage })];
  const group = bench.bind(pipeline, ...buffers);
  const samples = await bench.time((encoder, times) => dispatch(encoder, pipeline, group, groups, times));
  for (const buffer of buffers) buffer.destroy();
  return spreadOf(samples.map((milliseconds) => (2 * size) / milliseconds / 1e6));
}

async function copyByCommand(bench: Bench): Promise<Spread> {
  const { device } = bench;
  const size = COPY_BYTES;
  const from = device.createBuffer({ size, usage: GPUBufferUsage.COPY_SRC });
  const to = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST });
  const samples = await bench.time((encoder, times) => {
    for (let i = 0; i < times; i++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
  });
  from.destroy();
  to.destroy();
  return spreadOf(samples.map((milliseconds) => (2 * size) / milliseconds / 1e6));
}

/** Microseconds each of many dispatches in one pass. */
async function emptyDispatch(bench: Bench): Promise<Spread> {
  const pipeline = await bench.pipeline("nothing", "@compute @workgroup_size(1) fn main() {}");
  const samples = await bench.time((encoder, times) => dispatch(encoder, pipeline, undefined, 1, times), 500);
  return spreadOf(samples.map((milliseconds) => 1000 * milliseconds));
}

function dispatch(
  encoder: GPUCommandEncoder,
  pipeline: GPUComputePipeline,
  group: GPUBindGroup | undefined,
  groups: number,
  times: number,
): void {
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  if (group) pass.setBindGroup(0, group);
  for (let i = 0; i < times; i++) pass.dispatchWorkgroups(groups);
  pass.end();
}
