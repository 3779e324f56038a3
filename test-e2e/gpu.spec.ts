// The GPU cases in a headless browser. Without an adapter they fail: nothing is skipped.

import { readdirSync } from "node:fs";
import { expect, type Page, test } from "playwright/test";
import { casesFor } from "./suite/index.ts";

const goldenNames = readdirSync(new URL("../test/golden/", import.meta.url))
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""))
  .sort();

let page: Page;
const problems: string[] = [];

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto("/test-e2e/harness.html");
  await page.waitForFunction(() => typeof window.runCase === "function");
  console.log(`adapter: ${await page.evaluate(() => window.adapter())}`);
});

test.afterAll(() => page.close());

for (const { name } of casesFor(goldenNames))
  test(name, async () => {
    const summary = await page.evaluate(([one, names]) => window.runCase(one, names), [name, goldenNames] as const);
    console.log(`    ${summary}`);
    expect(problems.splice(0)).toEqual([]);
  });
