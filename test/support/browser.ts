// The browser that tests run in, as Playwright starts it: headless, with WebGPU on its software adapter.

import { fileURLToPath } from "node:url";
import type { LaunchOptions } from "playwright";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import { thisMachine } from "../../scripts/setup/machine.mjs";

const flags = [
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const rootOnLinux = process.platform === "linux" && process.getuid?.() === 0;

/** npm test says in CHROME_PATH which browser to use; a runner started by hand finds one in the same way. */
export const launchOptions: LaunchOptions = {
  executablePath: findBrowser(thisMachine, fileURLToPath(new URL("../..", import.meta.url))),
  args: rootOnLinux ? [...flags, "--no-sandbox"] : flags,
};
