// The panel "Why masks": a MADE small enough to see every connection, and a story in seven steps about it. It holds the
// settings and tells the views; what they show is computed in laboratory.ts, wiring.ts and drawing.ts.

import { make } from "../shell/dom.ts";
import { clearNotice, explain, showNotice } from "../shell/notice.ts";
import { drawSteps } from "./drawing.ts";
import { DrawingView } from "./drawing-view.ts";
import { Laboratory, type Measure } from "./laboratory.ts";
import { markup } from "./markup.ts";
import { MatrixView } from "./matrix-view.ts";
import { NetworkView } from "./network-view.ts";
import { PATTERNS, type PatternName } from "./patterns.ts";
import { RowsView } from "./rows-view.ts";
import { DEFAULTS, LIMITS, type Settings, withLayers } from "./settings.ts";
import { STORY } from "./story.ts";
import { type Unit, Wiring } from "./wiring.ts";
import { matrixLabel, sentenceFor } from "./words.ts";

/** Steps of one press of “Train”, and how long a slice of them may keep the page waiting. */
const STEPS = 600;
const SLICE_MS = 8;
/** Between two refreshes of the table while it trains. */
const REFRESH_MS = 120;

class MadeMasks extends HTMLElement {
  #settings: Settings = DEFAULTS;
  #masked = false;
  #chapter = 0;
  #which = 0;
  #sorted = false;
  #rowSeed = 1;
  /** The training under way, if any. */
  #training: symbol | undefined;
  #laboratory: Laboratory | undefined;
  #wiring!: Wiring;
  #chosen: Unit | undefined;
  #network!: NetworkView;
  #matrices: MatrixView[] = [];
  #rows!: RowsView;
  #drawing!: DrawingView;
  /** The models do one thing at a time; this is the last of those that wait. */
  #queue: Promise<unknown> = Promise.resolve();

  shown(): void {
    if (this.childElementCount === 0) this.#build();
  }

  /** Training and playing stop; all else stays as it is. */
  left(): void {
    this.#stop();
    this.#drawing.pause();
  }

