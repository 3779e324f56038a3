// The activations g of hidden units and their derivatives, written as functions of h = g(z): a backward pass
// then needs the activations alone. WGSL may assume that no NaN or infinity occurs, so overflow is kept out.

import type { Activation } from "../../src/made/config.ts";

/** softplus(z) = log(1 + eᶻ) without overflow; near and below −16 it is eᶻ to float32. */
export const SOFTPLUS = `
fn softplus(z: vec4f) -> vec4f {
  let t = exp(-abs(z));
  // log(1 + t) loses the low bits of a small t; its series keeps them.
  let log1p = select(log(1.0 + t), t * (1.0 - t * (0.5 - t / 3.0)), t < vec4f(0.01));
  return max(z, vec4f(0.0)) + log1p;
}`;

/** σ(z) = 1 / (1 + e⁻ᶻ); the exponential's argument is never positive. */
export const SIGMOID = `
fn sigmoid(z: vec4f) -> vec4f {
  let t = exp(-abs(z));
  return select(vec4f(1.0), t, z < vec4f(0.0)) / (1.0 + t);
}`;

const FORWARD: Record<Activation, string> = {
  relu: `
fn activate(z: vec4f) -> vec4f { return max(z, vec4f(0.0)); }`,
  softplus: `${SOFTPLUS}
fn activate(z: vec4f) -> vec4f { return softplus(z); }`,
  tanh: `
// tanh(z) = (1 − e^(−2|z|)) / (1 + e^(−2|z|)) with z's sign; where the difference would cancel, its series.
fn activate(z: vec4f) -> vec4f {
  let a = abs(z);
  let t = exp(-2.0 * a);
  let s = z * z;
  let small = a * (1.0 - s * (1.0 / 3.0 - s * (2.0 / 15.0 - s * (17.0 / 315.0))));
  return sign(z) * select((1.0 - t) / (1.0 + t), small, a < vec4f(0.2));
}`,
  sigmoid: `${SIGMOID}
fn activate(z: vec4f) -> vec4f { return sigmoid(z); }`,
};

const DERIVATIVE: Record<Activation, string> = {
  relu: "select(vec4f(0.0), vec4f(1.0), h > vec4f(0.0))",
  // h = log(1 + eᶻ), so σ(z) = 1 − e⁻ʰ; for small h that difference cancels and its series stands in.
  softplus: "select(1.0 - exp(-h), h * (1.0 - h * (0.5 - h / 6.0)), h < vec4f(0.01))",
  tanh: "1.0 - h * h",
  sigmoid: "h * (1.0 - h)",
};

/** `fn activate(z: vec4f) -> vec4f` */
export const activate = (activation: Activation): string => FORWARD[activation];

/** `fn derivative(h: vec4f) -> vec4f`: g′(z) from h = g(z). */
export const derivative = (activation: Activation): string => `
fn derivative(h: vec4f) -> vec4f { return ${DERIVATIVE[activation]}; }`;
