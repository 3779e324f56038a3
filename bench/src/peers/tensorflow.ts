// TensorFlow.js: the masks multiplied onto the weights, gradients by its tape, its own Adam.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients"; // as the package @tensorflow/tfjs does
import type { Peer } from "../peer.ts";
import { denseLayers, inputsInOrder, minibatch, type Problem } from "../problem.ts";
import { ADAM, BATCH, BATCHES, EVALUATION_ROWS, SAMPLES } from "../workloads.ts";

type Layer = { weights: tf.Tensor2D; bias: tf.Tensor1D };

/** @param backend which must be registered already */
export async function open(problem: Problem, backend: string): Promise<Peer> {
  const { inputs: D } = problem.workload;
  const begin = async () => {
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    await tf.ready();
  };
  await begin();
  const layers = denseLayers(problem).map(({ inputs, outputs, weights, mask, bias }) => ({
    weights: tf.variable(tf.tensor2d(weights, [inputs, outputs])),
    bias: tf.variable(tf.tensor1d(bias)),
    mask: tf.tensor2d(mask, [inputs, outputs]),
  }));
  const variables: tf.Variable[] = layers.flatMap(({ weights, bias }) => [weights, bias]);
  const batches = Array.from({ length: BATCHES }, (_, i) => tf.tensor2d(minibatch(problem, i), [BATCH, D]));
  const rows = tf.tensor2d(Float32Array.from(problem.evaluation), [EVALUATION_ROWS, D]);
  const uniforms = tf.tensor2d(problem.uniforms, [SAMPLES, D]);
  const optimizer = tf.train.adam(ADAM.learningRate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  let step = 0;

  const masked = (): Layer[] => layers.map(({ weights, bias, mask }) => ({ weights: tf.mul(weights, mask), bias }));
  const logits = (x: tf.Tensor2D, net: readonly Layer[]): tf.Tensor2D =>
    net.reduce((h, { weights, bias }, l) => {
      const z = tf.add(tf.matMul(h, weights), bias) as tf.Tensor2D;
      return l < net.length - 1 ? tf.relu(z) : z;
    }, x);
  /** −log p of each row. */
  const nll = (x: tf.Tensor2D): tf.Tensor1D => {
    const z = logits(x, masked());
    return tf.sum(tf.sub(tf.softplus(z), tf.mul(x, z)), 1);
  };

  return {
    async train(steps) {
      await begin();
      for (let i = 0; i < steps; i++) {
        const x = batches[step++ % BATCHES];
        optimizer.minimize(() => tf.mean(nll(x)) as tf.Scalar, false, variables);
      }
      await variables[variables.length - 1].data();
    },
    async evaluate() {
      await begin();
      const result = tf.tidy(() => nll(rows));
      const values = await result.data();
      result.dispose();
      return values;
    },
    async sample(positions) {
      await begin();
      const net = tf.tidy(masked as () => Layer[]); // once: weights stay as they are while samples are drawn
      const order = inputsInOrder(problem).slice(0, positions);
      let x = tf.zeros<tf.Rank.R2>([SAMPLES, D]);
      for (const d of order) {
        const drawn = tf.tidy(() => {
          const p = tf.sigmoid(logits(x, net));
          const here = tf.cast(tf.oneHot(tf.tensor1d([d], "int32"), D), "bool");
          return tf.where(here, tf.cast(tf.less(uniforms, p), "float32"), x) as tf.Tensor2D;
        });
        x.dispose();
        x = drawn;
      }
      const values = await x.data();
      tf.dispose([x, ...net.map(({ weights }) => weights)]);
      return values;
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([...variables, ...layers.map(({ mask }) => mask), ...batches, rows, uniforms]);
    },
  };
}
