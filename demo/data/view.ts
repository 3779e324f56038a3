// What the panel shows: finds its elements once and changes them. Decides nothing.

import { type Column, inputsOf } from "../../src/made/columns.ts";
import type { BinaryRows } from "../../src/made/rows.ts";
import type { RoundReport } from "../../src/training-job.ts";
import type { Adapter, Opened } from "../engine/client.ts";
import { showAdvice } from "../shell/advice.ts";
import { find } from "../shell/dom.ts";
import { Curve } from "./curve.ts";
import type { Answers } from "./desk.ts";
import { MARKUP } from "./markup.ts";
import { filledSheet, rankingSheet, type Sheet, syntheticSheet, tableSheet } from "./sheets.ts";
import { count, type Mapping, type Table } from "./table.ts";
import { TableView } from "./table-view.ts";

/** Where the panel is in its one story. */
export type Phase = "empty" | "reading" | "ready" | "learning" | "paused" | "asking" | "done";

const LEARN: Record<Phase, string> = {
  empty: "Learn this table",
  reading: "Learn this table",
  ready: "Learn this table",
  learning: "Pause",
  paused: "Go on",
  asking: "Learn this table anew",
  done: "Learn this table anew",
};

export class View {
  readonly root: HTMLElement;
  readonly #tables: Record<"table" | "mapping" | "surprising" | "missing" | "made-up", TableView>;
  readonly #curve: Curve;

  constructor(root: HTMLElement) {
    this.root = root;
    root.innerHTML = MARKUP;
    const view = (name: string, label: string) => new TableView(this.element(`.${name}-rows`), label);
    this.#tables = {
      table: view("table", "The table"),
      mapping: view("mapping", "Columns and their inputs"),
      surprising: view("surprising", "Rows, the most surprising first"),
      missing: view("missing", "Rows with filled cells"),
      "made-up": view("made-up", "Made-up rows"),
    };
    this.#curve = new Curve(this.element(".curve"));
  }

  element(selector: string): HTMLElement {
    return find(this.root, selector, HTMLElement);
  }

  button(name: string): HTMLButtonElement {
    return find(this.root, `button.${name}`, HTMLButtonElement);
  }

  input(name: string): HTMLInputElement {
    return find(this.root, `input.${name}`, HTMLInputElement);
  }

  /** Buttons and status that go with a phase. */
  phase(phase: Phase, state: string): void {
    this.root.dataset.phase = phase;
    this.element(".status").textContent = state;
    const learn = this.button("learn");
    learn.textContent = LEARN[phase];
    learn.disabled = ["empty", "reading", "asking"].includes(phase);
    this.button("enough").hidden = !["learning", "paused"].includes(phase);
    for (const name of ["make-up", "save-model"]) this.button(name).disabled = phase !== "done";
  }

  /** The table and how it is read; undefined takes them away. */
  table(table: Table | undefined, mapping: Mapping | undefined, missing: number): void {
    for (const name of ["table", "learning"]) this.element(`section.${name}`).hidden = !table;
    this.#keeping(table !== undefined);
    if (!table || !mapping) return;
    const { columns, leftOut } = mapping;
    const words = [
      `${table.name}: ${count(table.rows.length, "row")}, ${count(table.columns.length, "column")}, of which the model ` +
        `learns ${columns.length}, as ${count(inputsOf(columns), "input")}.`,
      missing === 0 ? "No cell is missing." : `${count(missing, "cell")} ${missing === 1 ? "is" : "are"} missing.`,
      ...leftOut.slice(0, 3).map(({ column, why }) => `“${column}” is shown, not learned: ${why}.`),
    ];
    this.element(".table-words").textContent = words.join(" ");
    this.#tables.table.show(tableSheet(table));
    this.#tables.mapping.show(mappingSheet(mapping));
  }

  begin(words: string, { engine, parameters, ...adapter }: Opened): void {
    this.#curve.clear();
    this.element(".learning-words").textContent = words;
    this.element(".engine").textContent =
      `8 masks with random orderings, so that any cell may be the missing one; ${count(parameters, "weight")}, on ${engine}.`;
    this.advice(adapter);
  }

  /** Why it is not on a GPU. A software adapter is fast enough for tables, and named with the model. */
  advice(adapter: Adapter): void {
    showAdvice(this.element(".advice"), adapter.kind === "software" ? { kind: "software" } : adapter);
  }

  progress(share: number): void {
    find(this.root, "progress", HTMLProgressElement).value = share;
  }

  round({ round, trainNll, validationNll }: RoundReport, best: number): void {
    this.element("figure").hidden = false;
    this.#curve.add(round, trainNll, validationNll);
    const words = `Epoch ${round}: ${trainNll.toFixed(2)} nats a row where it learns, ${validationNll?.toFixed(2)} where it does not; at best ${best.toFixed(2)}.`;
    this.element(".learning-words").textContent = words;
    this.element(".curve").ariaLabel = words;
  }

  /** What the model says of the table; undefined takes it away. */
  answers(table: Table | undefined, mapping: Mapping | undefined, answers: Answers | undefined): void {
    this.element("section.surprising").hidden = !answers;
    this.element("section.missing").hidden = !answers || answers.filled.cells.length === 0;
    if (!answers || !table || !mapping) return;
    this.#tables.surprising.show(rankingSheet(table, mapping, answers));
    this.#tables.missing.show(filledSheet(table, mapping, answers));
    this.element(".missing-words").textContent =
      `${count(answers.filled.cells.length, "cell")} filled in with the most probable value, and how probable it is given ` +
      "the other cells of its row. A column’s values share one probability, so a category comes out as exactly one.";
  }

  /** Whether there is a model to draw from. */
  model(open: boolean): void {
    this.element("section.made-up").hidden = !open;
    this.button("save-model").hidden = !open;
    if (open) this.#keeping(true);
    this.element(".made-up-words").textContent = "";
    this.element(".made-up-rows").hidden = true;
    this.button("save-made-up").hidden = true;
  }

  kept(words: string): void {
    this.element(".kept-words").textContent = words;
  }

  madeUp(columns: readonly Column[], rows: BinaryRows, words: string): Sheet {
    const sheet = syntheticSheet(columns, rows);
    this.#tables["made-up"].show(sheet);
    this.element(".made-up-rows").hidden = rows.rows === 0;
    this.element(".made-up-words").textContent = words;
    this.button("save-made-up").hidden = rows.rows === 0;
    return sheet;
  }

  #keeping(shown: boolean): void {
    this.element("section.keeping").hidden = !shown;
  }
}

function mappingSheet({ columns, leftOut }: Mapping): Sheet {
  const lines = [
    ...columns.map(({ column, kind, values, inputs }) => [
      column,
      kind === "binary" ? `${values[0]} is 0, ${values[1]} is 1` : values.join(", "),
      inputs.join(", "),
    ]),
    ...leftOut.map(({ column, why }) => [column, why, "none: shown, not learned"]),
  ];
  return {
    head: ["column", "values", "inputs"],
    rows: lines.length,
    row: (r) => lines[r].map((text) => ({ text })),
  };
}
