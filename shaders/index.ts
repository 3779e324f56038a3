// Every kernel with every variant that can be asked for: what the compile test goes through.

import type { Bindings, KernelSpec } from "../src/gpu/kernel-spec.ts";
import { ACTIVATIONS } from "../src/made/config.ts";
import { MOMENTS } from "../src/made/optimizer.ts";
import { ancestralPack } from "./ancestral-pack.ts";
import { ALL_PUSH_BLOCKS, ancestralPush } from "./ancestral-push.ts";
import { ancestralTriangle } from "./ancestral-triangle.ts";
import { ancestralUniforms } from "./ancestral-uniforms.ts";
import { ancestralWalk, WALK_LANES } from "./ancestral-walk.ts";
import { arrangeWeights } from "./arrange-weights.ts";
import { BLOCKS, UPDATE_BLOCKS } from "./block.ts";
import type { OptimizerName } from "./chunks/optimizer.ts";
import { gatherBatch } from "./gather-batch.ts";
import { maskedLinear } from "./masked-linear.ts";
import { maskedLinearGradInput } from "./masked-linear-grad-input.ts";
import { maskedLinearUpdate } from "./masked-linear-update.ts";
import { maskedOutput } from "./masked-output.ts";
import { nearest } from "./nearest.ts";
import { reduceLoss } from "./reduce-loss.ts";

const OPTIMIZERS = Object.keys(MOMENTS) as OptimizerName[];
const EITHER = [false, true];

/** Every variant of every kernel. */
export function allKernels(): KernelSpec<Bindings, never>[] {
  const specs: KernelSpec<Bindings, never>[] = [reduceLoss({ reduction: "sum" }), reduceLoss({ reduction: "rows" })];
  for (const training of EITHER) specs.push(gatherBatch({ training }));
  for (const backward of EITHER) specs.push(arrangeWeights({ backward }) as never);
  for (const block of BLOCKS) {
    for (const activation of ACTIVATIONS) {
      for (const training of EITHER) specs.push(maskedLinear({ block, activation, training }));
      specs.push(maskedLinearGradInput({ block, activation }));
    }
    for (const epilogue of ["train", "score", "probabilities", "logits"] as const)
      for (const directConnections of EITHER) specs.push(maskedOutput({ block, epilogue, directConnections }) as never);
  }
  specs.push(ancestralTriangle(), ancestralPack(), nearest());
  for (const source of ["philox", "list"] as const) specs.push(ancestralUniforms({ source }) as never);
  for (const block of ALL_PUSH_BLOCKS) specs.push(ancestralPush({ block }));
  for (const lanes of new Set(Object.values(WALK_LANES)))
    for (const activation of ACTIVATIONS)
      for (const directConnections of EITHER)
        specs.push(ancestralWalk({ lanes, activation, directConnections }) as never);
  for (const block of UPDATE_BLOCKS)
    for (const optimizer of OPTIMIZERS)
      for (const bias of EITHER)
        for (const backward of EITHER) specs.push(maskedLinearUpdate({ block, optimizer, bias, backward }) as never);
  return specs;
}
