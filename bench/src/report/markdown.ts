// Results as Markdown, for docs/benchmarks.md.

import type { Cell, PlaceResult, Results } from "../results.ts";
import { OPERATIONS, type Operation } from "../workloads.ts";
import { groupsOf, machineOf, nameOf, oursFor, range, shapeOf, threeFigures, times } from "./format.ts";
import { percent } from "./table.ts";

export function asMarkdown({ commit, date, versions, places }: Results): string {
  const of = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [`Measured on ${date.slice(0, 10)} at ${commit}. ${of.join(", ")}.`, ...places.flatMap(placeLines), ""].join(
    "\n",
  );
}

function placeLines(place: PlaceResult): string[] {
  const lines = ["", `### ${place.runtime}, ${place.adapter}`, "", `${machineOf(place)}.`];
  const operations = [...new Set(place.cells.map(({ operation }) => operation))];
  for (const operation of operations) lines.push("", ...operationTable(place, operation));
  for (const text of [...place.absent, ...place.failures]) lines.push("", `${text}.`);
  if (place.ceilings) {
    const { gflops, copyGBps, dispatchMicroseconds } = place.ceilings;
    lines.push(
      "",
      `What the adapter can do: ${threeFigures(gflops.median)} GFLOP/s of multiply-adds without loads (${range(gflops)}), ` +
        `${threeFigures(copyGBps.median)} GB/s copied, read plus written (${range(copyGBps)}), ` +
        `${threeFigures(dispatchMicroseconds.median)} µs an empty dispatch (${range(dispatchMicroseconds)}).`,
    );
  }
  if (place.comparisons.length > 0) {
    lines.push("", "| a training step, ms | | | |", "|---|---|---|---|");
    for (const { name, what, milliseconds, ratio } of place.comparisons) {
      const ways = what.map((way, i) => `${way}: ${threeFigures(milliseconds[i].median)} (${range(milliseconds[i])})`);
      lines.push(`| ${name} | ${ways.join(" | ")} | ${times(ratio)} |`);
    }
  }
  for (const { axis, fixed, points, exponent } of place.growth) {
    const rest = Object.entries(fixed).map(([name, value]) => `${name} = ${value}`);
    lines.push(
      "",
      `A training step by ${axis} (${rest.join(", ")}): time ∝ ${axis}^${exponent.toFixed(2)}.`,
      "",
      `| ${axis} | ${points.map(({ value }) => value).join(" | ")} |`,
      `|---|${"---|".repeat(points.length)}`,
      `| ms | ${points.map(({ milliseconds: m }) => `${threeFigures(m.median)} (${range(m)})`).join(" | ")} |`,
      `| time / work, relative | ${points.map(({ relative }) => relative.toFixed(2)).join(" | ")} |`,
    );
  }
  if (place.memory.length > 0) {
    lines.push("", "| D | H | B | MB counted | MB by formula | |", "|---|---|---|---|---|---|");
    for (const { D, H, B, bytes, formula } of place.memory) {
      const sizes = `${threeFigures(bytes / 1e6)} | ${threeFigures(formula / 1e6)}`;
      lines.push(`| ${D} | ${H} | ${B} | ${sizes} | ${percent(bytes / formula - 1)} |`);
    }
  }
  return lines;
}

/** Contenders down, workloads across. */
function operationTable(place: PlaceResult, operation: Operation): string[] {
  const groups = groupsOf(place).filter((group) => group.operation === operation);
  const contenders = new Map(groups.flatMap(({ cells }) => cells).map((cell) => [cell.contender, nameOf(cell)]));
  const head = groups.map(({ workload }) => shapeOf(workload));
  const rows = [...contenders].map(([contender, name]) => {
    const cells = groups.map((group) => group.cells.find((cell) => cell.contender === contender));
    return `| ${name} | ${cells.map((cell) => (cell ? cellText(place, cell) : "–")).join(" | ")} |`;
  });
  return [`| ${OPERATIONS[operation]}, ms | ${head.join(" | ")} |`, `|---|${"---|".repeat(head.length)}`, ...rows];
}

function cellText(place: PlaceResult, cell: Cell): string {
  const { milliseconds, failed, extrapolatedFrom } = cell;
  if (!milliseconds) return `failed: ${failed?.replaceAll("|", "\\|")}`;
  const ours = oursFor(place, cell);
  const ratio = ours === undefined || cell.contender === "ours" ? "" : `, ${times(milliseconds.median / ours)}`;
  const note = extrapolatedFrom ? `, from ${extrapolatedFrom.positions} of ${extrapolatedFrom.of} passes` : "";
  const median = threeFigures(milliseconds.median);
  return `${cell.contender === "ours" ? `**${median}**` : median} (${range(milliseconds)})${ratio}${note}`;
}
