// The page as its tests get it: built once and served as plain files, with whatever it must not do held against it:
// errors and warnings on the console, failed requests, violations of its content security policy.

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "playwright/test";
import { build, type InlineConfig, preview } from "vite";

export { expect, type Page } from "playwright/test";

interface PageTest {
  /** Everything that the page should not have done so far; a test that expects some takes it out. */
  complaints: string[];
}

interface PageWorker {
  /** Where the built page is served, with a slash at the end. */
  url: string;
  /** The folder that it was built into. */
  built: string;
}

export const CONFIG: InlineConfig = { configFile: "demo/vite.config.ts", logLevel: "error" };

export const test = base.extend<PageTest, PageWorker>({
  built: [
    async ({ browserName: _ }, use, { project }) => {
      const outDir = `${project.outputDir}/page`;
      await build({ ...CONFIG, build: { outDir, emptyOutDir: true } });
      await use(outDir);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  url: [
    async ({ built }, use) => {
      const server = await preview({
        ...CONFIG,
        build: { outDir: built },
        preview: { host: "127.0.0.1", port: 0 },
      });
      await use(server.resolvedUrls!.local[0]);
      await server.close();
    },
    { scope: "worker" },
  ],
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
      page.on("response", (response) => {
        if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
      });
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
          console.error(`content security policy: ${violatedDirective} ${blockedURI}`);
        });
      });
      await use(complaints);
      expect(complaints, "the page's complaints").toEqual([]);
    },
    { auto: true },
  ],
});

/** Holds what axe finds serious or critical against the page as it is shown. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join("; ")})`);
  expect(serious).toEqual([]);
}

/** Puts `script` before the page's workers, which init scripts do not reach. */
export async function beforeWorkers(page: Page, script: string): Promise<void> {
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};${await response.text()}` });
  });
}

/** For {@link beforeWorkers}: `loseDevice()` in a worker then loses the device that it got last. */
export const LOSABLE_DEVICE = `{
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    globalThis.loseDevice = () => device.destroy();
    return device;
  };
}`;

/** For {@link beforeWorkers}: a worker without WebGPU. */
export const NO_WEBGPU = "delete WorkerNavigator.prototype.gpu";
