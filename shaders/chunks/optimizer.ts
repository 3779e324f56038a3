// The optimisers, fused into whatever kernel has a gradient at hand. Semantics are PyTorch's.
// In scope: `step` (hyperparameters), `parameters`, and as many of `moment1`, `moment2` as the optimiser keeps.

import { readWrite } from "../../src/gpu/kernel-spec.ts";
import type { Optimizer } from "../../src/made/optimizer.ts";

export type OptimizerName = Optimizer["name"];

const BODY: Record<OptimizerName, string> = {
  // torch.optim.Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
  adam: `
  let m = step.beta1 * moment1[at] + step.gain1 * g;
  let v = step.beta2 * moment2[at] + step.gain2 * g * g;
  moment1[at] = m;
  moment2[at] = v;
  let w = w0 - step.stepSize * m / (sqrt(v) * step.secondMomentScale + step.epsilon);`,
  sgd: `
  let w = w0 - step.stepSize * g;`,
};

/** The moment buffers an optimiser needs, as bindings. */
export const momentBindings = (optimizer: OptimizerName) =>
  optimizer === "adam" ? { moment1: readWrite("array<f32>"), moment2: readWrite("array<f32>") } : {};

/** `fn optimize(at: u32, gradient: f32) -> f32`: one step of parameter `at`; returns its new value. */
export const optimize = (optimizer: OptimizerName): string => `
fn optimize(at: u32, gradient: f32) -> f32 {
  let w0 = parameters[at];
  let g = gradient + step.weightDecay * w0;${BODY[optimizer]}
  parameters[at] = w;
  return w;
}`;
