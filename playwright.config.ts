// The tests in test-e2e/: kernels, model and page on the WebGPU of a headless Chromium, against a development server.
// npm test says in CHROME_PATH which browser to use; `npx playwright test` alone finds one in the same way.
import { defineConfig } from "playwright/test";
import { findBrowser } from "./scripts/setup/browser.mjs";
import { thisMachine } from "./scripts/setup/machine.mjs";
import { address } from "./test-e2e/vite.config.ts";

const flags = [
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const rootOnLinux = process.platform === "linux" && process.getuid?.() === 0;

export default defineConfig({
  testDir: "test-e2e",
  outputDir: "test-results",
  reporter: "list",
  forbidOnly: true,
  retries: 0,
  workers: 1, // a software adapter uses every core by itself
  timeout: 120_000,
  use: {
    baseURL: address,
    headless: true,
    launchOptions: {
      executablePath: findBrowser(thisMachine, import.meta.dirname),
      args: rootOnLinux ? [...flags, "--no-sandbox"] : flags,
    },
  },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
  webServer: {
    command: "node node_modules/vite/bin/vite.js --config test-e2e/vite.config.ts",
    url: `${address}/package.json`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
