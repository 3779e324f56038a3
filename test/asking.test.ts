// What can be asked of a model, on the CPU engine; test-e2e/suite/asking.ts tells the same stories on the GPU.

import { expect, test } from "vitest";
import { stories } from "./support/stories/index.ts";
import { chiSquared } from "./support/stories/story.ts";

for (const { name, run } of stories) test(name, () => run("cpu"));

test("χ² accepts what follows the probabilities and refuses what does not", () => {
  expect(chiSquared(Float64Array.of(240, 260, 510), Float64Array.of(0.25, 0.25, 0.5), "fair")).toBeLessThan(2);
  expect(() => chiSquared(Float64Array.of(200, 300, 500), Float64Array.of(0.25, 0.25, 0.5), "unfair")).toThrow(
    "unfair: χ²",
  );
  expect(() => chiSquared(Float64Array.of(1, 99), Float64Array.of(0, 1), "never")).toThrow("impossible");
});
