// Shows a sheet a page of rows at a time, with buttons to turn the pages: as many elements for a million rows as for fifty.

import { make } from "../shell/dom.ts";
import type { Cell, Sheet } from "./sheets.ts";
import { count } from "./table.ts";

const ROWS = 15;

export class TableView {
  readonly #body = make("table");
  readonly #where = make("span", { className: "hint" });
  readonly #back = make("button", { type: "button", textContent: "Back", onclick: () => this.#turn(-ROWS) });
  readonly #on = make("button", { type: "button", textContent: "On", onclick: () => this.#turn(ROWS) });
  readonly #pages: HTMLElement;
  readonly #label: string;
  #sheet: Sheet = { head: [], rows: 0, row: () => [] };
  #first = 0;

  /** @param label says what the table is, for those who do not see it */
  constructor(place: HTMLElement, label: string) {
    this.#label = label;
    const scroll = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: label }, this.#body);
    this.#where.role = "status";
    this.#back.ariaLabel = `Back: ${label}`;
    this.#on.ariaLabel = `On: ${label}`;
    this.#pages = make("div", { className: "controls" }, this.#back, this.#on, this.#where);
    place.replaceChildren(scroll, this.#pages);
  }

  show(sheet: Sheet): void {
    this.#sheet = sheet;
    this.#first = 0;
    this.#draw();
  }

  #turn(by: number): void {
    this.#first += by;
    this.#draw();
  }

  #draw(): void {
    const { head, rows, row } = this.#sheet;
    const end = Math.min(rows, this.#first + ROWS);
    const names = head.map((name) => Object.assign(make("th", { textContent: name }), { scope: "col" }));
    const lines = Array.from({ length: end - this.#first }, (_, i) =>
      make("tr", {}, ...row(this.#first + i).map(cellOf)),
    );
    this.#body.replaceChildren(
      make("caption", { className: "visually-hidden", textContent: this.#label }),
      make("thead", {}, make("tr", {}, ...names)),
      make("tbody", {}, ...lines),
    );
    this.#where.textContent =
      rows > ROWS ? `${this.#first + 1} to ${end} of ${count(rows, "row")}` : count(rows, "row");
    this.#back.disabled = this.#first === 0;
    this.#on.disabled = end === rows;
    this.#back.hidden = this.#on.hidden = rows <= ROWS;
  }
}

function cellOf({ text, note, look }: Cell): HTMLTableCellElement {
  const cell = make("td", { textContent: text });
  if (look) cell.className = look;
  if (note) cell.append(" ", make("small", { textContent: note }));
  return cell;
}
