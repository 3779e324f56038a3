// Draws the figures of docs/mathematics.md from masks as the library makes them: node scripts/figures.mjs
// They are committed; a test draws them again and compares.
import fs from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {import("../src/made/masks.ts").Mask} Mask */
/** @typedef {{ name: string, above: readonly number[], below: readonly number[], strictly: boolean }} Matrix */

/**
 * Every figure by its file in docs/.
 * @returns {Promise<Record<string, string>>}
 */
export async function figures() {
  const { module } = await runnerImport(join(root, "src/made/masks.ts"));
  /** @type {typeof import("../src/made/masks.ts").maskAt} */
  const maskAt = module.maskAt;
  /** @param {number} inputs @param {number[]} hidden @param {number} seed */
  const mask = (inputs, hidden, seed) => maskAt({ inputs, hidden, ordering: "random", masks: 1, seed }, 0);
  return {
    "mask-network.svg": network(mask(4, [5, 5], 17)),
    "mask-staircase.svg": staircase(mask(16, [24, 20], 3)),
    "mask-walk.svg": walk(mask(12, [18], 2)),
  };
}

/** The masks of all weight matrices. @param {Mask} mask @returns {Matrix[]} */
function matrices({ ordering, degrees }) {
  const layers = [ordering, ...degrees];
  const hidden = degrees.map((above, l) => ({ name: `M${l + 1}`, above, below: layers[l], strictly: false }));
  return [...hidden, { name: "MV", above: ordering, below: layers[degrees.length], strictly: true }];
}

/** Whether a unit of degree `above` sees one of degree `below`. @param {Matrix} matrix @param {number} k @param {number} j */
const sees = ({ above, below, strictly }, k, j) => (strictly ? above[k] > below[j] : above[k] >= below[j]);

/** Numbers of the units in the order of their degrees. @param {readonly number[]} degrees */
const sorted = (degrees) => degrees.map((_, k) => k).sort((a, b) => degrees[a] - degrees[b] || a - b);
/** @param {readonly number[]} degrees */
const asCreated = (degrees) => degrees.map((_, k) => k);

/** A network with the degrees in its units, and the connections that the mask leaves. @param {Mask} mask */
function network(mask) {
  const { ordering, degrees } = mask;
  const layers = [ordering, ...degrees, ordering];
  const at = (/** @type {number} */ l, /** @type {number} */ k) => ({
    x: 60 + (480 * (k + 0.5)) / layers[l].length,
    y: 250 - 68 * l,
  });
  const lines = matrices(mask).flatMap((matrix, l) =>
    matrix.above.flatMap((_, k) =>
      matrix.below.flatMap((_, j) => {
        const [from, to] = [at(l, j), at(l + 1, k)];
        return sees(matrix, k, j)
          ? [`<line class="link" x1="${from.x}" y1="${from.y}" x2="${to.x}" y2="${to.y}"/>`]
          : [];
      }),
    ),
  );
  const units = layers.flatMap((layer, l) =>
    layer.map((degree, k) => {
      const { x, y } = at(l, k);
      const end = l === 0 || l === layers.length - 1;
      const name = l === 0 ? `x${sub(k + 1)}` : `p(x${sub(k + 1)} | …)`;
      const label = end ? `<text class="quiet" x="${x}" y="${l === 0 ? y + 32 : y - 22}">${name}</text>` : "";
      return `<circle class="${end ? "end" : "unit"}" cx="${x}" cy="${y}" r="14"/><text x="${x}" y="${y + 4}">${degree}</text>${label}`;
    }),
  );
  return svg(600, 296, "A network with the degree of every unit, and the connections that the mask leaves", [
    ...lines,
    ...units,
  ]);
}

/** Every mask twice: units as they were created, and sorted by degree. @param {Mask} mask */
function staircase(mask) {
  const cell = 9;
  const widths = matrices(mask).map(({ below }) => below.length * cell);
  const tallest = Math.max(...matrices(mask).map(({ above }) => above.length)) * cell;
  const parts = [asCreated, sorted].flatMap((order, row) => {
    const top = 44 + row * (tallest + 60);
    const title = row === 0 ? "units as created" : "the same, units sorted by degree";
    return [
      `<text class="title" x="20" y="${top - 22}">${title}</text>`,
      ...matrices(mask).flatMap((matrix, l) => {
        const left = 20 + widths.slice(0, l).reduce((sum, width) => sum + width + 34, 0);
        return [
          `<text class="left quiet" x="${left}" y="${top - 5}">${nameOf(matrix)}</text>`,
          ...grid(matrix, order, left, top, cell),
        ];
      }),
    ];
  });
  const width = 40 + widths.reduce((sum, w) => sum + w + 34, -34);
  return svg(
    width,
    2 * (tallest + 60) - 4,
    "Masks of a network in two orders of the same units: scattered, and as staircases",
    parts,
  );
}

