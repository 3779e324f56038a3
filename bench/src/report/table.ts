// Results as text for a terminal.

import type { Cell, PlaceResult, Results } from "../results.ts";
import { OPERATIONS } from "../workloads.ts";
import { agreementOf, groupsOf, machineOf, nameOf, oursFor, range, shapeOf, threeFigures, times } from "./format.ts";

export function asText({ commit, date, places }: Results): string {
  return [`made-webgpu ${commit}, ${date.slice(0, 10)}`, ...places.flatMap(placeLines)].join("\n");
}

function placeLines(place: PlaceResult): string[] {
  const { runtime, adapter, ceilings, absent, failures } = place;
  const lines = ["", `━━ ${runtime} on ${adapter}`, `   ${machineOf(place)}`];
  if (ceilings) {
    const { gflops, copyGBps, dispatchMicroseconds } = ceilings;
    lines.push(
      `   multiply-adds ${threeFigures(gflops.median)} GFLOP/s (${range(gflops)}), ` +
        `copy ${threeFigures(copyGBps.median)} GB/s (${range(copyGBps)}), ` +
        `empty dispatch ${threeFigures(dispatchMicroseconds.median)} µs (${range(dispatchMicroseconds)})`,
    );
  }
  for (const { workload, operation, cells } of groupsOf(place)) {
    lines.push("", `   ${workload}: ${shapeOf(workload)}. ${OPERATIONS[operation]}; milliseconds`);
    for (const cell of cells) lines.push(`     ${cellLine(place, cell)}`);
  }
  lines.push("", ...[...absent, ...failures.map((text) => `failed: ${text}`)].map((text) => `   ${text}`));
  for (const { name, what, milliseconds, ratio } of place.comparisons) {
    lines.push("", `   ${name}; milliseconds a training step`);
    what.forEach((way, i) => {
      lines.push(`     ${way.padEnd(24)}${number(milliseconds[i].median)}  (${range(milliseconds[i])})`);
    });
    lines.push(`     ${what[0]} takes ${times(ratio)} as long`);
  }
  for (const { axis, fixed, points, exponent } of place.growth) {
    const rest = Object.entries(fixed).map(([name, value]) => `${name} = ${value}`);
    lines.push("", `   growth with ${axis} (${rest.join(", ")}): time ∝ ${axis}^${exponent.toFixed(2)}`);
    for (const { value, milliseconds, relative } of points) {
      const time = `${axis} = ${String(value).padEnd(6)}${number(milliseconds.median)} ms  (${range(milliseconds)})`;
      lines.push(`     ${time.padEnd(54)}time / work ${relative.toFixed(2)}`);
    }
  }
  if (place.memory.length > 0) lines.push("", "   GPU memory in training, MB counted against the formula");
  for (const { D, H, B, bytes, formula } of place.memory)
    lines.push(
      `     D = ${D}, H = ${H}, B = ${B}`.padEnd(34) +
        `${number(bytes / 1e6)}  ${number(formula / 1e6)}  ${percent(bytes / formula - 1)}`,
    );
  return lines;
}

function cellLine(place: PlaceResult, cell: Cell): string {
  const name = nameOf(cell).padEnd(25);
  const { milliseconds, failed, extrapolatedFrom } = cell;
  if (!milliseconds) return `${name}failed: ${failed}`;
  const ours = oursFor(place, cell);
  const ratio = ours === undefined ? "" : times(milliseconds.median / ours);
  const notes = [
    agreementOf(cell),
    extrapolatedFrom && `extrapolated from ${extrapolatedFrom.positions} of ${extrapolatedFrom.of} passes`,
    milliseconds.count > 1 ? "" : "one sample",
  ].filter(Boolean);
  return `${name}${number(milliseconds.median)}  ${`(${range(milliseconds)})`.padEnd(24)}${ratio.padStart(7)}  ${notes.join("; ")}`.trimEnd();
}

const number = (value: number): string => threeFigures(value).padStart(9);
export const percent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;
