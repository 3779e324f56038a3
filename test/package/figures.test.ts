// The figures of the documents are those that their script draws from the library's masks.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { figures } from "../../scripts/figures.mjs";
import { root } from "./installed.ts";

test("the figures of docs/mathematics.md are up to date", async () => {
  const drawn: Record<string, string> = await figures();
  expect(Object.keys(drawn)).toHaveLength(3);
  for (const [file, text] of Object.entries(drawn))
    expect(readFileSync(join(root, "docs", file), "utf8").replaceAll("\r\n", "\n"), file).toBe(text);
});
