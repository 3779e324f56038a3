// A kernel with a mistake in it, for the test of what is said about mistakes.

import { declare, type KernelSpec, readWrite } from "../../src/gpu/kernel-spec.ts";

const bindings = { values: readWrite("array<f32>") };

export const kernelSpec: KernelSpec<typeof bindings, number> = {
  label: "broken-kernel",
  bindings,
  workgroups: (size) => [size, 1],
  code: `${declare(bindings)}
@compute @workgroup_size(1)
fn main() {
  values[0] = nothing;
}`,
};
