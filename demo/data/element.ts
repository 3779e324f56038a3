// <made-data>, the panel Your data: opens tables and models, lets the model learn, and shows what it says. What does not
// work becomes a sentence and a way on.

import { FormatError, MadeError } from "../../src/errors.ts";
import { download } from "../shell/download.ts";
import { clearNotice, explain, showNotice, type WayOn } from "../shell/notice.ts";
import { type Answers, Desk } from "./desk.ts";
import { forgetData, keepData, keptData } from "./kept.ts";
import { readTable } from "./read-table.ts";
import sample from "./sample/travel-survey.csv?url";
import { csvOf, filledTableSheet, rankingSheet, type Sheet } from "./sheets.ts";
import { BadCellsError, count, type Table, withMissing } from "./table.ts";
import { type Phase, View } from "./view.ts";

const SAMPLE = "travel-survey.csv";
const MODEL = /\.safetensors$/i;

class DataPanel extends HTMLElement {
  readonly #desk = new Desk();
  #view!: View;
  #phase: Phase = "empty";
  #answers: Answers | undefined;
  #madeUp: Sheet | undefined;
  #seed = 0;
  /** Number of the story that is told: what belongs to an earlier one is dropped. */
  #story = 0;
  /** Whether a model has begun to learn the table and may go on. */
  #begun = false;
  /** Whether learning is to go on when the panel is shown again. */
  #resume = false;

