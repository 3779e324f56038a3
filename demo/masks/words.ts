// The sentences that say what a unit may use, and the names that units and matrices have on the page.

import type { Unit, Wiring } from "./wiring.ts";

/** “output 3”, “unit 2 of hidden layer 1”; all counted from 1. */
export function nameOf({ layer, index }: Unit, top: number): string {
  if (layer === 0) return `input ${index + 1}`;
  return layer === top ? `output ${index + 1}` : `unit ${index + 1} of hidden layer ${layer}`;
}

/** “output 3 may use inputs 1 and 5.”, and why where that is less than one would think. */
export function sentenceFor(wiring: Wiring, unit: Unit): string {
  const name = nameOf(unit, wiring.top);
  if (unit.layer === 0)
    return `${capital(name)} ${wiring.masked ? `is number ${degreeOf(wiring, unit)} in the ordering` : "is seen by every unit above it"}.`;
  const { inputs } = wiring.reach(unit);
  const uses = `${capital(name)} may use ${listed(inputs)}`;
  if (!wiring.masked) return `${uses}${unit.layer === wiring.top ? ": its own input is among them" : ""}.`;
  const m = degreeOf(wiring, unit);
  if (unit.layer < wiring.top) return `${uses}; its degree is ${m}.`;
  if (m === 1) return `${uses}: it is the first in the ordering.`;
  const lost = wiring.mask.ordering.flatMap((position, d) => (position < m && !inputs.includes(d) ? [d] : []));
  if (lost.length === 0) return `${uses}.`;
  return `${uses}. The ordering would allow ${listed(lost)} too, but no path leads there under this mask.`;
}

/** “no input”, “input 2”, “inputs 1, 2 and 5”. */
export function listed(inputs: readonly number[]): string {
  if (inputs.length === 0) return "no input";
  const names = inputs.map((d) => String(d + 1));
  if (names.length === 1) return `input ${names[0]}`;
  return `inputs ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
export const subscript = (n: number): string => [...String(n)].map((digit) => SUBSCRIPTS[Number(digit)]).join("");
const superscript = (n: number): string => [...String(n)].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");

/** M¹ for W1, Mⱽ for V, Mᴬ for A, and the product of those on the way from the inputs to the outputs. */
export function matrixLabel(name: string, layers: number): string {
  if (name === "V") return "Mⱽ";
  if (name === "A") return "Mᴬ";
  if (name !== "product") return `M${superscript(Number(name.slice(1)))}`;
  return `Mⱽ${Array.from({ length: layers }, (_, l) => ` M${superscript(layers - l)}`).join("")}`;
}

export const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

const degreeOf = (wiring: Wiring, { layer, index }: Unit) => wiring.degrees(layer)[index];
