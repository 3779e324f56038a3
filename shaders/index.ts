// Every kernel with every variant that can be asked for: what the compile test goes through.

import type { Bindings, KernelSpec } from "../src/gpu/kernel-spec.ts";
import { ACTIVATIONS } from "../src/made/config.ts";
import { MOMENTS, type Rule } from "../src/made/optimizer.ts";
import { ancestralPack } from "./ancestral-pack.ts";
import { ALL_PUSH_BLOCKS, ancestralPush } from "./ancestral-push.ts";
import { ancestralTriangle } from "./ancestral-triangle.ts";
import { ancestralUniforms } from "./ancestral-uniforms.ts";
import { ancestralWalk, WALK_LANES } from "./ancestral-walk.ts";
import { arrangeWeights } from "./arrange-weights.ts";
import { BLOCKS, UPDATE_BLOCKS } from "./block.ts";
import { connectivityUpdate } from "./connectivity-update.ts";
import { gatherBatch } from "./gather-batch.ts";
import { maskBiases } from "./mask-biases.ts";
import { maskedLinear } from "./masked-linear.ts";
import { maskedLinearGradInput } from "./masked-linear-grad-input.ts";
import { maskedLinearUpdate } from "./masked-linear-update.ts";
import { EPILOGUES, maskedOutput } from "./masked-output.ts";
import { nearest } from "./nearest.ts";
import { reduceLoss } from "./reduce-loss.ts";

const RULES = Object.keys(MOMENTS) as Rule[];
const EITHER = [false, true];

/** Every kernel with every variant of its parts. */
export function allKernels(): KernelSpec<Bindings, never>[] {
  const specs: KernelSpec<Bindings, never>[] = (["sum", "rows", "mixture"] as const).map((reduction) =>
    reduceLoss({ reduction }),
  );
  for (const training of EITHER) specs.push(gatherBatch({ training }));
  specs.push(gatherBatch({ training: true, dropout: true }), maskBiases());
  for (const rule of RULES) specs.push(connectivityUpdate({ rule }));
  for (const backward of EITHER) specs.push(arrangeWeights({ backward }) as never);
  for (const block of BLOCKS) {
    for (const activation of ACTIVATIONS) {
      for (const training of EITHER) specs.push(maskedLinear({ block, activation, training }));
      specs.push(maskedLinearGradInput({ block, activation }));
    }
    for (const epilogue of EPILOGUES)
      for (const directConnections of EITHER) specs.push(maskedOutput({ block, epilogue, directConnections }) as never);
  }
  // What dropout and the rules add stands behind the matmul and is the same for every block.
  for (const activation of ACTIVATIONS) {
    specs.push(maskedLinear({ block: BLOCKS[0], activation, training: true, dropout: true }));
    specs.push(maskedLinearGradInput({ block: BLOCKS[0], activation, dropout: true }));
  }
  specs.push(ancestralTriangle(), ancestralPack(), nearest());
  for (const source of ["philox", "list"] as const) specs.push(ancestralUniforms({ source }) as never);
  for (const block of ALL_PUSH_BLOCKS) specs.push(ancestralPush({ block }));
  for (const lanes of new Set(Object.values(WALK_LANES)))
    for (const activation of ACTIVATIONS)
      for (const directConnections of EITHER)
        specs.push(ancestralWalk({ lanes, activation, directConnections }) as never);
  for (const [i, block] of UPDATE_BLOCKS.entries())
    for (const rule of i === 0 ? RULES : (["adam"] as const))
      for (const bias of EITHER)
        for (const backward of EITHER)
          for (const oneMask of EITHER)
            specs.push(maskedLinearUpdate({ block, rule, oneMask, bias, backward }) as never);
  return specs;
}
