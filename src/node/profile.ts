// `npm run profile`: milliseconds a training step and where they go, kernel by kernel, on the adapter Node finds.

import { parseArgs } from "node:util";
import { Gpu } from "../gpu/gpu.ts";
import { Profile } from "../gpu/profile.ts";
import { resolveConfig } from "../made/config.ts";
import { GpuNetwork } from "../made/gpu/network.ts";
import { initialParameters } from "../made/initialize.ts";
import { resolveOptimizer } from "../made/optimizer.ts";
import { parameterShapes, sizeOf } from "../made/parameters.ts";
import { Random } from "../made/random.ts";
import { BinaryRows } from "../made/rows.ts";
import { requestDevice } from "./device.ts";
import { timeSampling } from "./profile-sample.ts";

const HELP = `npm run profile [-- options]

Times a training step (Adam, ReLU units) on the adapter that Node finds, and says where the time goes.

  --inputs N      inputs D (default: 784)
  --hidden N,N    units of each hidden layer (default: 500)
  --batch N       rows a minibatch (default: 100)
  --masks N       masks cycled through, in random order where more than one (default: 1)
  --plain         without masks: the same network, dense
  --steps N       steps a run (default: 40)
  --runs N        runs, of which the median is told, after one to warm up (default: 5)
  --sample N,N    instead: drawing so many rows, scoring as many, and for the fewest also drawing them by D whole passes
  --direct        with direct connections
  --kernels       milliseconds by kernel too, each dispatch timed by itself
  --json          one line of JSON
  --help          this text`;

const OPTIONS = {
  inputs: { type: "string", default: "784" },
  hidden: { type: "string", default: "500" },
  batch: { type: "string", default: "100" },
  masks: { type: "string", default: "1" },
  steps: { type: "string", default: "40" },
  runs: { type: "string", default: "5" },
  sample: { type: "string" },
  direct: { type: "boolean", default: false },
  kernels: { type: "boolean", default: false },
  plain: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const D = Number(options.inputs);
const hidden = options.hidden.split(",").filter(Boolean).map(Number);
const B = Number(options.batch);
const steps = Number(options.steps);
const config = resolveConfig({
  inputs: D,
  hidden,
  masks: Number(options.masks),
  ordering: Number(options.masks) > 1 ? "random" : "natural",
  masked: !options.plain,
  directConnections: options.direct,
});

const device = await requestDevice();
const gpu = await Gpu.open({ device });
if (options.sample !== undefined) {
  await profileSampling(options.sample.split(",").map(Number));
  gpu.dispose();
  device.destroy();
  process.exit(0);
}
const random = new Random(1, "sample");
const rows = BinaryRows.from(
  Uint8Array.from({ length: steps * B * D }, () => random.below(2)),
  D,
);
const optimizer = resolveOptimizer();

async function profileSampling(counts: number[]): Promise<void> {
  const runs = Number(options.runs);
  const times = await timeSampling(gpu, config, { counts, runs });
  if (options.json) return console.log(JSON.stringify({ adapter: gpu.name, D, hidden, times }));
  console.log(`${gpu.name}\nD=${D} H=${hidden.join(",") || "none"}${options.direct ? ", direct connections" : ""}`);
  for (const { rows, score, draw, passes } of times) {
    const ratio = `${(draw / score).toFixed(2)} times`;
    console.log(`${rows} rows: drawn in ${draw.toFixed(1)} ms, scored in ${score.toFixed(1)} ms: ${ratio}`);
    if (passes) console.log(`  by ${D} passes ${passes.toFixed(0)} ms: ${(passes / draw).toFixed(0)} times as long`);
  }
  if (!options.kernels || !gpu.device.features.has("timestamp-query")) return;
  for (const n of counts) {
    const profile = new Profile(gpu);
    await timeSampling(gpu, config, { counts: [n], runs, profile });
    console.log(`${n} rows, drawn and scored, milliseconds by kernel`);
    for (const [kernel, { milliseconds, dispatches }] of profile.totals)
      console.log(`  ${(milliseconds / runs).toFixed(2).padStart(8)}  ${dispatches / runs} of ${kernel}`);
    profile.dispose();
  }
}

/** Milliseconds a step: the median over runs of `steps` steps, after one run to warm up. */
async function time(profile?: Profile): Promise<number[]> {
  const network = await GpuNetwork.create(gpu, config, { profile });
  network.write(initialParameters(config));
  const loaded = await network.load(rows);
  const order = Uint32Array.from({ length: rows.rows }, (_, r) => r);
  const times: number[] = [];
  for (let run = 0; run <= Number(options.runs); run++) {
    if (run === 1) profile?.totals.clear();
    const started = performance.now();
    for await (const _ of network.train(loaded, { order, batchSize: B, firstStep: run * steps, optimizer }));
    await gpu.idle();
    if (run > 0) times.push((performance.now() - started) / steps);
  }
  loaded.dispose();
  network.dispose();
  return times.sort((a, b) => a - b);
}

const times = await time();
const median = times[Math.floor(times.length / 2)];
const parameters = [...parameterShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
const gflops = (6 * B * parameters) / median / 1e6;
const kernels: { kernel: string; milliseconds: number; share: number }[] = [];
if (options.kernels && gpu.device.features.has("timestamp-query")) {
  const profile = new Profile(gpu);
  await time(profile);
  const total = [...profile.totals.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  for (const [kernel, { milliseconds }] of profile.totals)
    kernels.push({ kernel, milliseconds: milliseconds / (steps * Number(options.runs)), share: milliseconds / total });
  kernels.sort((a, b) => b.milliseconds - a.milliseconds);
  profile.dispose();
}

if (options.json) {
  console.log(JSON.stringify({ adapter: gpu.name, D, hidden, B, masks: config.masks, times, median, gflops, kernels }));
} else {
  const range = `${times[0].toFixed(1)} … ${times[times.length - 1].toFixed(1)}`;
  console.log(`${gpu.name}\nD=${D} H=${hidden.join(",") || "none"} B=${B} masks=${options.masks}`);
  console.log(`${median.toFixed(1)} ms a step (${range}), ${gflops.toFixed(1)} dense-equivalent GFLOP/s`);
  for (const { kernel, milliseconds, share } of kernels)
    console.log(`  ${milliseconds.toFixed(2).padStart(8)} ms  ${(100 * share).toFixed(0).padStart(3)} %  ${kernel}`);
}
gpu.dispose();
device.destroy();
