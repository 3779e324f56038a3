// The panel "Why masks" of the built page: what it lights, sums, sorts and draws, each held against what follows from the
// degrees that the page shows, worked out here.

import { expect, expectAccessible, type Page, test } from "./fixture.ts";

const part = (page: Page, id: string) => page.locator(`made-masks [data-id="${id}"]`);
const network = (page: Page) => part(page, "network");
const masksSwitch = (page: Page) => page.getByRole("switch", { name: "Masks" });
const matrix = (page: Page, name: string) => page.locator(`made-masks [data-matrix="${name}"]`);

async function open(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#masks`);
  await part(page, "all").click();
  await expect(part(page, "sum")).toHaveText(/^\d/);
}

/** A network of one's own choice, with the masks on. */
async function choose(page: Page, values: Record<string, string>): Promise<void> {
  if ((await masksSwitch(page).getAttribute("aria-checked")) === "false") await masksSwitch(page).click();
  await page.getByText("Another network").click();
  for (const [id, value] of Object.entries(values)) {
    await expect(part(page, id)).toBeEnabled(); // a layer more is there a moment later
    await part(page, id).selectOption(value);
    await expect(page.locator("made-masks[data-opening]")).toHaveCount(0);
  }
}

/** The degrees that stand in the picture, layer by layer from the inputs. */
function degrees(page: Page): Promise<number[][]> {
  return network(page).evaluate((picture) => {
    const layers: number[][] = [];
    for (const group of picture.querySelectorAll<SVGGElement>("[data-unit]")) {
      const [layer, index] = group.dataset.unit!.split(":").map(Number);
      layers[layer] ??= [];
      layers[layer][index] = Number(group.querySelector(".degree")!.textContent);
    }
    return layers;
  });
}

/** By the paper's rule, from degrees alone: connections on paths into a unit, as “from→to”, and the inputs they begin at. */
function expected(layers: number[][], to: [number, number], direct: boolean) {
  const edges = new Set<string>();
  const inputs = new Set<number>();
  const visit = ([layer, unit]: [number, number]) => {
    if (layer === 0) return inputs.add(unit);
    const m = layers[layer][unit];
    const last = layer === layers.length - 1;
    const go = (below: number) =>
      layers[below].forEach((degree, j) => {
        if (last ? m <= degree : m < degree) return;
        edges.add(`${below}:${j}→${layer}:${unit}`);
        visit([below, j]);
      });
    go(layer - 1);
    if (last && direct) go(0);
  };
  visit(to);
  return { edges: [...edges].sort(), inputs: [...inputs].sort() };
}

/** Points at every unit above the inputs and reads what is lit then, by unit. */
function lit(page: Page) {
  return network(page).evaluate((picture) => {
    const of = (selector: string) => [...picture.querySelectorAll<SVGElement>(selector)];
    return of(".unit:not(.input)").map((unit) => {
      unit.dispatchEvent(new PointerEvent("pointerenter"));
      return {
        unit: unit.dataset.unit!.split(":").map(Number) as [number, number],
        edges: of(".edge[data-lit]")
          .map(({ dataset }) => `${dataset.from}→${dataset.to}`)
          .sort(),
        inputs: of(".input[data-lit]")
          .map(({ dataset }) => Number(dataset.unit!.split(":")[1]))
          .sort(),
        sentence: document.querySelector('made-masks [data-id="sentence"]')!.textContent!,
      };
    });
  });
}

const train = async (page: Page, steps: number) => {
  await part(page, "train").click();
  await expect(part(page, "train")).toHaveText("Train", { timeout: 40_000 });
  await expect(part(page, "sum")).toHaveAttribute("data-steps", String(steps));
};
const sum = async (page: Page) => Number(await part(page, "sum").textContent());

