// The small network as a picture: inputs at the bottom, outputs on top, a degree in every unit. It lights paths and marks
// units as told, and says which unit somebody points at or chooses.

import { svg } from "./svg.ts";
import { type Edge, keyOf, type Reach, type Unit, type Wiring } from "./wiring.ts";
import { capital, nameOf, subscript } from "./words.ts";

const RADIUS = 15;
const MARGIN = 34;
const LABEL = 30;

/** How far a unit is while a row is drawn. */
export type Mark = "now" | "done";

export interface NetworkEvents {
  /** The pointer is over a unit, or over none. */
  pointed(unit: Unit | undefined): void;
  /** A unit has the keyboard's focus or was tapped. */
  chosen(unit: Unit | undefined): void;
}

export class NetworkView {
  readonly #picture: SVGSVGElement;
  readonly #events: NetworkEvents | undefined;
  #wiring!: Wiring;
  #units = new Map<string, { unit: Unit; group: SVGGElement; note: SVGTextElement | undefined }>();
  #edges = new Map<Edge, SVGPathElement>();

  /** With `events` the units can be reached by keyboard: Tab comes to the picture, arrows go from unit to unit. */
  constructor(picture: SVGSVGElement, events?: NetworkEvents) {
    this.#picture = picture;
    this.#events = events;
    if (events) picture.addEventListener("keydown", (event) => this.#onKey(event));
  }

  draw(wiring: Wiring): void {
    this.#wiring = wiring;
    const { widths, top } = wiring;
    const spacing = Math.max(...widths) > 8 ? 38 : 46;
    const rise = top > 3 ? 78 : 92;
    const width = Math.max(7 * 46, (Math.max(...widths) - 1) * spacing) + 2 * MARGIN;
    const height = top * rise + 2 * (LABEL + RADIUS);
    const place = ({ layer, index }: Unit): [number, number] => [
      width / 2 + (index - (widths[layer] - 1) / 2) * spacing,
      LABEL + RADIUS + (top - layer) * rise,
    ];
    this.#picture.setAttribute("viewBox", `0 0 ${width} ${height}`);

    this.#edges = new Map(
      wiring.edges.map((edge) => {
        const [x, y] = place(edge.from);
        const [toX, toY] = place(edge.to);
        // Direct connections go round the hidden units, on the nearer side.
        const side = (x + toX) / 2 < width / 2 ? 4 : width - 4;
        const middle = edge.weights === "A" ? `Q${side} ${(y + toY) / 2} ` : "L";
        const path = svg("path", {
          class: edge.weights === "A" ? "edge direct" : "edge",
          d: `M${x} ${y - RADIUS}${middle}${toX} ${toY + RADIUS}`,
          "data-weights": edge.weights,
          "data-from": keyOf(edge.from),
          "data-to": keyOf(edge.to),
        });
        return [edge, path];
      }),
    );
    this.#units = new Map();
    widths.forEach((units, layer) => {
      for (let index = 0; index < units; index++) {
        const unit = { layer, index };
        this.#units.set(keyOf(unit), this.#unit(unit, ...place(unit), spacing));
      }
    });
    this.#picture.replaceChildren(
      svg("g", {}, ...this.#edges.values()),
      // Beside the buttons, not in them: their names say it.
      svg("g", { "aria-hidden": "true" }, ...[...this.#units.values()].flatMap(({ note }) => note ?? [])),
      svg("g", {}, ...[...this.#units.values()].map(({ group }) => group)),
    );
    delete this.#picture.dataset.lit;
    this.#rove(this.#units.get(`${top}:0`)!.group);
  }

  /** Lights what a unit may use and dims all else; without an argument nothing is dimmed. */
  light(reach: Reach | undefined): void {
    this.#picture.toggleAttribute("data-lit", reach !== undefined);
    for (const [key, { group }] of this.#units) group.toggleAttribute("data-lit", reach?.units.has(key) ?? false);
    for (const [edge, path] of this.#edges) path.toggleAttribute("data-lit", reach?.edges.has(edge) ?? false);
  }

  /** Shows how far units are, connections into those that are being computed, and notes beside inputs and outputs. */
  mark(marks: ReadonlyMap<string, Mark>, notes: ReadonlyMap<string, string>): void {
    for (const [key, { group, note }] of this.#units) {
      group.dataset.mark = marks.get(key) ?? "waits";
      if (note) note.textContent = notes.get(key) ?? note.dataset.name!;
    }
    for (const [edge, path] of this.#edges) {
      path.dataset.mark = marks.get(keyOf(edge.to)) ?? "waits";
    }
  }

  #unit(unit: Unit, x: number, y: number, spacing: number) {
    const { top, masked } = this.#wiring;
    const { layer, index } = unit;
    const m = this.#wiring.degrees(layer)[index];
    const isEnd = layer === 0 || layer === top;
    const name = `${layer === 0 ? "x" : "p"}${subscript(index + 1)}`;
    const note = isEnd
      ? svg(
          "text",
          {
            class: "note-text",
            x,
            y: layer === 0 ? y + RADIUS + 18 : y - RADIUS - 8,
            "data-name": name,
            "data-note": keyOf(unit),
          },
          name,
        )
      : undefined;
    const degree = masked ? `, ${isEnd ? "position" : "degree"} ${m}` : "";
    const group = svg(
      "g",
      {
        class: `unit ${layer === 0 ? "input" : layer === top ? "output" : "hidden"}`,
        "data-unit": keyOf(unit),
        ...(masked && { "data-degree": m }),
      },
      svg("circle", { cx: x, cy: y, r: RADIUS }),
      svg("text", { class: "degree", x, y: y + 5 }, masked ? String(m) : ""),
    );
    if (this.#events) {
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", `${capital(nameOf(unit, top))}${degree}`);
      // What can be tapped is wider than the circle.
      const size = spacing;
      group.append(svg("rect", { class: "target", x: x - size / 2, y: y - size / 2, width: size, height: size }));
      group.addEventListener("pointerenter", () => this.#events?.pointed(unit));
      group.addEventListener("pointerleave", () => this.#events?.pointed(undefined));
      group.addEventListener("focus", () => this.#events?.chosen(unit));
      group.addEventListener("click", () => {
        this.#rove(group);
        group.focus();
        this.#events?.chosen(unit);
      });
    }
    return { unit, group, note };
  }

  /** Tab comes to one unit only: the one looked at last. */
  #rove(group: SVGGElement): void {
    if (!this.#events) return;
    for (const other of this.#units.values()) other.group.setAttribute("tabindex", other.group === group ? "0" : "-1");
  }

  #onKey(event: KeyboardEvent): void {
    const at = [...this.#units.values()].find(({ group }) => group === event.target);
    if (!at) return;
    if (event.key === "Escape" || event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#events?.chosen(event.key === "Escape" ? undefined : at.unit);
      return;
    }
    const to = this.#beside(at.unit, event.key);
    if (!to) return;
    event.preventDefault();
    this.#rove(to);
    to.focus();
  }

  /** Where an arrow key leads: along the layer, or to the unit of the next layer that is as far along. */
  #beside({ layer, index }: Unit, key: string): SVGGElement | undefined {
    const { widths } = this.#wiring;
    const along = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
    const up = { ArrowUp: 1, ArrowDown: -1 }[key] ?? 0;
    const to = layer + up;
    if ((along === 0 && up === 0) || to < 0 || to >= widths.length) return undefined;
    const middle = (widths[to] - 1) / 2 + index - (widths[layer] - 1) / 2;
    const next = up === 0 ? index + along : Math.min(widths[to] - 1, Math.max(0, Math.round(middle)));
    return this.#units.get(keyOf({ layer: to, index: next }))?.group;
  }
}
