// The uniform structs that kernels share: what changes from step to step, and what a layer looks like; and the step of
// a walk along the positions, which draws rows.

import { uniformStruct } from "../src/gpu/kernel-spec.ts";

/** One minibatch (or one chunk of rows to score). Bound with a dynamic offset. */
export const STEP = uniformStruct("Step", {
  /** B: rows in this minibatch. */
  rows: "u32",
  /** Where this minibatch begins in the row order. */
  firstRow: "u32",
  /** vec4s between the rows of one unit and those of the next in every activation buffer: ⌈capacity / 4⌉. */
  pitch: "u32",
  /** Where this step's mask begins in the mask table, in words. */
  mask: "u32",
  /** The same for the mask of the step after this one. */
  nextMask: "u32",
  /** Index of this step's first result. */
  result: "u32",
  /** Minibatches done in this run before this one, what dropout's draws go by; masks that rows were scored under before. */
  number: "u32",
  /** Rows of x before the values to predict: 0, or 2 · unitPitch where inputs drop out of those that the network sees. */
  targets: "u32",
  /** 1 / B. */
  inverseRows: "f32",
  /** Learning rate as it multiplies the last moment (or the gradient): see src/made/gpu/hyperparameters.ts. */
  stepSize: "f32",
  /** SGD with Nesterov's momentum: learning rate, which multiplies the gradient beside the momentum. */
  gradientStep: "f32",
  /** Adam: 1 / √(1 − β₂ᵗ). */
  secondMomentScale: "f32",
  /** Of the first moment, or the momentum. */
  beta1: "f32",
  /** Of the squares, or Adadelta's ρ. */
  beta2: "f32",
  /** What a moment takes of the gradient, 1 − β rounded once: in float32 the difference itself would lose four digits. */
  gain1: "f32",
  gain2: "f32",
  epsilon: "f32",
  /** L2 term of the gradient; AdamW: learning rate × weight decay. */
  weightDecay: "f32",
  /** Adagrad: added to the sum of squares. */
  initialAccumulator: "f32",
  /** 1 where weights that the mask hides cannot move: one mask for the whole run, and no weight decay. */
  hiddenRest: "u32",
});

/** One weight matrix, [units, inputs] in the paper's terms, and where its tables stand inside a mask. */
export const LAYER = uniformStruct("Layer", {
  units: "u32",
  inputs: "u32",
  /** Floats between rows of parameters, moments and the forward working copy, (inputs, unitPitch). */
  unitPitch: "u32",
  /** Floats between rows of the backward working copy, (units, inputPitch). */
  inputPitch: "u32",
  /** Where the biases begin in what the forward pass reads them from. */
  biasAt: "u32",
  /** Table: slot in degree order → place in home order, of the units above and of those below. */
  unitAt: "u32",
  inputAt: "u32",
  /** Table: place in home order → slot in degree order. */
  slotOfUnit: "u32",
  slotOfInput: "u32",
  /** Table: position in the ordering → input. */
  positionAt: "u32",
  /** Table: input → position in the ordering. */
  positionOf: "u32",
  /** Table: how many slots below each unit slot sees; ascending, then 0 for slots that only fill a block. */
  fanIn: "u32",
  /** Table: the first unit slot that sees each input slot; ascending. */
  firstSeenBy: "u32",
  /** Table of the direct connections beside this matrix: how many inputs, by position, each output sees. */
  directFanIn: "u32",
});

/** One block of positions of a walk that draws rows (or one dispatch of what prepares it). Bound with a dynamic offset. */
export const WALK = uniformStruct("Walk", {
  /** B: rows drawn together. */
  rows: "u32",
  /** vec4s between the rows of one unit and those of the next in the buffer of values. */
  pitch: "u32",
  /** Where the walk's mask begins in the mask table, in words. */
  mask: "u32",
  /** Positions begin … end−1 are drawn (0-based). */
  begin: "u32",
  end: "u32",
  /** L + 1. */
  links: "u32",
  /** Where the plan's entries of the units above begin. */
  entries: "u32",
  /** Which units of the layer below are passed on: first … last−1, and where that layer's values begin, in units. */
  first: "u32",
  last: "u32",
  belowAt: "u32",
  /** The units above that they are passed on to, onto … until−1, and where that layer's values begin, in units. */
  onto: "u32",
  until: "u32",
  aboveAt: "u32",
  /** 1: sums begin here, with the biases; 2: with 0, as those through A do. */
  fresh: "u32",
  /** 1 / temperature. */
  inverseTemperature: "f32",
});