test("lights exactly the paths and inputs that degrees allow, under 20 random masks", async ({ page, url }) => {
  await open(page, url);
  await choose(page, { inputs: "5", layers: "2", "units-1": "6", "units-2": "4", ordering: "random" });
  const seen = new Set<string>();
  for (let mask = 0; mask < 20; mask++) {
    const direct = mask % 2 === 1;
    await part(page, "direct").setChecked(direct);
    const before = JSON.stringify(await degrees(page));
    await part(page, "new-mask").click();
    await expect.poll(async () => JSON.stringify(await degrees(page))).not.toBe(before);
    const layers = await degrees(page);
    expect(layers.map(({ length }) => length)).toEqual([5, 6, 4, 5]);
    seen.add(JSON.stringify(layers));
    const all = await lit(page);
    expect(all).toHaveLength(6 + 4 + 5);
    for (const { unit, sentence, ...got } of all) {
      const want = expected(layers, unit, direct);
      expect(got).toEqual(want);
      const numbers = sentence.split(/[.:;]/)[0].split("may use")[1].match(/\d+/g) ?? [];
      expect(numbers.map(Number)).toEqual(want.inputs.map((d) => d + 1));
    }
  }
  expect(seen.size).toBeGreaterThan(15);
});

test("sorted, masks are staircases and their product is strictly lower triangular", async ({ page, url }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, url);
  await choose(page, { inputs: "6", layers: "3", ordering: "random" });
  const cells = (name: string) =>
    matrix(page, name)
      .locator(".cell")
      .evaluateAll((all) =>
        (all as SVGElement[]).map(({ dataset }) => ({
          at: dataset.at!.split(",").map(Number),
          open: dataset.count !== "0",
        })),
      );
  const above = (await cells("product")).filter(({ at: [row, column], open }) => open && column >= row);
  expect(above.length).toBeGreaterThan(0); // as the ordering is no natural one
  const sort = page.getByRole("button", { name: "Sort by degree" });
  await sort.press("Enter");
  await expect(sort).toHaveAttribute("aria-pressed", "true");
  for (const name of ["W1", "W2", "W3", "V"]) {
    const ends = new Map<number, number>();
    const all = await cells(name);
    for (const { at, open } of all) if (open) ends.set(at[0], Math.max(ends.get(at[0]) ?? 0, at[1] + 1));
    for (const { at, open } of all) expect(open).toBe(at[1] < (ends.get(at[0]) ?? 0));
    const rows = [...new Set(all.map(({ at }) => at[0]))].sort((a, b) => a - b);
    for (const row of rows.slice(1)) expect(ends.get(row) ?? 0).toBeGreaterThanOrEqual(ends.get(row - 1) ?? 0);
  }
  const product = await cells("product");
  expect(product).toHaveLength(36);
  for (const { at, open } of product) if (open) expect(at[1]).toBeLessThan(at[0]);
  expect(product.filter(({ open }) => open).length).toBeGreaterThan(5);
});

test("sums to 1 with one mask and with four, before training and after; without masks it does not", async ({
  page,
  url,
}) => {
  await open(page, url);
  await expect(masksSwitch(page)).toHaveAttribute("aria-checked", "false");
  await train(page, 600);
  expect(await sum(page)).toBeGreaterThan(2);
  await expect(part(page, "verdict")).toContainText("No probabilities");
  await masksSwitch(page).click();
  await expect(part(page, "sum")).toHaveAttribute("data-steps", "0");
  expect(Math.abs((await sum(page)) - 1)).toBeLessThan(1e-5);
  await train(page, 600);
  expect(Math.abs((await sum(page)) - 1)).toBeLessThan(1e-5);
  const shown = await page
    .locator("made-masks tbody tr")
    .evaluateAll((rows) => (rows as HTMLTableRowElement[]).map(({ cells }) => Number(cells[2].textContent)));
  expect(shown).toHaveLength(16);
  expect(shown.slice(0, 4).reduce((a, b) => a + b)).toBeGreaterThan(0.6); // it learned the four rows of the data
  await choose(page, { ordering: "random", masks: "4" });
  await expect(part(page, "sum-each")).toHaveText("1.000000, 1.000000, 1.000000, 1.000000");
  await train(page, 600);
  expect(Math.abs((await sum(page)) - 1)).toBeLessThan(1e-5);
  await expect(part(page, "sum-each")).toHaveText("1.000000, 1.000000, 1.000000, 1.000000");
});

