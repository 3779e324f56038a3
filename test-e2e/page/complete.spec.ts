// The panel that completes digits, on a small model: what is kept stays, completions differ where it is uncertain, the
// likelihood that is shown is the library's, and all of it by pointer, by keys and by touch.

import { readFile } from "node:fs/promises";
import { parseNpz } from "../../src/io/npz.ts";
import { Made } from "../../src/made/made.ts";
import { BinaryRows } from "../../src/made/rows.ts";
import { expect, expectAccessible, type Page, test } from "./fixture.ts";

const SMALL = "hidden=16&batch=50&train-rows=500&round-rows=100&seconds=2";
const ANSWERED = { timeout: 60_000 };
const D = 784;

const get = (page: Page, id: string) => page.locator(`made-complete [data-id=${id}]`);
const items = (page: Page) => page.locator("made-complete .complete-drawn li[data-logp]");
const answered = (page: Page) =>
  expect(page.locator("made-complete [data-id=results][aria-busy=false]")).toBeAttached(ANSWERED);
const done = (page: Page) => expect(page.locator("made-complete[data-phase=trained]")).toBeAttached(ANSWERED);
const logpShown = (page: Page) => get(page, "logp").getAttribute("data-value").then(Number);

/** Colours of the 28 × 28 canvas pixels, as numbers. */
const cells = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(
      { length: data.length / 4 },
      (_, d) => (data[4 * d] << 16) | (data[4 * d + 1] << 8) | data[4 * d + 2],
    );
  });

async function open(page: Page, url: string, device: "cpu" | "gpu"): Promise<void> {
  await page.goto(`${url}?${SMALL}&device=${device}#complete`);
  await done(page);
  await answered(page);
}

/** Test digit 0 as the page has it. */
async function digit(built: string): Promise<Uint8Array> {
  const test = parseNpz(new Uint8Array(await readFile(`${built}/mnist.npz`))).get("test")!;
  const words = test.data as Uint32Array;
  return Uint8Array.from({ length: D }, (_, d) => (words[d >>> 5] >>> (d & 31)) & 1);
}

/** The model that the page has, on the engine in plain float64. */
async function modelOf(page: Page): Promise<Made> {
  const downloading = page.waitForEvent("download");
  await get(page, "save").click();
  const bytes = await readFile(await (await downloading).path());
  return Made.load(bytes, { device: "cpu" });
}

test("completes the missing half, keeps the rest, and its numbers are the library's", async ({ page, url, built }) => {
  await open(page, url, "cpu");
  await expect(items(page)).toHaveCount(8);
  const values = await digit(built);

  const drawn: number[][] = [];
  for (let s = 0; s < 8; s++)
    drawn.push(await cells(page, `made-complete .complete-drawn li:nth-child(${s + 1}) canvas`));
  const [paper, ink] = [values.indexOf(0), values.indexOf(1)].map((d) => drawn[0][d]);
  expect(ink).not.toBe(paper);
  for (const picture of drawn) {
    for (let d = 0; d < D / 2; d++) expect(picture[d]).toBe(values[d] ? ink : paper);
    for (let d = D / 2; d < D; d++) expect([paper, ink]).not.toContain(picture[d]); // drawn, and to be seen as such
  }
  expect(new Set(drawn.map(String)).size).toBe(8);
  for (const item of await items(page).all()) expect(await item.getAttribute("data-kept")).toBe("true");

  const uncertainty = (await cells(page, "made-complete [data-id=entropy]")).slice(D / 2);
  expect(new Set(uncertainty).size).toBeGreaterThan(20);
  await expect(get(page, "entropy")).toHaveAttribute("aria-label", /^Uncertainty: 0\.\d\d to (0\.\d\d|1\.00) bits/);

  const made = await modelOf(page);
  const observed = Uint8Array.from({ length: D }, (_, d) => Number(d < D / 2));
  const mask = made.maskFor(observed);
  const row = BinaryRows.from(values, D);
  const byInput = await made.logProbByInput(row, { masks: [mask] });
  const want = byInput.reduce((sum, logp, d) => sum + observed[d] * logp, 0);
  expect(Math.abs((await logpShown(page)) - want)).toBeLessThan(1e-3); // float32 there, float64 here

  const palette = drawn[0].slice(D / 2);
  const inked = palette.findIndex((color) => color !== palette[0]);
  expect(inked).toBeGreaterThan(0);
  for (const [s, picture] of drawn.entries()) {
    const open = commonest(picture.slice(D / 2)); // most of the lower half is paper
    const whole = values.map((value, d) => (observed[d] ? value : Number(picture[d] !== open)));
    const [logp] = await made.logProb(BinaryRows.from(whole, D), { masks: [mask] });
    expect(Math.abs(Number(await items(page).nth(s).getAttribute("data-logp")) - (logp - want))).toBeLessThan(2e-3);
  }
  await expect(get(page, "typical")).toContainText("Test digits have");
  made.dispose();

  const before = await items(page).evaluateAll((all) => all.map((item) => item.dataset.logp));
  await get(page, "again").click();
  await expect
    .poll(() => items(page).evaluateAll((all) => all.map((item) => item.dataset.logp)), ANSWERED)
    .not.toEqual(before);
  await expectAccessible(page);
});

