// The learning curve, by uPlot: NLL of the training and the validation rows, epoch by epoch.

import uPlot from "uplot";

const HEIGHT = 220;

export class Curve {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;
  #epochs: number[] = [];
  #train: number[] = [];
  #validation: (number | null)[] = [];

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#resize()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(true));
  }

  clear(): void {
    this.#epochs = [];
    this.#train = [];
    this.#validation = [];
    this.#draw();
  }

  add(epoch: number, train: number, validation: number | undefined): void {
    this.#epochs.push(epoch);
    this.#train.push(train);
    this.#validation.push(validation ?? null);
    this.#draw();
  }

  #draw(anew = false): void {
    if (anew || !this.#plot) this.#make();
    this.#plot?.setData([this.#epochs, this.#train, this.#validation]);
  }

  #make(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    const width = this.#place.clientWidth;
    if (width === 0) return;
    const style = getComputedStyle(this.#place);
    const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const axis = {
      stroke: color("muted"),
      grid: { stroke: color("rule"), width: 1 },
      ticks: { show: false },
      font: `12px ${style.fontFamily}`,
    };
    this.#plot = new uPlot(
      {
        width,
        height: HEIGHT,
        scales: { x: { time: false } },
        legend: { show: false },
        cursor: { show: false },
        axes: [axis, { ...axis, size: 48 }],
        series: [
          {},
          { label: "training", stroke: color("training"), width: 1.5 },
          { label: "validation", stroke: color("validation"), width: 2 },
        ],
      },
      [this.#epochs, this.#train, this.#validation],
      this.#place,
    );
  }

  #resize(): void {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else if (this.#epochs.length > 0) this.#draw();
  }
}
