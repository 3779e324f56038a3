// jax-js: step, evaluation and sampling pass jitted. Its optimisers (@jax-js/optax) are not on npm, so Adam is written
// with its operations, inside the jitted step. `.ref` keeps an array that is used again: every call consumes its own.

import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { Peer } from "../peer.ts";
import { denseLayers, inputsInOrder, minibatch, type Problem } from "../problem.ts";
import { ADAM, BATCH, BATCHES, EVALUATION_ROWS, SAMPLES } from "../workloads.ts";

type Device = "webgpu" | "wasm";
type Layer = { weights: np.Array; bias: np.Array };
/** Parameters, Adam's moments of them, and β₁ᵗ, β₂ᵗ. */
type State = { layers: Layer[]; first: Layer[]; second: Layer[]; power1: np.Array; power2: np.Array };

/**
 * jax-js dispatches nothing before somebody waits for it, and its documentation asks to wait regularly. So every few
 * steps are sent on their way, while those before them are waited for.
 */
const STEPS_AT_ONCE = 5;

function logits(layers: Layer[], x: np.Array): np.Array {
  return layers.reduce((h, { weights, bias }, l) => {
    const z = np.dot(h, weights).add(bias);
    return l < layers.length - 1 ? nn.relu(z) : z;
  }, x);
}

const mask = (layers: Layer[], masks: np.Array[]): Layer[] =>
  layers.map(({ weights, bias }, l) => ({ weights: weights.mul(masks[l]), bias }));

/** −log p of each row. */
function nll(layers: Layer[], masks: np.Array[], x: np.Array): np.Array {
  const z = logits(mask(layers, masks), x.ref);
  return nn.softplus(z.ref).sub(x.mul(z)).sum(1);
}

function trainingStep({ layers, first, second, power1, power2 }: State, masks: np.Array[], x: np.Array) {
  const { learningRate, beta1, beta2, epsilon } = ADAM;
  const mean = (of: Layer[], under: np.Array[], rows: np.Array) => nll(of, under, rows).mean();
  const [loss, gradient] = valueAndGrad(mean)(tree.ref(layers), masks, x) as [np.Array, Layer[]];
  power1 = power1.mul(beta1);
  power2 = power2.mul(beta2);
  first = zip(first, tree.ref(gradient), (m, g) => m.mul(beta1).add(g.mul(1 - beta1)));
  second = zip(second, gradient, (v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)));
  const scale1 = np.reciprocal(np.subtract(1, power1.ref));
  const scale2 = np.reciprocal(np.subtract(1, power2.ref));
  const steps = zip(tree.ref(first), tree.ref(second), (m, v) =>
    m.mul(scale1.ref).div(np.sqrt(v.mul(scale2.ref)).add(epsilon)),
  );
  scale1.dispose();
  scale2.dispose();
  layers = zip(layers, steps, (p, s) => p.sub(s.mul(learningRate)));
  return { loss, state: { layers, first, second, power1, power2 } };
}

const zip = (a: Layer[], b: Layer[], f: (a: np.Array, b: np.Array) => np.Array): Layer[] =>
  a.map((layer, l) => ({ weights: f(layer.weights, b[l].weights), bias: f(layer.bias, b[l].bias) }));

/** One pass of sampling: input `d` of every row is drawn given those before it. */
function samplingPass(layers: Layer[], x: np.Array, uniforms: np.Array, d: np.Array): np.Array {
  const D = x.shape[1];
  const p = nn.sigmoid(logits(layers, x.ref));
  return np.where(np.arange(D).equal(d), uniforms.less(p).astype(np.float32), x);
}

export async function open(problem: Problem, device: Device): Promise<Peer> {
  if (!(await init(device)).includes(device)) throw new Error(`jax-js has no ${device} here`);
  defaultDevice(device);
  const { inputs: D } = problem.workload;
  const array = (values: Float32Array<ArrayBuffer>, shape: number[]) => np.array(values, { shape, device });
  const zeros = () =>
    dense.map(({ inputs, outputs }) => ({
      weights: np.zeros([inputs, outputs], { device }),
      bias: np.zeros([outputs], { device }),
    }));
  const dense = denseLayers(problem);
  const masks = dense.map((layer) => array(layer.mask, [layer.inputs, layer.outputs]));
  let state: State = {
    layers: dense.map(({ inputs, outputs, weights, bias }) => ({
      weights: array(weights, [inputs, outputs]),
      bias: array(bias, [outputs]),
    })),
    first: zeros(),
    second: zeros(),
    power1: np.array(1, { device }),
    power2: np.array(1, { device }),
  };
  const batches = Array.from({ length: BATCHES }, (_, i) => array(minibatch(problem, i), [BATCH, D]));
  const rows = array(Float32Array.from(problem.evaluation), [EVALUATION_ROWS, D]);
  const uniforms = array(problem.uniforms, [SAMPLES, D]);
  await blockUntilReady([state, masks, batches, rows, uniforms]);

  const jitted = {
    step: jit(trainingStep),
    nll: jit(nll),
    mask: jit(mask),
    pass: jit(samplingPass),
  };
  let step = 0;
  return {
    async train(steps) {
      defaultDevice(device);
      let before: Promise<void> | undefined;
      for (let i = 1; i <= steps; i++) {
        const x = batches[step++ % BATCHES].ref;
        const { loss, state: after } = jitted.step(state, tree.ref(masks), x);
        state = after;
        if (i % STEPS_AT_ONCE > 0) {
          loss.dispose();
          continue;
        }
        const ready = loss.blockUntilReady().then(() => loss.dispose());
        await before;
        before = ready;
      }
      await before;
      await blockUntilReady(state);
    },
    async evaluate() {
      defaultDevice(device);
      return (await jitted.nll(tree.ref(state.layers), tree.ref(masks), rows.ref).data()) as Float32Array;
    },
    async sample(positions) {
      defaultDevice(device);
      // Masked once: weights stay as they are while samples are drawn.
      const layers = jitted.mask(tree.ref(state.layers), tree.ref(masks));
      let x = np.zeros([SAMPLES, D], { device });
      for (const d of inputsInOrder(problem).slice(0, positions))
        x = jitted.pass(tree.ref(layers), x, uniforms.ref, np.array(d, { dtype: np.int32, device }));
      tree.dispose(layers);
      return (await x.data()) as Float32Array;
    },
    dispose() {
      for (const arrays of [state, masks, batches, rows, uniforms]) tree.dispose(arrays);
      for (const f of Object.values(jitted)) f.dispose();
    },
  };
}