test("pointer, parts and keys erase, and erasing can be undone", async ({ page, url, built }) => {
  await open(page, url, "cpu");
  await page.getByRole("button", { name: "Undo all erasing" }).click();
  await expect(page.getByText("Nothing is missing: erase something first.")).toBeVisible(ANSWERED);
  await expect(get(page, "logp-label")).toHaveText("log p of the whole picture:");
  await answered(page);
  const made = await modelOf(page);
  const values = await digit(built);
  const known = new Uint8Array(D).fill(1);
  const [want] = await made.logProb(BinaryRows.from(values, D), { masks: [made.maskFor(known)] });
  made.dispose();
  expect(Math.abs((await logpShown(page)) - want)).toBeLessThan(2e-3);

  const sheet = get(page, "sheet");
  await sheet.scrollIntoViewIfNeeded(); // the mouse reaches only what is in the window
  const box = (await sheet.boundingBox())!;
  const cell = box.width / 28;
  await page.mouse.move(box.x + 4.5 * cell, box.y + 10.5 * cell);
  await page.mouse.down();
  await page.mouse.move(box.x + 20.5 * cell, box.y + 10.5 * cell, { steps: 4 });
  await page.mouse.up();
  await expect(get(page, "logp-label")).toHaveText(/^log p of the 6\d\d kept pixels:$/, ANSWERED);

  await page.getByRole("button", { name: "Undo all erasing" }).click();
  await get(page, "width").selectOption("1 pixel");
  await sheet.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(get(page, "says")).toHaveText(/^Column 14, row 15: (ink|paper)$/);
  await page.keyboard.press("Space");
  await expect(get(page, "says")).toHaveText("Column 14, row 15: unknown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await expect(get(page, "logp-label")).toHaveText("log p of the 781 kept pixels:", ANSWERED);
  await page.getByRole("button", { name: "Top" }).press("Enter");
  await expect(get(page, "logp-label")).toHaveText("log p of the 389 kept pixels:", ANSWERED);
  await page.getByRole("button", { name: "Test digit 2" }).press("Enter");
  await expect(get(page, "logp-label")).toHaveText("log p of the 392 kept pixels:", ANSWERED);
});

test("pauses, goes on, and asks a model with a fixed order from a file", async ({ page, url }) => {
  await page.goto(`${url}?${SMALL}&device=cpu&seconds=60#complete`);
  const phase = (name: string) => expect(page.locator(`made-complete[data-phase=${name}]`)).toBeAttached(ANSWERED);
  const seen = async () => Number(/([\d,]+) digits seen/.exec((await get(page, "training").textContent())!)?.[1] ?? 0);
  await expect.poll(seen, ANSWERED).toBeGreaterThan(0);
  await get(page, "run").click();
  await phase("paused");
  const before = await seen();
  await get(page, "run").click();
  await expect.poll(seen, ANSWERED).toBeGreaterThan(before);

  const fixed = await Made.create({ inputs: D, hidden: [8], ordering: "natural" }, { device: "cpu" });
  const file = async (made: Made) => ({
    name: "fixed.safetensors",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(await made.save()),
  });
  await get(page, "file").setInputFiles(await file(fixed));
  await expect(get(page, "training")).toContainText("From fixed.safetensors; it is asked, not trained.", ANSWERED);
  await answered(page);
  await expect(get(page, "particles")).toBeHidden(); // the upper half comes first in its order
  await expect(get(page, "typical")).toContainText("Test digits have");
  await page.getByRole("button", { name: "Undo all erasing" }).click();
  await page.getByRole("button", { name: "Top" }).click();
  await expect(get(page, "particles")).toContainText(/Effective sample size: \d+\.\d/, ANSWERED);
  await expect(get(page, "logp")).toContainText(/^about −\d+\.\d nats$/);
  await expect(items(page)).toHaveCount(8);
  for (const item of await items(page).all()) expect(await item.getAttribute("data-kept")).toBe("true");
  fixed.dispose();

  const small = await Made.create({ inputs: 4, hidden: [8] }, { device: "cpu" });
  await get(page, "file").setInputFiles(await file(small));
  await expect(get(page, "notice")).toContainText("The model has 4 inputs, expected 784");
  small.dispose();
  await page.getByRole("button", { name: "Own model" }).click();
  await expect(get(page, "particles")).toBeHidden(ANSWERED);
});

test("keeps the model between visits where one asks for it", async ({ page, url }) => {
  await open(page, url, "cpu");
  const before = await logpShown(page);
  await page.getByLabel("Keep in this browser").check();
  await expect.poll(() => page.evaluate(keptBytes), ANSWERED).toBeGreaterThan(1000);
  await page.reload();
  await expect(get(page, "status")).toHaveText("Your model from last time.", ANSWERED);
  await answered(page);
  expect(await logpShown(page)).toBe(before);
  await page.getByLabel("Keep in this browser").uncheck();
  await expect.poll(() => page.evaluate(keptBytes)).toBe(0);
});

test.describe("touch", () => {
  test.use({ hasTouch: true, viewport: { width: 360, height: 740 } });

  test("a finger erases, and a phone shows everything", async ({ page, url }) => {
    await open(page, url, "cpu");
    await page.getByRole("button", { name: "Undo all erasing" }).tap();
    await get(page, "sheet").tap();
    await expect(get(page, "logp-label")).toHaveText(/^log p of the 7[67]\d kept pixels:$/, ANSWERED);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });
});

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

/** In the page: how large the model is that is kept, 0 where none is. */
function keptBytes(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("keyval-store");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const db = opening.result;
      const getting = db.transaction("keyval").objectStore("keyval").get("complete");
      getting.onsuccess = () => {
        db.close();
        resolve(getting.result?.bytes.length ?? 0);
      };
    };
  });
}
