// A mask matrix as a picture, units above as rows and units below as columns, each with its degree. Sorting moves rows and
// columns to where their degrees put them.

import { svg } from "./svg.ts";
import { type Matrix, placesByDegree } from "./wiring.ts";

const CELL = 20;
const EDGE = 24;

export class MatrixView {
  readonly picture = svg("svg", { role: "img" });
  readonly #matrix: Matrix;
  readonly #moving: { element: SVGGElement; row?: number; column?: number }[] = [];

  /** @param masked without masks the units have no degrees to write beside rows and columns */
  constructor(matrix: Matrix, label: string, masked: boolean) {
    this.#matrix = matrix;
    const { name, rows, columns, counts } = matrix;
    const [width, height] = [EDGE + columns.length * CELL + 2, EDGE + rows.length * CELL + 2];
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture.setAttribute("width", String(width));
    this.picture.setAttribute("height", String(height));
    this.picture.dataset.matrix = name;
    const ones = counts.flat().filter((count) => count > 0).length;
    this.picture.setAttribute(
      "aria-label",
      `${label}: ${rows.length} × ${columns.length}, ${ones} of ${rows.length * columns.length} places open`,
    );
    const middle = CELL / 2;
    rows.forEach((m, row) => {
      this.#add({ row }, "axis", svg("text", { x: -8, y: middle + 4 }, masked ? String(m) : "·"));
    });
    columns.forEach((m, column) => {
      this.#add({ column }, "axis", svg("text", { x: middle, y: -7 }, masked ? String(m) : "·"));
    });
    counts.forEach((line, row) => {
      line.forEach((count, column) => {
        const box = svg("rect", { x: 1, y: 1, width: CELL - 2, height: CELL - 2, rx: 3 });
        const paths = name === "product" && count > 0 ? [svg("text", { x: middle, y: middle + 4 }, String(count))] : [];
        const cell = this.#add({ row, column }, count > 0 ? "cell open" : "cell", box, ...paths);
        cell.dataset.count = String(count);
        cell.dataset.row = String(row);
        cell.dataset.column = String(column);
      });
    });
    this.sort(false);
  }

  sort(sorted: boolean): void {
    const { rows, columns } = this.#matrix;
    const down = sorted ? placesByDegree(rows) : rows.map((_, k) => k);
    const across = sorted ? placesByDegree(columns) : columns.map((_, j) => j);
    this.picture.toggleAttribute("data-sorted", sorted);
    for (const { element, row, column } of this.#moving) {
      const x = EDGE + (column === undefined ? 0 : across[column] * CELL);
      const y = EDGE + (row === undefined ? 0 : down[row] * CELL);
      element.style.transform = `translate(${x}px, ${y}px)`;
      if (row !== undefined && column !== undefined) element.dataset.at = `${down[row]},${across[column]}`;
    }
  }

  #add(at: { row?: number; column?: number }, name: string, ...children: SVGElement[]): SVGGElement {
    const element = svg("g", { class: name }, ...children);
    this.#moving.push({ element, ...at });
    this.picture.append(element);
    return element;
  }
}
