// The chart: for one workload, a panel for each place and operation, a bar for each contender, on a logarithmic scale.
// SVG that follows the reader's light or dark scheme; no library.

import type { Cell, PlaceResult, Results } from "../results.ts";
import { OPERATIONS, type Operation } from "../workloads.ts";
import { duration, groupsOf, nameOf, shapeOf } from "./format.ts";

const PANEL = { width: 366, label: 176, value: 58, gap: 20 };
const BAR = { height: 14, step: 22 };
const MARGIN = { left: 14, right: 14, top: 56, bottom: 30 };
const HEAD = 66;
const BELOW = 26;
/** Room that "100 ms" needs beside its neighbours. */
const NAME_WIDTH = 46;

const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .place { font-size: 13px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .small { font-size: 11px; }
  .grid { stroke: #d1d9e0; }
  .ours { fill: #0a7f5c; }
  .peer { fill: #8b98a8; }
  .spread { stroke: #1f2328; stroke-width: 1.2; }
  .strong { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .ours { fill: #35b98c; }
    .peer { fill: #66727f; }
    .spread { stroke: #e6edf3; }
  }`;

/** @param workload the first that was measured, where it is left out @throws Error where nothing was measured */
export function asChart({ places }: Results, workload = places[0]?.cells[0]?.workload): string {
  if (workload === undefined) throw new Error("the results have no times to draw");
  const rows = places.map((place) => ({
    place,
    groups: groupsOf(place).filter((group) => group.workload === workload),
  }));
  const columns = Math.max(...rows.map(({ groups }) => groups.length));
  const width = MARGIN.left + columns * PANEL.width + (columns - 1) * PANEL.gap + MARGIN.right;
  let y = MARGIN.top;
  const parts: string[] = [];
  for (const { place, groups } of rows) {
    if (groups.length === 0) continue;
    parts.push(text(MARGIN.left, y + 14, `${place.runtime}: ${place.adapter}`, "place"));
    groups.forEach((group, i) => {
      const x = MARGIN.left + i * (PANEL.width + PANEL.gap);
      parts.push(panel(place, group, x, y + HEAD));
    });
    const bars = Math.max(...groups.map(({ cells }) => cells.length));
    y += HEAD + bars * BAR.step + BELOW + 18;
  }
  const height = y + MARGIN.bottom - 18;
  const title = `Time, less is better: ${shapeOf(workload)}`;
  const foot =
    "Logarithmic scales. Bars: medians; lines: smallest and largest of the rounds. ~: scaled up from some of the passes.";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}
</style>
${text(MARGIN.left, 28, title, "title")}
${parts.join("\n")}
${text(MARGIN.left, height - 12, foot, "quiet small")}
</svg>
`;
}

function panel(
  place: PlaceResult,
  { operation, cells }: { operation: Operation; cells: Cell[] },
  x: number,
  y: number,
) {
  const measured = cells.filter(({ milliseconds }) => milliseconds);
  const low = Math.min(...measured.map(({ milliseconds }) => milliseconds!.min));
  const high = Math.max(...measured.map(({ milliseconds }) => milliseconds!.max));
  // A decade begins a little below the smallest bar, so that it can be seen.
  const from = Math.floor(Math.log10(low / 1.6));
  const to = Math.max(from + 1, Math.ceil(Math.log10(high)));
  const left = x + PANEL.label;
  const right = x + PANEL.width - PANEL.value;
  const at = (milliseconds: number) => left + ((Math.log10(milliseconds) - from) / (to - from)) * (right - left);
  const bottom = y + cells.length * BAR.step;
  const every = (right - left) / (to - from) < NAME_WIDTH ? 2 : 1;
  const parts = [text(x, y - 18, OPERATIONS[operation], "quiet")];
  for (let decade = from; decade <= to; decade++) {
    const here = at(10 ** decade);
    parts.push(`<line class="grid" x1="${fix(here)}" x2="${fix(here)}" y1="${y - 4}" y2="${bottom}"/>`);
    if ((decade - from) % every === 0) parts.push(text(here, bottom + 14, decadeName(decade), "quiet small", "middle"));
  }
  cells.forEach((cell, i) => {
    parts.push(bar(cell, x, y + i * BAR.step, at, left));
  });
  return `<g data-place="${place.place}" data-operation="${operation}">\n${parts.join("\n")}\n</g>`;
}

function bar(cell: Cell, x: number, y: number, at: (milliseconds: number) => number, left: number): string {
  const ours = cell.contender === "ours";
  const middle = y + BAR.height / 2;
  const parts = [text(x, middle + 4, nameOf(cell), ours ? "strong" : "")];
  const { milliseconds, extrapolatedFrom } = cell;
  if (!milliseconds) return `${parts[0]}\n${text(left + 4, middle + 4, "failed", "quiet small")}`;
  const { median, min, max } = milliseconds;
  const end = at(median);
  const furthest = Math.max(end, at(max));
  parts.push(
    `<rect class="${ours ? "ours" : "peer"}" x="${fix(left)}" y="${y}" width="${fix(end - left)}" height="${BAR.height}" rx="1.5"/>`,
    `<line class="spread" x1="${fix(at(min))}" x2="${fix(at(max))}" y1="${middle}" y2="${middle}"/>`,
    text(furthest + 5, middle + 4, `${extrapolatedFrom ? "~" : ""}${duration(median)}`, ours ? "strong" : ""),
  );
  return parts.join("\n");
}

/** 1 ms, 10 ms, 100 ms, 1 s … */
const decadeName = (decade: number): string => (decade < 3 ? `${10 ** decade} ms` : `${10 ** (decade - 3)} s`);

const fix = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, content: string, classes: string, anchor?: string): string =>
  `<text x="${fix(x)}" y="${fix(y)}"${classes ? ` class="${classes}"` : ""}${anchor ? ` text-anchor="${anchor}"` : ""}>${escapeXml(content)}</text>`;

const escapeXml = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
