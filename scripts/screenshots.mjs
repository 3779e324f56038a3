// npm run screenshots: makes docs/page-*.png, every panel of the built page in light and dark, on a desktop and a phone.
import { chromium } from "playwright";
import { build, preview } from "vite";
import { findBrowser } from "./setup/browser.mjs";
import { thisMachine } from "./setup/machine.mjs";
import { root } from "./setup.mjs";

/** Every panel, and an element that is there as soon as there is something to see. */
const PANELS = [
  { name: "digits", ready: "made-digits .pair" },
  { name: "complete", ready: "made-complete canvas" },
  { name: "masks", ready: "made-masks svg, made-masks canvas" },
  { name: "data", ready: "made-data button" },
];
const SIZES = { desktop: { width: 1200, height: 800 }, phone: { width: 360, height: 720 } };
/** Milliseconds that a panel goes on for once it has something to show. */
const LOOK_MS = 20_000;

const config = { configFile: `${root}demo/vite.config.ts`, logLevel: /** @type {const} */ ("error") };
await build(config);
const server = await preview({ ...config, preview: { host: "127.0.0.1", port: 0 } });
const url = server.resolvedUrls?.local[0];
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({
  executablePath: findBrowser(thisMachine, root),
  args: ["--enable-unsafe-webgpu", ...sandbox],
});
try {
  const page = await browser.newPage();
  for (const { name, ready } of PANELS) {
    await page.goto(`${url}#${name}`);
    await page.locator(ready).first().waitFor({ timeout: 180_000 });
    await page.waitForTimeout(LOOK_MS);
    for (const [size, viewport] of Object.entries(SIZES))
      for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(500);
        await page.screenshot({ path: `${root}docs/page-${name}-${size}-${colorScheme}.png` });
      }
  }
} finally {
  await browser.close();
  await server.close();
}