  #build(): void {
    this.innerHTML = markup(LIMITS);
    this.#network = new NetworkView(this.#svg("network"), {
      pointed: (unit) => this.#light(unit ?? this.#chosen),
      chosen: (unit) => {
        this.#chosen = unit;
        this.#light(unit);
      },
    });
    this.#rows = new RowsView(this.#get("rows"));
    this.#drawing = new DrawingView({
      picture: this.#svg("drawing"),
      next: this.#get("draw-next"),
      play: this.#get("play"),
      again: this.#get("again"),
      text: this.#get("draw-text"),
      count: this.#get("draw-count"),
    });
    for (const [name, { label }] of Object.entries(PATTERNS))
      this.#get<HTMLSelectElement>("pattern").append(new Option(label, name));
    this.#listen();
    this.#tell(0);
  }

  #listen(): void {
    const click = (id: string, act: () => void) => this.#get(id).addEventListener("click", act);
    const change = (id: string, act: (value: string) => void) =>
      this.#get<HTMLSelectElement>(id).addEventListener("change", ({ target }) =>
        act((target as HTMLSelectElement).value),
      );
    click("back", () => this.#tell(this.#chapter - 1, true));
    click("next", () => this.#tell((this.#chapter + 1) % STORY.length, true));
    click("look", () => this.#look());
    click("all", () => this.#unfold(STORY.map(({ part }) => part)));
    click("masked", () => {
      this.#stop();
      this.#masked = !this.#masked;
      this.#show();
    });
    click("new-mask", () => this.#apply({ seed: this.#settings.seed + 1 }));
    click("train", () => (this.#training ? this.#stop() : this.#train()));
    click("sort", () => this.#sort(!this.#sorted));
    click("again", () => {
      this.#rowSeed++;
      this.#draw();
    });
    change("ordering", (value) => this.#apply({ ordering: value as Settings["ordering"] }));
    change("which", (value) => {
      this.#which = Number(value);
      this.#show();
    });
    change("inputs", (value) => this.#apply({ inputs: Number(value) }));
    change("layers", (value) => this.#apply({ hidden: withLayers(this.#settings.hidden, Number(value)) }));
    for (const l of [1, 2, 3])
      change(`units-${l}`, (value) => this.#apply({ hidden: this.#settings.hidden.with(l - 1, Number(value)) }));
    change("masks", (value) => this.#apply({ masks: Number(value) }));
    change("pattern", (value) => this.#apply({ pattern: value as PatternName }));
    this.#get("direct").addEventListener("change", ({ target }) =>
      this.#apply({ directConnections: (target as HTMLInputElement).checked }),
    );
  }

  /** Tells one step of the story, and sets the panel to what it speaks of. */
  #tell(chapter: number, focus = false): void {
    this.#chapter = chapter;
    const { title, text, look, part, masked, settings } = STORY[chapter];
    this.#get("place").textContent = `Why masks, step ${chapter + 1} of ${STORY.length}`;
    this.#get("story-title").textContent = title;
    this.#get("story-text").replaceChildren(...text.map((sentences) => make("p", { textContent: sentences })));
    this.#get<HTMLButtonElement>("back").disabled = chapter === 0;
    this.#get("next").textContent = chapter === STORY.length - 1 ? "From the beginning" : "Next";
    this.#get("look").textContent = look;
    for (const section of this.querySelectorAll<HTMLElement>("[data-part]"))
      section.toggleAttribute("data-spoken-of", section.dataset.part === part);
    this.#unfold(STORY.slice(0, chapter + 1).map((told) => told.part));
    this.#masked = masked;
    this.#apply(settings);
    if (focus) this.#get("story-title").focus({ preventScroll: true });
  }

  /** Shows parts of the panel; those that are shown already stay. */
  #unfold(parts: readonly string[]): void {
    const hidden = [...this.querySelectorAll<HTMLElement>("[data-part][hidden]")];
    for (const section of hidden) section.hidden = !parts.includes(section.dataset.part!);
    this.#get("all").hidden = hidden.every((section) => !section.hidden);
  }

  /** Goes to the part that the story speaks of, and does there what the button says. */
  #look(): void {
    const { part } = STORY[this.#chapter];
    const section = this.querySelector<HTMLElement>(`[data-part=${part}]`)!;
    section.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    section.focus({ preventScroll: true });
    if (part === "matrices") this.#sort(true);
    if (part === "sum" && !this.#training && this.#settings.masks === 1) this.#train();
  }

  /** Changes settings: the networks begin again, with the weights they always begin with. */
  #apply(changes: Partial<Settings>): void {
    this.#stop();
    const settings = { ...this.#settings, ...changes };
    this.#settings = settings;
    this.#which = Math.min(this.#which, settings.masks - 1);
    clearNotice(this.#get("failure"));
    this.toggleAttribute("data-opening", true);
    this.#alone(async () => {
      if (settings !== this.#settings) return; // changed again meanwhile
      const laboratory = await Laboratory.open(settings);
      this.#laboratory?.dispose();
      this.#laboratory = laboratory;
      this.#rows.draw(settings.inputs, laboratory.frequencies);
      for (const masked of [true, false]) this.#note(masked, await laboratory.measure(masked));
      this.#show();
      this.#alone(async () => {
        this.toggleAttribute("data-opening", settings !== this.#settings); // all that show() began is done
      });
    });
  }

  /** Shows everything anew: after other settings, another mask, or the switch. */
  #show(): void {
    const { hidden, masks, ordering, directConnections, inputs, pattern } = this.#settings;
    const laboratory = this.#laboratory;
    if (!laboratory) return;
    this.#wiring = new Wiring(laboratory.masks[this.#which], { masked: this.#masked, directConnections });
    this.#chosen = undefined;
    this.#network.draw(this.#wiring);
    this.#light(undefined);
    this.#get("masked").setAttribute("aria-checked", String(this.#masked));
    const values = { inputs, layers: hidden.length, masks, ordering, pattern };
    for (const [id, value] of Object.entries(values)) this.#get<HTMLSelectElement>(id).value = String(value);
    for (const l of [1, 2, 3]) {
      const units = this.#get<HTMLSelectElement>(`units-${l}`);
      units.disabled = l > hidden.length;
      units.value = String(hidden[l - 1] ?? "");
    }
    this.#get<HTMLInputElement>("direct").checked = directConnections;
    for (const id of ["new-mask", "ordering"]) this.#get<HTMLButtonElement>(id).disabled = !this.#masked;
    const which = this.#get<HTMLSelectElement>("which");
    which.replaceChildren(...laboratory.masks.map((_, k) => new Option(`${k + 1} of ${masks}`, String(k))));
    which.value = String(this.#which);
    this.#get("which-field").hidden = masks === 1 || !this.#masked;
    this.#get("each-field").hidden = masks === 1;
    this.#get("key").textContent = this.#masked
      ? "The number in a unit is its degree; in inputs and outputs, their place in the ordering. x are the bits, p the probabilities that they are 1."
      : "Without masks units have no degrees. x are the bits, p the outputs.";
    this.#showMatrices();
    this.#alone(() => this.#measure());
    this.#draw();
  }

  #showMatrices(): void {
    const L = this.#settings.hidden.length;
    const product = this.#wiring.product();
    this.#matrices = [...this.#wiring.matrices, product].map(
      (matrix) => new MatrixView(matrix, matrixLabel(matrix.name, L), this.#masked),
    );
    this.#get("matrices").replaceChildren(
      ...this.#matrices.map(({ picture }) => {
        const name = picture.dataset.matrix!;
        const direct = name === "product" && this.#settings.directConnections ? " + Mᴬ" : "";
        const note = name === "product" ? ": paths from each input to each output" : "";
        const caption = make("figcaption", { textContent: `${matrixLabel(name, L)}${direct}${note}` });
        return make("figure", {}, caption, picture);
      }),
    );
    this.#sort(this.#sorted);
  }

  #sort(sorted: boolean): void {
    this.#sorted = sorted;
    this.#get("sort").setAttribute("aria-pressed", String(sorted));
    for (const matrix of this.#matrices) matrix.sort(sorted);
  }

  #light(unit: Unit | undefined): void {
    this.#network.light(unit && this.#wiring.reach(unit));
    this.#get("sentence").textContent = unit
      ? sentenceFor(this.#wiring, unit)
      : "Point at a unit, tap it or go to it with Tab and the arrow keys: its paths light up.";
  }

  /** Steps in slices, so that the page goes on between them. */
  async #train(): Promise<void> {
    const run = Symbol();
    this.#training = run;
    this.#get("train").textContent = "Pause";
    const masked = this.#masked;
    let slice = 2;
    let refreshed = 0;
    for (let left = STEPS; this.#training === run && left > 0; ) {
      const steps = Math.min(slice, left);
      left -= steps;
      await this.#alone(async () => {
        if (this.#training !== run) return;
        const began = performance.now();
        await this.#laboratory!.train(masked, steps);
        const took = performance.now() - began;
        slice = Math.max(1, Math.min(50, Math.round((steps * SLICE_MS) / Math.max(took, 0.1))));
        if (this.#training === run && performance.now() - refreshed > REFRESH_MS) {
          await this.#measure();
          refreshed = performance.now();
        }
      });
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    if (this.#training === run) this.#stop();
    await this.#alone(() => this.#measure());
    this.#draw(); // with the weights as they are now
  }

  #stop(): void {
    this.#training = undefined;
    this.#get("train").textContent = "Train";
  }

  /** What the network at hand makes of all rows. */
  async #measure(): Promise<void> {
    const masked = this.#masked;
    const { inputs, masks } = this.#settings;
    const laboratory = this.#laboratory!;
    const { q, sum, sums, steps } = await laboratory.measure(masked);
    this.#rows.show(q, laboratory.frequencies);
    this.#get("sum-label").textContent = `Sum of q(x) over all ${2 ** inputs} rows:`;
    this.#get("sum").textContent = sum.toFixed(6);
    this.#get("sum").dataset.steps = String(steps);
    this.#get("verdict").textContent = masked
      ? "Probabilities, exactly, whatever the weights are."
      : "No probabilities: nothing holds the sum at 1.";
    this.#get("steps").textContent = steps === 0 ? "Random weights, not trained yet." : `${steps} training steps.`;
    this.#note(masked, { sum, steps });
    if (masked && masks > 1) this.#get("sum-each").textContent = sums.map((one) => one.toFixed(6)).join(", ");
  }

  /** Writes the sum of one network beside that of the other. */
  #note(masked: boolean, { sum, steps }: Pick<Measure, "sum" | "steps">): void {
    const after = steps === 0 ? "untrained" : `after ${steps} steps`;
    this.#get(masked ? "sum-masked" : "sum-plain").textContent = `${sum.toFixed(6)} ${after}`;
  }

  /** A row to draw with the weights and the mask at hand. */
  #draw(): void {
    const wiring = this.#wiring;
    const seed = this.#rowSeed;
    this.#alone(async () => {
      if (wiring !== this.#wiring) return;
      if (!wiring.masked) this.#drawing.refuse(wiring);
      else this.#drawing.begin(wiring, await drawSteps(this.#laboratory!.model, wiring.mask, seed));
    });
  }

  /** Runs `work` after what is under way, and says so where it fails. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work).catch((error) => {
      this.#stop();
      const again = { label: "Begin again", act: () => this.#tell(0) };
      showNotice(this.#get("failure"), `That did not work. ${explain(error)}`, [again]);
      throw error; // a bug: for the console too
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  #get<T extends HTMLElement = HTMLElement>(id: string): T {
    return this.querySelector<T>(`[data-id="${id}"]`)!;
  }

  #svg(id: string): SVGSVGElement {
    return this.querySelector<SVGSVGElement>(`svg[data-id="${id}"]`)!;
  }
}

customElements.define("made-masks", MadeMasks);