/** How far a walk is at the first, the fifth and the ninth position, on the sorted masks. @param {Mask} mask */
function walk(mask) {
  const cell = 9;
  const [first, last] = matrices(mask);
  const D = mask.ordering.length;
  const H = mask.degrees[0].length;
  const panels = [1, 5, 9].flatMap((position, i) => {
    const left = 20 + i * (Math.max(D, H) * cell + 40);
    /** The state of a unit: final, being made at this position, or to come. @param {number} degree */
    const now = (degree) => (degree < position ? "on" : degree === position ? "now" : "later");
    return [
      `<text class="title" x="${left}" y="22">position ${position} of ${D}</text>`,
      `<text class="left quiet" x="${left}" y="39">hidden units from x</text>`,
      ...grid(first, sorted, left, 44, cell, now),
      `<text class="left quiet" x="${left}" y="${44 + H * cell + 24}">logits from hidden units</text>`,
      ...grid(last, sorted, left, 44 + H * cell + 29, cell, now),
    ];
  });
  const width = 40 + 3 * (Math.max(D, H) * cell + 40) - 40;
  return svg(
    width,
    44 + (H + D) * cell + 48,
    "One walk along the positions computes every unit and every logit once",
    panels,
  );
}

/**
 * The cells of a mask, a row for every unit.
 * @param {Matrix} matrix
 * @param {(degrees: readonly number[]) => number[]} order
 * @param {number} left @param {number} top @param {number} cell
 * @param {(degree: number) => string} [classOf] of a row that is seen
 */
function grid(matrix, order, left, top, cell, classOf = () => "on") {
  const [rows, columns] = [order(matrix.above), order(matrix.below)];
  const frame = `<rect class="frame" x="${left}" y="${top}" width="${columns.length * cell}" height="${rows.length * cell}"/>`;
  const runs = rows.flatMap((k, row) => {
    // Neighbours in one rectangle: the file stays small.
    const seen = columns.map((j) => sees(matrix, k, j));
    return seen.flatMap((one, at) => {
      if (!one || seen[at - 1]) return [];
      const length = seen.indexOf(false, at) < 0 ? seen.length - at : seen.indexOf(false, at) - at;
      const [x, y] = [left + at * cell, top + row * cell];
      return [
        `<rect class="${classOf(matrix.above[k])}" x="${x}" y="${y}" width="${length * cell}" height="${cell - 1}"/>`,
      ];
    });
  });
  return [frame, ...runs];
}

/** @param {Matrix} matrix */
const nameOf = ({ name, above, below }) =>
  `${name.replace(/\d+|V/, (index) => `<tspan dy="-4" font-size="9">${index}</tspan><tspan dy="4"> </tspan>`)}${above.length} × ${below.length}`;

/** @param {number} index */
const sub = (index) => String.fromCodePoint(0x2080 + index);

/** Colours for light and dark pages. @param {number} width @param {number} height @param {string} label @param {string[]} parts */
const svg = (
  width,
  height,
  label,
  parts,
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<style>
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; text-anchor: middle; }
  .title { font-weight: 600; text-anchor: start; }
  .left { text-anchor: start; }
  .quiet { fill: #59636e; }
  .frame { fill: none; stroke: #8b98a8; }
  .link { stroke: #8b98a8; stroke-width: 1.2; }
  .unit, .end { fill: #f6f8fa; stroke: #0a7f5c; stroke-width: 1.5; }
  .end { stroke: #59636e; }
  .on { fill: #0a7f5c; }
  .now { fill: #d1731a; }
  .later { fill: #c9d1d9; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .frame, .link { stroke: #66727f; }
    .unit, .end { fill: #161b22; stroke: #35b98c; }
    .end { stroke: #9198a1; }
    .on { fill: #35b98c; }
    .now { fill: #f0a050; }
    .later { fill: #3d444d; }
  }
</style>
${parts.join("\n")}
</svg>
`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [file, text] of Object.entries(await figures())) fs.writeFileSync(join(root, "docs", file), text);
