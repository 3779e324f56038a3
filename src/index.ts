/// <reference types="@webgpu/types" preserve="true" />
// What the package exports. Nothing inside imports this file.

export * from "./errors.ts";
export { describe } from "./gpu/gpu.ts";
export { type BinarizeOptions, binarize } from "./io/binarize.ts";
export { toBinaryRows } from "./io/binary-rows.ts";
export type { ElementType, FileBytes, NdArray } from "./io/elements.ts";
export { parseIdx } from "./io/idx.ts";
export { parseNpy } from "./io/npy.ts";
export { type NpzOptions, parseNpz, readSplits, type Splits } from "./io/npz.ts";
export type { CheckpointOptions } from "./made/checkpoint.ts";
export type { Column } from "./made/columns.ts";
export type { Activation, Initialization, MadeConfig, ResolvedConfig } from "./made/config.ts";
export type { DrawResult, SampleOptions } from "./made/draw.ts";
export type { DropoutOptions } from "./made/dropout.ts";
export type { CreateOptions } from "./made/engine.ts";
export type { FitOptions, FitResult, ProgressReport } from "./made/fit.ts";
export type { Completion, ImputeOptions, LogMarginalOptions } from "./made/impute.ts";
export { type LogProbOptions, Made } from "./made/made.ts";
export type { Degrees, Mask } from "./made/masks.ts";
export type { Neighbours } from "./made/nearest.ts";
export type { DrawProgress } from "./made/network.ts";
export type {
  AdadeltaOptions,
  AdagradOptions,
  AdamOptions,
  AdamWOptions,
  OptimizerOptions,
  SgdOptions,
} from "./made/optimizer.ts";
export type { Parameter, Parameters } from "./made/parameters.ts";
export { BinaryRows, type BinaryValues } from "./made/rows.ts";
export type { EpochReport } from "./made/run-state.ts";
export type {
  ConstantSchedule,
  CosineSchedule,
  FunctionSchedule,
  LearningRate,
  RunPoint,
  Schedule,
  StepSchedule,
} from "./made/schedule.ts";
