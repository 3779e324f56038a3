// A headless Chromium, driven by Playwright: a page of its own for every part.

import { join } from "node:path";
import { PART_MINUTES, type Place, type Say } from "./place.ts";
import { serve } from "./serve.ts";

/** @param root of the benchmark's package, with its build and its node_modules */
export async function openBrowser(root: string, executablePath: string, say: Say): Promise<Place> {
  const { chromium } = await import("playwright");
  const server = await serve({
    "/": join(root, "dist/page"),
    "/tfjs/": join(root, "node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  });
  // Without the Vulkan driver that is Node's: the browser brings its own.
  const { VK_DRIVER_FILES: _, VK_ICD_FILENAMES: __, ...env } = process.env;
  const rootOnLinux = process.platform === "linux" && process.getuid?.() === 0;
  const args = ["--enable-unsafe-webgpu", ...(rootOnLinux ? ["--no-sandbox"] : [])];
  const browser = await chromium.launch({ executablePath, args, env: env as Record<string, string> });
  return {
    name: "browser",
    runtime: `Chromium ${browser.version()}`,
    async run(part) {
      const page = await browser.newPage();
      let late: ReturnType<typeof setTimeout> | undefined;
      try {
        await page.exposeFunction("say", say);
        page.on("pageerror", (error) => say(`error in the page: ${error.message}`));
        const failure = new Promise<never>((_, reject) => {
          page.on("crash", () => reject(new Error("the page crashed")));
          const tooLate = () => reject(new Error(`no result after ${PART_MINUTES} minutes`));
          late = setTimeout(tooLate, PART_MINUTES * 60_000);
        });
        await page.goto(`${server.address}/page.html`);
        await page.waitForFunction(() => "runPart" in window);
        return await Promise.race([page.evaluate((what) => window.runPart(what), part), failure]);
      } finally {
        clearTimeout(late);
        await page.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