test("draws a row step by step, each unit once and only when all it may see is known", async ({ page, url }) => {
  await open(page, url);
  await choose(page, { layers: "2", ordering: "random" });
  await expect(part(page, "draw-text")).toContainText("No bit is known yet");
  const layers = await degrees(page);
  const drawing = part(page, "drawing");
  const done = new Set<string>();
  const bits: string[] = [];
  let known = 0;
  while (await part(page, "draw-next").isEnabled()) {
    await part(page, "draw-next").click();
    const now = await drawing
      .locator('.unit[data-mark="now"]:not(.input)')
      .evaluateAll((units) => (units as SVGElement[]).map(({ dataset }) => dataset.unit!));
    for (const key of now) {
      expect(done.has(key)).toBe(false);
      done.add(key);
      const [layer, unit] = key.split(":").map(Number);
      if (layer === 3) known++; // its degree is the position that it has itself
      expect(layers[layer][unit]).toBe(known);
      if (layer === 3) bits[unit] = (await drawing.locator(`[data-note="0:${unit}"]`).textContent())!;
    }
  }
  expect(done.size).toBe(6 + 6 + 4);
  await expect(part(page, "draw-count")).toHaveText(
    "Computed 16 of 16 units, each of them once. 4 whole passes would compute 64.",
  );
  await expect(part(page, "draw-text")).toContainText(`The row is complete: ${bits.join("").replaceAll("x = ", "")}.`);
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(part(page, "draw-count")).toContainText("Computed 1 of 16");
  await expect(part(page, "draw-count")).not.toContainText("Computed 1 of 16", { timeout: 5000 });
});

test("tells its story by keyboard alone", async ({ page, url }) => {
  await page.goto(`${url}#masks`);
  await expect(part(page, "place")).toHaveText("Why masks, step 1 of 7");
  await expect(page.locator("made-masks [data-part]:visible")).toHaveCount(1);
  const next = page.getByRole("button", { name: "Next", exact: true });
  for (let step = 2; step <= 7; step++) {
    await next.focus();
    await page.keyboard.press("Enter");
    await expect(part(page, "place")).toHaveText(`Why masks, step ${step} of 7`);
    await expect(part(page, "story-title")).toBeFocused();
    await expect(masksSwitch(page)).toHaveAttribute("aria-checked", String(step > 2));
  }
  await expect(page.locator("made-masks [data-part]:visible")).toHaveCount(4);
  await page.getByRole("combobox", { name: "Ordering" }).focus();
  await page.keyboard.press("Tab"); // to the picture: its first output
  await expect(network(page).locator('[data-unit="3:0"]')).toBeFocused();
  await expect(part(page, "sentence")).toContainText(/^Output 1 may use/);
  await page.keyboard.press("ArrowRight");
  await expect(part(page, "sentence")).toContainText(/^Output 2 may use/);
  await page.keyboard.press("ArrowDown");
  await expect(part(page, "sentence")).toContainText(/^Unit 3 of hidden layer 2 may use/);
  await expect(network(page).locator('[data-unit="2:2"]')).toHaveAttribute("data-lit");
  await page.keyboard.press("Escape");
  await expect(network(page).locator(".edge[data-lit]")).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`is accessible and fits a phone, ${colorScheme}`, async ({ page, url }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 360, height: 740 });
    await open(page, url);
    await choose(page, { inputs: "8", layers: "3", "units-3": "10", masks: "2" });
    await network(page).locator('[data-unit="4:7"]').click();
    await expect(part(page, "sentence")).toContainText(/^Output 8 may use/);
    await part(page, "draw-next").click();
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
