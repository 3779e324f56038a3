// The tests in test/: `cpu` needs nothing but Node, `gpu` needs a WebGPU adapter in Node and fails without one, `package`
// builds and packs the package and needs both that and a browser.
// The tests in test-e2e/ run in a browser, under Playwright (playwright.config.ts).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        extends: true,
        test: {
          name: "cpu",
          include: ["test/**/*.test.ts"],
          exclude: ["test/gpu/**", "test/package/**"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "gpu",
          include: ["test/gpu/**/*.test.ts"],
          pool: "forks", // a native module, in a process that can be ended
          fileParallelism: false, // one device at a time: a software adapter uses every core by itself
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 }, // after `cpu`
        },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          globalSetup: "test/package/installed.ts",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
