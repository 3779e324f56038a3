// The tests in test-e2e/: kernels, model and page on the WebGPU of a headless Chromium, against a development server.
import { defineConfig } from "playwright/test";
import { launchOptions } from "./test/support/browser.ts";
import { address } from "./test-e2e/vite.config.ts";

export default defineConfig({
  testDir: "test-e2e",
  outputDir: "test-results",
  reporter: "list",
  forbidOnly: true,
  retries: 0,
  workers: 1, // a software adapter uses every core by itself
  timeout: 120_000,
  use: { baseURL: address, headless: true, launchOptions },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
  webServer: {
    command: "node node_modules/vite/bin/vite.js --config test-e2e/vite.config.ts",
    url: `${address}/package.json`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
