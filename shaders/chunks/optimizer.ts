// The optimisers as pure arithmetic on one parameter; semantics are PyTorch's. Where parameters and moments lie is
// said in one place, `optimize`, so that a body never changes with their layout.

import { readWrite } from "../../src/gpu/kernel-spec.ts";
import { MOMENTS, type Rule } from "../../src/made/optimizer.ts";

/**
 * Given are `step` (hyperparameters), `w0` (the parameter), `gradient`, and as many of the moments `m0`, `v0` as the rule
 * keeps; a body declares what becomes of them, `w`, `m` and `v`.
 */
const BODY: Record<Rule, string> = {
  // torch.optim.Adam: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
  adam: `
  let g = gradient + step.weightDecay * w0;
  let m = step.beta1 * m0 + step.gain1 * g;
  let v = step.beta2 * v0 + step.gain2 * g * g;
  let w = w0 - step.stepSize * m / (sqrt(v) * step.secondMomentScale + step.epsilon);`,
  sgd: `
  let g = gradient + step.weightDecay * w0;
  let w = w0 - step.stepSize * g;`,
};

/** The moments in the order of their buffers: binding, what it held and what it will hold. */
const SLOTS = [
  { buffer: "moment1", before: "m0", after: "m" },
  { buffer: "moment2", before: "v0", after: "v" },
];

/** The moment buffers a rule needs, as bindings. */
export const momentBindings = (rule: Rule) => ({
  ...(MOMENTS[rule] > 0 ? { moment1: readWrite("array<f32>") } : {}),
  ...(MOMENTS[rule] > 1 ? { moment2: readWrite("array<f32>") } : {}),
});

/** `fn optimize(at: u32, gradient: f32) -> f32`: one step of parameter `at`; returns its new value. */
export const optimize = (rule: Rule): string => {
  const slots = SLOTS.slice(0, MOMENTS[rule]);
  return `
fn optimize(at: u32, gradient: f32) -> f32 {
  let w0 = parameters[at];
${slots.map(({ buffer, before }) => `  let ${before} = ${buffer}[at];`).join("\n")}${BODY[rule]}
  parameters[at] = w;
${slots.map(({ buffer, after }) => `  ${buffer}[at] = ${after};`).join("\n")}
  return w;
}`;
};