  shown(): void {
    if (!this.#view) {
      this.#view = new View(this);
      this.#listen();
      this.#to("empty", "");
      this.#attempt(() => this.#restore());
    } else if (this.#resume) this.#attempt(() => this.#learn());
    this.#resume = false;
  }

  left(): void {
    this.#resume = this.#phase === "learning";
    if (this.#resume) this.#attempt(() => this.#desk.pause());
  }

  #listen(): void {
    const view = this.#view;
    const on = (name: string, act: () => unknown) =>
      view.button(name).addEventListener("click", () => this.#attempt(async () => act()));
    view.button("choose").addEventListener("click", () => view.input("file").click());
    view.input("file").addEventListener("change", ({ currentTarget }) => {
      const input = currentTarget as HTMLInputElement;
      const [file] = input.files ?? [];
      input.value = ""; // or the same file could not be chosen again
      if (file) this.#attempt(() => this.#take(file));
    });
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.classList.add("dragging");
    });
    for (const type of ["dragleave", "drop"]) this.addEventListener(type, () => this.classList.remove("dragging"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) this.#attempt(() => this.#take(file));
    });
    on("sample", () => this.#takeSample());
    on("paste", () => {
      const { value } = view.element("textarea") as HTMLTextAreaElement;
      return this.#take(new File([value], "pasted table"));
    });
    on("learn", () => (this.#phase === "learning" ? this.#desk.pause() : this.#learn()));
    on("enough", () => this.#enough());
    on("make-up", () => this.#makeUp());
    on("save-model", async () => download(this.#name("model.safetensors"), await this.#desk.save()));
    on("save-ranking", () => this.#saveCsv("ranking", this.#sheet(rankingSheet)));
    on("save-filled", () => this.#saveCsv("filled", this.#sheet(filledTableSheet)));
    on("save-made-up", () => this.#saveCsv("made-up", this.#madeUp!));
    view
      .input("keep")
      .addEventListener("change", () =>
        this.#attempt(() => (view.input("keep").checked ? this.#keep() : forgetData())),
      );
    on("forget", () => this.#forget());
  }

  /** Opens a file: a table, or a model. */
  async #take(file: File): Promise<void> {
    await this.#interrupt();
    if (MODEL.test(file.name)) return this.#openModel(file.name, new Uint8Array(await file.arrayBuffer()));
    const story = ++this.#story;
    this.#to("reading", `Reading ${file.name}.`);
    const table = await readTable(file);
    if (story === this.#story) await this.#openTable(table);
  }

  async #takeSample(): Promise<void> {
    const response = await fetch(sample);
    if (!response.ok) throw new FormatError(`${SAMPLE}: got the answer ${response.status}, expected the sample`);
    await this.#take(new File([await response.blob()], SAMPLE));
  }

  async #openTable(table: Table): Promise<void> {
    this.#to("reading", `Looking through ${table.name}.`);
    try {
      await this.#desk.open(table);
    } catch (error) {
      if (error instanceof BadCellsError) throw new TableError(table, error);
      throw error;
    }
    this.#begun = false;
    this.#showTable();
    await this.#keepIfWanted();
    if (this.#desk.model) await this.#ask();
    else this.#to("ready", "The table is here. Now the model can learn it.");
  }

  async #openModel(name: string, bytes: Uint8Array): Promise<void> {
    ++this.#story;
    this.#to("reading", `Opening ${name}.`);
    try {
      const opened = await this.#desk.openModel(bytes);
      this.#view.advice(opened);
    } catch (error) {
      if (error instanceof BadCellsError) throw new TableError(this.#desk.table!, error, bytes);
      if (isFormatError(error)) throw new FormatError(`${name}: ${error.message}`, { cause: error });
      throw error;
    }
    this.#begun = false;
    this.#showTable();
    await this.#keepIfWanted();
    if (this.#desk.table) return this.#ask();
    const columns = this.#desk.model!.map(({ column }) => column);
    const some = columns.slice(0, 6).join(", ") + (columns.length > 6 ? " …" : "");
    this.#to(
      "done",
      `The model is here. It makes up rows; to rank or fill a table, open one with the columns ${some}.`,
    );
  }

  #showTable(): void {
    const { table, mapping, missing, model } = this.#desk;
    this.#answers = undefined;
    this.#view.table(table, mapping, missing);
    this.#view.answers(undefined, undefined, undefined);
    this.#view.model(model !== undefined);
  }

  /** Begins to learn, or goes on. */
  async #learn(): Promise<void> {
    if (this.#phase !== "paused") {
      const story = ++this.#story;
      this.#to("reading", "Making a model.");
      const { opened, rows } = await this.#desk.begin();
      if (story !== this.#story) return;
      this.#begun = true;
      this.#showTable();
      this.#view.begin(rows.words, opened);
    }
    const story = this.#story;
    this.#to("learning", "Learning.");
    let best = Number.POSITIVE_INFINITY;
    const stopped = await this.#desk.train({
      progress: ({ done }) => this.#view.progress(done),
      round: (report) => {
        if (story !== this.#story) return;
        best = Math.min(best, report.validationNll ?? best);
        this.#view.round(report, best);
      },
      recovered: () => this.#to("learning", "The graphics device went away; learning goes on from where it was kept."),
    });
    if (story !== this.#story) return;
    if (stopped === "aborted") return this.#to("paused", "Learning waits.");
    await this.#learned();
  }

  /** Ends learning with the best weights so far. */
  async #enough(): Promise<void> {
    ++this.#story;
    await this.#desk.pause();
    await this.#learned();
  }

  async #learned(): Promise<void> {
    this.#to("asking", "Taking the best weights.");
    this.#view.progress(1);
    await this.#desk.finish();
    this.#begun = false;
    this.#view.model(true);
    await this.#keepIfWanted();
    await this.#ask();
  }

  /** Asks the model about all rows. */
  async #ask(): Promise<void> {
    const story = this.#story;
    this.#to("asking", "Asking the model about every row.");
    const answers = await this.#desk.ask((share) => this.#view.progress(share));
    if (story !== this.#story) return;
    this.#answers = answers;
    const { table, mapping } = this.#desk;
    this.#view.answers(table, mapping, answers);
    this.#to("done", `Done: the most surprising of ${count(table!.rows.length, "row")} are below.`);
  }

  async #makeUp(): Promise<void> {
    const input = this.#view.input("count");
    const n = input.valueAsNumber;
    if (!input.reportValidity() || !Number.isInteger(n)) return;
    const columns = this.#desk.model!;
    const { rows, drawn } = await this.#desk.makeUp(n, ++this.#seed);
    const more = drawn - rows.rows;
    const words = [
      rows.rows < n ? `The model draws so few whole rows that ${rows.rows} of ${n} are here.` : "",
      more === 0 ? "" : `${count(more, "other draw")} had no value or two in some column and did not count.`,
    ];
    this.#madeUp = this.#view.madeUp(columns, rows, words.filter(Boolean).join(" "));
  }

  /** Shows what was kept on the last visit. */
  async #restore(): Promise<void> {
    const kept = await keptData();
    if (!kept) return;
    if (kept.table) await this.#openTable(kept.table);
    if (kept.model) await this.#openModel("The kept model", kept.model);
    this.#view.input("keep").checked = true; // not before, or the half of it would be kept anew
  }

  async #keepIfWanted(): Promise<void> {
    if (this.#view.input("keep").checked) await this.#keep();
  }

  async #keep(): Promise<void> {
    const { table, model } = this.#desk;
    try {
      await keepData({ table, model: model && (await this.#desk.save()) });
      this.#view.kept("Kept.");
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#view.input("keep").checked = false;
      const sentence = `This browser does not keep it: ${explain(error)} Download the model in its place.`;
      showNotice(this.#view.element(".trouble"), sentence);
    }
  }

  async #forget(): Promise<void> {
    await forgetData();
    ++this.#story;
    this.#desk.clear();
    this.#begun = false;
    this.#view.input("keep").checked = false;
    this.#view.kept("");
    this.#showTable();
    this.#view.element("figure").hidden = true;
    this.#to("empty", "Forgotten: table and model are gone, here and in this browser’s storage.");
    this.#view.button("sample").focus();
  }

  /** Stops what runs, as something else is opened. */
  async #interrupt(): Promise<void> {
    clearNotice(this.#view.element(".trouble"));
    if (this.#phase !== "learning") return;
    ++this.#story;
    await this.#desk.pause();
  }

  #sheet(of: typeof rankingSheet): Sheet {
    const { table, mapping } = this.#desk;
    return of(table!, mapping!, this.#answers!);
  }

  async #saveCsv(what: string, sheet: Sheet): Promise<void> {
    download(this.#name(`${what}.csv`), await csvOf(sheet), "text/csv");
  }

  #name(end: string): string {
    const { table } = this.#desk;
    return `${table ? `${table.name.replace(/\.\w+$/, "").replaceAll(" ", "-")}-` : ""}${end}`;
  }

  #to(phase: Phase, state: string): void {
    this.#phase = phase;
    this.#view.phase(phase, state);
  }

  /** Where the panel stands when what was begun has failed. */
  #settle(): void {
    const { table, model } = this.#desk;
    if (this.#begun) this.#to("paused", "Learning waits.");
    else if (this.#answers || (model && !table)) this.#to("done", "");
    else if (table) this.#to("ready", model ? "" : "The table is here. Now the model can learn it.");
    else this.#to("empty", "");
  }

  /** Runs `action`, and says so where it fails. */
  async #attempt(action: () => unknown): Promise<void> {
    const place = this.#view.element(".trouble");
    try {
      await action();
    } catch (error) {
      this.#settle();
      if (error instanceof TableError) showNotice(place, error.message, this.#waysOn(error));
      else showNotice(place, explain(error), this.#waysOut(error));
      place.scrollIntoView({ block: "nearest" });
      if (!(error instanceof MadeError)) throw error; // a bug: for the console too
    }
  }

  #waysOn({ table, cells, model }: TableError): WayOn[] {
    const label = cells.length === 1 ? "Treat it as missing" : `Treat these ${cells.length} cells as missing`;
    const act = () =>
      this.#attempt(async () => {
        await this.#openTable(withMissing(table, cells));
        if (model) await this.#openModel("The model", model);
      });
    return [{ label, act }, ...this.#waysOut(undefined)];
  }

  #waysOut(error: unknown): WayOn[] {
    const other = { label: "Choose another file", act: () => this.#view.input("file").click() };
    const again = { label: "Try again", act: () => this.#attempt(() => this.#learn()) };
    return isFormatError(error) || !this.#desk.table ? [other] : [again, other];
  }
}

/** Errors of the worker have the code, but not the class. */
const isFormatError = (error: unknown): error is MadeError =>
  error instanceof MadeError && error.code === "invalid-format";

/** Cells are in the way of opening a table, perhaps by the columns of a model. */
class TableError extends FormatError {
  readonly table: Table;
  readonly cells: BadCellsError["cells"];
  readonly model: Uint8Array | undefined;

  constructor(table: Table, cause: BadCellsError, model?: Uint8Array) {
    const others = cause.cells.length - 1;
    const more = others === 0 ? "" : ` ${count(others, "other cell")} ${others === 1 ? "is" : "are"} like that.`;
    super(`${table.name}: ${cause.message}.${more}`, { cause });
    this.table = table;
    this.cells = cause.cells;
    this.model = model;
  }
}

customElements.define("made-data", DataPanel);
