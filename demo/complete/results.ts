// Shows an answer: the completions, the three maps with their scales, the likelihood beside that of test digits. Decides
// nothing.

import { find, make } from "../shell/dom.ts";
import { type Answer, entropy, type Question, type Typical } from "./answer.ts";
import { nameOf } from "./editor.ts";
import { colors, mix, paintCells, paintScale, scale } from "./paint.ts";

/** Nats at which the colours of surprise end: a pixel with one chance in a hundred and fifty. */
const MOST_SURPRISE = 5;
/** Nats from which a pixel is named as a surprise: one chance in twenty. */
const SURPRISING = 3;

const nats = (logp: number): string => (Object.is(logp, -0) ? 0 : logp).toFixed(1).replace("-", "−");

export class Results {
  readonly #root: HTMLElement;
  #shown: { answer: Answer; question: Question } | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#element("surprise-end").textContent = `${MOST_SURPRISE} nats or more`;
  }

  /** Whether what is shown is of an older picture. */
  set stale(stale: boolean) {
    for (const id of ["results", "maps"]) this.#element(id).ariaBusy = String(stale);
  }

  show(answer: Answer, question: Question): void {
    this.#shown = { answer, question };
    this.draw();
  }

  /** Draws again what was shown, in the colours of now. */
  draw(): void {
    if (!this.#shown) return;
    const { answer, question } = this.#shown;
    this.#completions(answer, question);
    this.#maps(answer, question);
    this.#likelihood(answer, question);
    const { particles } = answer;
    const note = this.#element("particles");
    note.hidden = !particles;
    if (particles)
      note.textContent =
        `This model has a fixed order in which the kept pixels do not come first, so these are estimates by ` +
        `${particles.of} particles. Effective sample size: ${particles.effective.toFixed(1)}, as many independent draws ` +
        "would tell as much" +
        (particles.effective < 10 ? "; that is few, so take the completions and numbers with care." : ".");
  }

  #completions({ completions }: Answer, { values, observed }: Question): void {
    const list = this.#element("drawn");
    const { paper, ink, drawn, open } = colors(list, "paper", "ink", "drawn", "open");
    const items = completions.map((completion, s) => {
      const canvas = make("canvas", { className: "pixels", role: "img" });
      canvas.ariaLabel = `Completion ${s + 1}`;
      const item = make("li", {}, canvas, make("span", { textContent: nats(completion.logp) }));
      item.dataset.logp = String(completion.logp);
      item.dataset.kept = String(completion.values.every((value, d) => !observed[d] || value === values[d]));
      return { item, canvas, completion };
    });
    list.replaceChildren(...items.map(({ item }) => item));
    for (const { canvas, completion } of items)
      paintCells(canvas, (d) =>
        observed[d] ? (completion.values[d] ? ink : paper) : completion.values[d] ? drawn : open,
      );
    if (items.length === 0)
      list.append(make("li", { className: "nothing", textContent: "Nothing is missing: erase something first." }));
  }

  #maps({ probability, byPixel }: Answer, { values, observed }: Question): void {
    const canvases = ["ink", "entropy", "surprise"].map((id) => find(this.#root, `[data-id=${id}]`, HTMLCanvasElement));
    const [ink, uncertainty, surprise] = canvases;
    const palette = colors(ink, "paper", "ink", "unknown");
    const faint = (d: number) => mix(palette.paper, palette.ink, values[d] ? 0.35 : 0);
    const missing = [...observed.keys()].filter((d) => !observed[d]);

    paintCells(ink, (d) => mix(palette.paper, palette.ink, probability[d]));
    const expected = missing.reduce((sum, d) => sum + probability[d], 0);
    ink.ariaLabel = `Chance of ink: of ${missing.length} missing pixels about ${expected.toFixed(0)} have ink.`;
    this.#scale("ink-scale", (share) => mix(palette.paper, palette.ink, share));

    paintCells(uncertainty, (d) => (observed[d] ? faint(d) : scale(entropy(probability[d]))));
    const bits = missing.map((d) => entropy(probability[d]));
    const most = missing[bits.indexOf(Math.max(...bits))];
    uncertainty.ariaLabel =
      missing.length === 0
        ? "Uncertainty: every pixel is known."
        : `Uncertainty: ${Math.min(...bits).toFixed(2)} to ${Math.max(...bits).toFixed(2)} bits, most at ${nameOf(most)}.`;
    this.#scale("entropy-scale", scale);

    const nats = (d: number) => (byPixel && observed[d] ? -byPixel[d] : 0);
    const tone = (d: number) => scale(nats(d) / MOST_SURPRISE);
    paintCells(surprise, (d) => (observed[d] ? (byPixel ? tone(d) : faint(d)) : palette.unknown));
    const surprising = [...observed.keys()].filter((d) => nats(d) >= SURPRISING).sort((a, b) => nats(b) - nats(a));
    surprise.ariaLabel = byPixel
      ? `Surprise: ${surprising.length} kept pixels had less than one chance in twenty` +
        (surprising.length > 0 ? `, the most surprising one at ${nameOf(surprising[0])}.` : ".")
      : "Surprise: not known, as the likelihood is an estimate.";
    this.#scale("surprise-scale", scale);
  }

  #scale(id: string, colorOf: Parameters<typeof paintScale>[1]): void {
    paintScale(find(this.#root, `[data-id=${id}]`, HTMLCanvasElement), colorOf);
  }

  #likelihood({ logp, typical, exact }: Answer, { observed }: Question): void {
    const kept = observed.reduce((sum, known) => sum + known, 0);
    this.#element("logp-label").textContent =
      kept === observed.length ? "log p of the whole picture:" : `log p of the ${kept} kept pixels:`;
    const output = this.#element("logp");
    output.textContent = `${exact ? "" : "about "}${nats(logp)} nats`;
    output.dataset.value = String(logp);
    if (kept > 0 && typical) this.#range(logp, typical);
    else {
      this.#element("range").hidden = true;
      this.#element("typical").textContent =
        kept === 0
          ? "Nothing is kept, so there is nothing to be likely: the completions are drawn from the model freely."
          : "This is an estimate; test digits are compared only where it is exact.";
    }
  }

  #range(logp: number, { low, median, high }: Typical): void {
    const range = this.#element("range");
    range.hidden = false;
    // The bar shows as much room on both sides of the range as the range takes; what lies beyond is at its end.
    const width = Math.max(high - low, 1e-6);
    const at = (value: number) => `${100 * Math.min(1, Math.max(0, (value - low + width) / (3 * width)))}%`;
    const [band, mark] = range.children as unknown as [HTMLElement, HTMLElement];
    Object.assign(band.style, { left: at(low), right: `calc(100% - ${at(high)})` });
    mark.style.left = at(logp);
    const where = logp < low ? "less likely than most" : logp > high ? "likelier than most" : "typical";
    this.#element("typical").textContent =
      `Test digits have ${nats(low)} to ${nats(high)} for the same pixels (the middle 80 %), with ${nats(median)} in the ` +
      `middle. This one is ${where}.`;
  }

  #element(id: string): HTMLElement {
    return find(this.#root, `[data-id=${id}]`, HTMLElement);
  }
}
