// Dropout of one layer (src/made/dropout.ts): which values stay is drawn where it is needed, forward and backward.

import { uniformStruct } from "../../src/gpu/kernel-spec.ts";
import { PHILOX } from "./philox.ts";

export const DROPOUT = uniformStruct("Dropout", {
  /** Philox's key: the seed's low and high word. */
  keyLow: "u32",
  keyHigh: "u32",
  /** Third word of the counters: the layer's. */
  stream: "u32",
  /** A value drops out where its word is below this. */
  threshold: "u32",
  /** What stays is multiplied by 1 / (1 − p); and 1 − p. */
  scale: "f32",
  share: "f32",
});

/** `fn kept(unit: u32, row4: u32) -> vec4f`: what four rows of a unit, by its canonical number, are multiplied by. */
export const KEPT = `${PHILOX}

fn kept(unit: u32, row4: u32) -> vec4f {
  let words = philox(vec4u(row4, unit, dropout.stream, step.number), vec2u(dropout.keyLow, dropout.keyHigh));
  return select(vec4f(dropout.scale), vec4f(0.0), words < vec4u(dropout.threshold));
}`;
