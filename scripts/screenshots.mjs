// npm run screenshots: makes docs/page-*.png, every panel of the built page in light and dark, on a desktop and a phone.
import { chromium } from "playwright";
import { build, preview } from "vite";
import { findBrowser } from "./setup/browser.mjs";
import { thisMachine } from "./setup/machine.mjs";
import { root } from "./setup.mjs";

/** @typedef {import("playwright").Page} Page */

/** Every panel, and how to bring it to where there is something to see. */
const PANELS = [
  { name: "digits", prepare: learned("made-digits", "done") },
  { name: "complete", prepare: learned("made-complete", "trained") },
  {
    name: "masks",
    /** @param {Page} page */
    async prepare(page) {
      await page.getByText("Show all parts").click();
      await page.locator("made-masks").getByRole("switch").first().click();
    },
  },
  {
    name: "data",
    /** @param {Page} page */
    async prepare(page) {
      await page.getByRole("button", { name: "Take the sample: a travel survey" }).click();
      await page.getByRole("button", { name: "Learn this table" }).click();
      await learned("made-data", "done")(page);
      await page.locator("section.surprising").scrollIntoViewIfNeeded();
    },
  },
];
const SIZES = { desktop: { width: 1200, height: 1000 }, phone: { width: 360, height: 720 } };
/** What a software adapter may take to learn what a panel shows. */
const LEARN_MS = 300_000;

/**
 * @param {string} panel
 * @param {string} phase
 */
function learned(panel, phase) {
  /** @param {Page} page */
  return (page) => page.locator(`${panel}[data-phase=${phase}]`).waitFor({ state: "attached", timeout: LEARN_MS });
}

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
  const page = await browser.newPage({ reducedMotion: "reduce" });
  for (const { name, prepare } of PANELS) {
    await page.setViewportSize(SIZES.desktop);
    await page.goto(`${url}#${name}`);
    await prepare(page);
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
