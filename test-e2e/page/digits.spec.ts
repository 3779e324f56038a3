// The panel "Digits" of the built page: it trains, draws, pauses, begins anew, measures, keeps its model; and what it does
// without WebGPU, without the digits, and when the GPU goes away. Small plans by the address (demo/digits/query.ts).

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createServer } from "vite";
import {
  beforeWorkers,
  CONFIG,
  expect,
  expectAccessible,
  LOSABLE_DEVICE,
  NO_WEBGPU,
  type Page,
  test,
} from "./fixture.ts";

const SMALL = "hidden=32&train-rows=600&round-rows=200&batch=50&validation-rows=100&test-rows=300";
const WAIT = { timeout: 60_000 };

const phase = (page: Page, name: string) => expect(page.locator(`made-digits[data-phase=${name}]`)).toBeAttached(WAIT);
const number = async (page: Page, id: string) =>
  Number((await page.locator(`#${id}`).textContent())?.replaceAll(",", ""));
const seen = (page: Page) => number(page, "seen").then((n) => n || 0);
const drawnAfter = (page: Page) =>
  page.locator("#pairs").evaluate((pairs: HTMLElement) => Number(pairs.dataset.rowsSeen ?? 0));
const trains = (page: Page, from = 0) => expect.poll(() => seen(page), WAIT).toBeGreaterThan(from);
const lose = (page: Page) => page.workers()[0].evaluate("loseDevice()");

test("trains at once, draws digits beside their neighbours and reports the test NLL", async ({ page, url }) => {
  // Every validation NLL that the page shows, from the first: a poll from outside may come late.
  await page.addInitScript(() => {
    const shown: string[] = [];
    Object.assign(window, { shown });
    addEventListener("DOMContentLoaded", () =>
      new MutationObserver(() => {
        const text = document.getElementById("validation")?.textContent ?? "";
        if (text !== shown.at(-1)) shown.push(text);
      }).observe(document, { childList: true, characterData: true, subtree: true }),
    );
  });
  await page.goto(`${url}?${SMALL}&epochs=10`);
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
  await expect(page.getByLabel(/^After [\d,]+ digits the NLL/)).toBeVisible();
  expect(await drawnAfter(page)).toBe(6000);
  await expect(page.getByLabel(/^Drawn picture/)).toHaveCount(12);
  await expect(page.getByLabel(/^Nearest training digit to picture 1: \d+ of 784 pixels differ$/)).toBeVisible();
  await expectAccessible(page);
});

test("pauses, goes on, and begins again with other settings", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&seconds=100`);
  await trains(page);
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await phase(page, "paused");
  const before = await seen(page);
  await page.waitForTimeout(500);
  expect(await seen(page)).toBe(before);
  await page.getByRole("button", { name: "Resume" }).click();
  await trains(page, before);

  const seed = page.getByLabel("Seed");
  await seed.fill("-3");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page.getByText("Seed: got “-3”, expected a whole number from 0.")).toBeVisible();
  await expect(seed).toBeFocused();
  await phase(page, "training");

  await seed.fill("8");
  await page.getByLabel("Hidden layers").fill("24, 16");
  await page.getByLabel("Order of the pixels").selectOption("shuffled");
  await page.getByRole("button", { name: "Reset" }).click();
  await phase(page, "ready");
  await expect(page.locator("#engine")).toContainText("24 + 16 ReLU units");
  await expect(page.locator("#seen")).toHaveText("–");
  await page.getByRole("button", { name: "Start" }).click();
  await trains(page);
});

test("shows with masks off what a plain autoencoder is good for", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&device=cpu&seconds=100`);
  await trains(page);
  await page.getByLabel("Masks on").uncheck();
  await page.getByRole("button", { name: "Reset" }).click();
  await phase(page, "ready");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByText("they are no probabilities of pictures")).toBeVisible();
  await expect(page.getByLabel("Its code: 32 activations")).toHaveCount(6, WAIT);
  await expect(page.getByLabel("Its reconstruction")).toHaveCount(6);
  await expectAccessible(page);
});

test("goes on by itself on a new device when the GPU is lost", async ({ page, url }) => {
  await beforeWorkers(page, LOSABLE_DEVICE);
  await page.goto(`${url}?${SMALL}&seconds=100`);
  await trains(page);
  await lose(page);
  await expect(page.getByText(/Training went on by itself on a new one, from [\d,]+ digits/)).toBeVisible(WAIT);
  await phase(page, "training");
  const before = await seen(page);
  await trains(page, before);
});

test("keeps its model over a reload", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&device=cpu&epochs=3`);
  await phase(page, "done");
  const nll = await page.locator("#validation").textContent();
  await page.reload();
  await phase(page, "paused");
  await expect(page.locator("#status")).toHaveText("Here is your model of last time, after 1,800 digits.");
  await expect(page.locator("#validation")).toHaveText(nll!);
  await expect(page.getByLabel(/^Drawn picture/)).toHaveCount(12, WAIT);
});

test("without WebGPU says so and trains on the processor", async ({ page, url }) => {
  await beforeWorkers(page, NO_WEBGPU);
  await page.goto(`${url}?${SMALL}&seconds=2`);
  await expect(page.getByText("This browser has no WebGPU.")).toBeVisible(WAIT);
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

test("says when a model is too large, and goes on with another", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&hidden=2000000&seconds=100`);
  await expect(page.getByRole("alert")).toContainText("This model is too large", WAIT);
  await expect(page.getByRole("button", { name: "Use the processor instead" })).toBeVisible();
  await page.getByRole("button", { name: "Use the usual model" }).click();
  await phase(page, "training");
});

test("says what is wrong with its address", async ({ page, url }) => {
  await page.goto(`${url}?hidden=many`);
  await expect(page.getByRole("alert")).toContainText('hidden: got "many", expected an integer ≥ 1');
});

test("answers within 100 ms while it trains", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&seconds=100`);
  await trains(page);
  const label = page.getByText("Direct connections, pixel to pixel");
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    await page.evaluate(() => {
      const box = document.querySelector("#direct")!;
      Object.assign(window, {
        wait: new Promise((resolve) =>
          box.addEventListener(
            "click",
            // From the event, as the browser stamped it, to after the next frame.
            ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp))),
            { once: true },
          ),
        ),
      });
    });
    await label.click();
    waits.push(await page.evaluate(() => (window as unknown as { wait: Promise<number> }).wait));
  }
  const median = waits.sort((a, b) => a - b)[4];
  console.log(`    click to paint: median ${median.toFixed(0)} ms of 9`);
  expect(median).toBeLessThan(100);
});

test("weighs less than 300 kB of code", ({ built }) => {
  const files = readdirSync(built, { recursive: true, withFileTypes: true })
    .filter((file) => /\.(js|css|html|svg)$/.test(file.name))
    .map((file) => gzipSync(readFileSync(`${file.parentPath}/${file.name}`)).length);
  const bytes = files.reduce((a, b) => a + b, 0);
  console.log(`    ${(bytes / 1000).toFixed(1)} kB in ${files.length} files`);
  expect(files.length).toBeGreaterThan(3);
  expect(bytes).toBeLessThan(300_000);
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
