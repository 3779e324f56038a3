// Reads the golden files from disk (Node only). What is in them is understood in support/golden-case.ts.

import { readdirSync, readFileSync } from "node:fs";
import { type GoldenCase, parseGolden } from "./support/golden-case.ts";

const folder = new URL("./golden/", import.meta.url);

/** Every golden case, by name. */
export const goldenCases: readonly GoldenCase[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => parseGolden(JSON.parse(readFileSync(new URL(file, folder), "utf8"))));
