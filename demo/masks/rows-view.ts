// All 2^D rows with a bar for what the network says of each and one for how often it comes in the data, those of the data
// first.

import { everyRow } from "./patterns.ts";

export class RowsView {
  readonly #body: HTMLTableSectionElement;
  /** By the number of the row: its bars and figures. */
  #lines: { q: HTMLElement; data: HTMLElement; figure: HTMLElement }[] = [];

  constructor(body: HTMLTableSectionElement) {
    this.#body = body;
  }

  /** @param frequencies of all 2^D rows in the data */
  draw(D: number, frequencies: readonly number[]): void {
    const lines = everyRow(D).map((bits, r) => {
      const row = document.createElement("tr");
      row.innerHTML =
        '<th scope="row"><code></code></th><td class="bars"><span class="q"></span><span class="data"></span></td><td></td><td></td>';
      row.querySelector("code")!.textContent = bits.join("");
      row.toggleAttribute("data-in-data", frequencies[r] > 0);
      row.cells[3].textContent = frequencies[r] > 0 ? frequencies[r].toFixed(3) : "0";
      const [q, data] = row.querySelectorAll<HTMLElement>(".bars span");
      return { row, q, data, figure: row.cells[2] };
    });
    this.#lines = lines;
    const first = lines.filter((_, r) => frequencies[r] > 0);
    const others = lines.filter((_, r) => frequencies[r] === 0);
    this.#body.replaceChildren(...[...first, ...others].map(({ row }) => row));
  }

  /** Bars are as long as their share of the largest number there is. */
  show(q: Float64Array, frequencies: readonly number[]): void {
    const most = Math.max(...q, ...frequencies);
    this.#lines.forEach((line, r) => {
      line.q.style.transform = `scaleX(${q[r] / most})`;
      line.data.style.transform = `scaleX(${frequencies[r] / most})`;
      line.figure.textContent = q[r].toFixed(3);
    });
  }
}
