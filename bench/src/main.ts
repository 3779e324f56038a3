// The program behind `npm run bench`. It finds no browser and no driver itself: scripts/bench.mjs does, and tells it.
// On a bare machine it runs by itself: node bench/dist/bench.mjs --place node

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Options, readOptions, USAGE } from "./options.ts";
import { openBrowser } from "./places/browser.ts";
import { runInsideNode } from "./places/inside-node.ts";
import { INSIDE, openNode } from "./places/node.ts";
import { asChart } from "./report/chart.ts";
import { asMarkdown } from "./report/markdown.ts";
import { asText } from "./report/table.ts";
import type { Results } from "./results.ts";
import { run } from "./run.ts";

const program = fileURLToPath(import.meta.url);
/** bench/ */
const root = dirname(dirname(program));

/** Around the tables in docs/benchmarks.md. */
const MARKS = ["<!-- npm run bench: begin -->", "<!-- npm run bench: end -->"];

async function main(args: readonly string[]): Promise<number> {
  let options: Options | "help";
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const results = options.from ? together(options.from) : await measure(options);
  console.log(`\n${asText(results)}`);
  if (options.chart) write(options.chart, asChart(results));
  if (options.markdown) write(options.markdown, intoDocument(options.markdown, asMarkdown(results)));
  if (!options.from || options.json) {
    const file = options.json ?? join(root, "results", `${results.date.slice(0, 16).replaceAll(":", "")}.json`);
    write(file, `${JSON.stringify(results, null, 1)}\n`);
  }
  const failed = results.places.some(({ failures, cells }) => failures.length > 0 || cells.some((cell) => cell.failed));
  return failed ? 1 : 0;
}

function measure(options: Options): Promise<Results> {
  const { CHROME_PATH, MADE_BENCH_NODE_ENV } = process.env;
  const say = (text: string) => console.error(text);
  const inside = (text: string) => say(`     ${text}`);
  return run(
    options,
    {
      async browser() {
        if (!CHROME_PATH) throw new Error("no browser: CHROME_PATH names none (npm run bench looks for one)");
        return openBrowser(root, CHROME_PATH, inside);
      },
      node: async () => openNode(program, JSON.parse(MADE_BENCH_NODE_ENV ?? "{}"), inside),
    },
    say,
  );
}

/** Several results as one: the first one's date, commit and versions, and everyone's places. */
function together(files: readonly string[]): Results {
  const all = files.map((file): Results => JSON.parse(readFileSync(file, "utf8")));
  return { ...all[0], places: all.flatMap(({ places }) => places) };
}

/** The tables in place of those between the two marks, where there is such a document; else the tables alone. */
function intoDocument(file: string, tables: string): string {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const [begin, end] = MARKS.map((mark) => before.indexOf(mark));
  if (begin < 0 || end < begin) return tables;
  return `${before.slice(0, begin + MARKS[0].length)}\n\n${tables}\n${before.slice(end)}`;
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  console.log(`\nwritten: ${relative(process.cwd(), file)}`);
}

if (process.argv[2] === INSIDE) await runInsideNode();
else process.exitCode = await main(process.argv.slice(2));
