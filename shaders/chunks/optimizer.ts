// The optimisers as pure arithmetic on one parameter; semantics are PyTorch's (the formulas:
// src/made/reference/optimizer.ts). Where parameters and moments lie is
// said in one place, `optimize`, so that a body never changes with their layout.

import { readWrite } from "../../src/gpu/kernel-spec.ts";
import { MOMENTS, type Rule } from "../../src/made/optimizer.ts";

/**
 * Given are `step` (hyperparameters), `w0` (the parameter), `gradient`, and as many of the moments `m0`, `v0` as the rule
 * keeps; a body declares what becomes of them, `w`, `m` and `v`.
 */
const BODY: Record<Rule, string> = {
  // m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
  adam: `
  let g = gradient + step.weightDecay * w0;
  let m = step.beta1 * m0 + step.gain1 * g;
  let v = step.beta2 * v0 + step.gain2 * g * g;
  let w = w0 - step.stepSize * m / (sqrt(v) * step.secondMomentScale + step.epsilon);`,
  // the same beside a decay of the weight itself
  adamw: `
  let m = step.beta1 * m0 + step.gain1 * gradient;
  let v = step.beta2 * v0 + step.gain2 * gradient * gradient;
  let decayed = w0 - step.weightDecay * w0;
  let w = decayed - step.stepSize * m / (sqrt(v) * step.secondMomentScale + step.epsilon);`,
  sgd: `
  let g = gradient + step.weightDecay * w0;
  let w = w0 - step.stepSize * g;`,
  // m ← μm + (1−τ)g, in the first step g; w ← w − lr·m, with Nesterov's w ← w − lr·(g + μm)
  momentum: `
  let g = gradient + step.weightDecay * w0;
  let m = step.beta1 * m0 + step.gain1 * g;
  let w = w0 - (step.stepSize * m + step.gradientStep * g);`,
  // m ← m + g², w ← w − lr/(1 + (t−1)·decay) · g / (√(initial + m) + ε)
  adagrad: `
  let g = gradient + step.weightDecay * w0;
  let m = m0 + g * g;
  let w = w0 - step.stepSize * g / (sqrt(step.initialAccumulator + m) + step.epsilon);`,
  // m ← ρm + (1−ρ)g², Δ = √(v+ε)/√(m+ε) · g, v ← ρv + (1−ρ)Δ², w ← w − lr·Δ
  adadelta: `
  let g = gradient + step.weightDecay * w0;
  let m = step.beta2 * m0 + step.gain2 * g * g;
  let change = sqrt(v0 + step.epsilon) / sqrt(m + step.epsilon) * g;
  let v = step.beta2 * v0 + step.gain2 * change * change;
  let w = w0 - step.stepSize * change;`,
};

/** The moments in the order of their buffers: binding, what it held and what it will hold. */
const SLOTS = [
  { buffer: "moment1", before: "m0", after: "m" },
  { buffer: "moment2", before: "v0", after: "v" },
];

/** What parameters and moments are arrays of: numbers, or four neighbours at a time. */
export type Element = "f32" | "vec4f";

/** The moment buffers a rule needs, as bindings. */
export const momentBindings = (rule: Rule, element: Element) => ({
  ...(MOMENTS[rule] > 0 ? { moment1: readWrite(`array<${element}>`) } : {}),
  ...(MOMENTS[rule] > 1 ? { moment2: readWrite(`array<${element}>`) } : {}),
});

/** `fn optimize(at: u32, gradient: Element) -> Element`: one step of what stands at `at`; returns its new value. */
export const optimize = (rule: Rule, element: Element): string => {
  const slots = SLOTS.slice(0, MOMENTS[rule]);
  return `
fn optimize(at: u32, gradient: ${element}) -> ${element} {
  let w0 = parameters[at];
${slots.map(({ buffer, before }) => `  let ${before} = ${buffer}[at];`).join("\n")}${BODY[rule]}
  parameters[at] = w;
${slots.map(({ buffer, after }) => `  ${buffer}[at] = ${after};`).join("\n")}
  return w;
}`;
};
