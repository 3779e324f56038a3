// The panel "Digits" of the built page: it trains, draws, pauses, resets, tests; and what it does without WebGPU, without
// the digits, and when the GPU goes away. Small plans by the address (demo/digits/query.ts).

import { createServer } from "vite";
import { CONFIG, expect, type Page, test } from "./fixture.ts";

const SMALL = "hidden=32&train-rows=600&round-rows=200&batch=50&validation-rows=100&test-rows=300";

const phase = (page: Page, name: string) =>
  expect(page.locator(`body[data-phase=${name}]`)).toBeAttached({ timeout: 30_000 });
const number = async (page: Page, id: string) =>
  Number((await page.locator(`#${id}`).textContent())?.replaceAll(",", ""));
const drawnAfter = (page: Page) => page.locator("#digits").evaluate((canvas) => Number(canvas.dataset.rowsSeen));
const ink = (page: Page) => page.locator("#digits").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

test("trains at once, draws digits and reports the test NLL", async ({ page, url }) => {
  // Every validation NLL that the page shows, from the first: a poll from outside may come late.
  await page.addInitScript(() => {
    const shown: string[] = [];
    Object.assign(window, { shown });
    addEventListener("DOMContentLoaded", () => {
      const element = document.getElementById("validation")!;
      new MutationObserver(() => shown.push(element.textContent ?? "")).observe(element, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
  });
  await page.goto(`${url}?${SMALL}&epochs=10`);
  await expect(page.getByLabel("Pictures drawn from the model before any training")).toBeVisible({ timeout: 30_000 });
  const noise = await ink(page);
  await phase(page, "done");
  const shown = await page.evaluate(() => (window as unknown as { shown: string[] }).shown.map(Number));
  const [first] = shown.filter((nll) => nll > 0);
  expect(await number(page, "validation")).toBeLessThan(first - 10);
  await expect(page.getByRole("heading", { name: "Result" })).toBeVisible();
  await expect(page.locator("#test")).toHaveText(
    /^Test NLL \d+\.\d\d ± \d+\.\d\d nats a digit .* all 300 test digits\.$/,
  );
  await expect(page.locator("#training-summary")).toContainText(
    "32 ReLU units, 1 mask: saw 600 training digits 10 times",
  );
  await expect(page.locator("#engine")).toContainText("a software adapter");
  expect(await drawnAfter(page)).toBeGreaterThan(1000);
  expect(await ink(page)).not.toBe(noise);
  await expect(page.getByLabel(/^After [\d,]+ digits the NLL is/)).toBeVisible();
});

test("pauses, goes on, and begins again with another seed", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&seconds=100`);
  await expect.poll(() => drawnAfter(page), { timeout: 30_000 }).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await phase(page, "paused");
  const seen = await number(page, "seen");
  await page.waitForTimeout(500);
  expect(await number(page, "seen")).toBe(seen);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => number(page, "seen")).toBeGreaterThan(seen);

  const seed = page.getByLabel("Seed");
  await seed.fill("-3");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page.locator("#seed-hint")).toHaveText('seed: got "-3", expected an integer ≥ 0');
  await expect(seed).toBeFocused();
  await phase(page, "training");

  const noise = await ink(page);
  await seed.fill("8");
  await page.getByRole("button", { name: "Reset" }).click();
  await phase(page, "ready");
  await expect(page.locator("#seen")).toHaveText("–");
  expect(await drawnAfter(page)).toBe(0);
  expect(await ink(page)).not.toBe(noise);
  await page.getByRole("button", { name: "Start" }).click();
  await expect.poll(() => drawnAfter(page), { timeout: 30_000 }).toBeGreaterThan(0);
});

test("without WebGPU says so and trains on the processor", async ({ page, url }) => {
  await page.addInitScript("delete Navigator.prototype.gpu");
  await page.goto(`${url}?${SMALL}&seconds=2`);
  await expect(page.getByText("This browser has no WebGPU.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("--enable-unsafe-webgpu")).toBeVisible();
  await expect(page.locator("#engine")).toHaveText("32 ReLU units, 1 mask, in plain JavaScript on the processor.");
  await phase(page, "done");
  await expect(page.locator("#training-summary")).toContainText("when its time was up");
});

test("says when the digits do not come, and tries again", async ({ page, url, complaints }) => {
  await page.route("**/mnist.npz", (route) => route.abort(), { times: 1 });
  await page.goto(`${url}?${SMALL}&device=cpu&epochs=1`);
  await expect(page.getByRole("alert")).toContainText("mnist.npz: got no answer, expected the digits");
  expect(complaints.splice(0)).toHaveLength(2); // the browser's own words, twice
  await page.getByRole("button", { name: "Try again" }).click();
  await phase(page, "done");
});

test("says when the GPU is lost, and begins again on a new device", async ({ page, url }) => {
  await page.addInitScript(() => {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      Object.assign(globalThis, { loseDevice: () => device.destroy() });
      return device;
    };
  });
  await page.goto(`${url}?${SMALL}&seconds=100`);
  await expect.poll(() => drawnAfter(page), { timeout: 30_000 }).toBeGreaterThan(0);
  await page.evaluate("loseDevice()");
  await expect(page.getByRole("alert")).toContainText("the GPU device was lost");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => drawnAfter(page), { timeout: 30_000 }).toBeGreaterThan(0);
  await page.evaluate("loseDevice()");
  await page.getByRole("button", { name: "Use the processor instead" }).click();
  await expect(page.locator("#engine")).toContainText("plain JavaScript", { timeout: 30_000 });
});

test("says what is wrong with its address", async ({ page, url }) => {
  await page.goto(`${url}?hidden=many`);
  await expect(page.getByRole("alert")).toContainText('hidden: got "many", expected an integer ≥ 1');
});

test("works from the development server too", async ({ page }) => {
  const server = await createServer({
    ...CONFIG,
    server: { host: "127.0.0.1", port: 0, watch: null, hmr: false }, // or a file saved meanwhile would reload the page
  });
  try {
    await server.listen();
    await page.goto(`${server.resolvedUrls!.local[0]}?${SMALL}&device=cpu&epochs=1`);
    await phase(page, "done");
  } finally {
    await server.close();
  }
});
