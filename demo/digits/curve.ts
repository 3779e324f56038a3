// The learning curve: NLL of training and validation digits over the digits seen, logarithmic, with the paper's figures
// as lines. Draws with uPlot; knows nothing of training.

import uPlot from "uplot";

type Point = readonly [rowsSeen: number, nll: number];

/** Test NLLs of the paper's table 6 and, for 500 units, its figure 2. */
const PAPER = [94.5, 89.59, 88.4, 88.04, 86.64];
const LABELS = [
  { nll: 94.5, text: "94.5: paper, 500 units" },
  { nll: 86.64, text: "86.64–89.59: paper, largest" },
];
/** Most points of a curve; beyond, neighbours are merged. */
const MOST = 600;
const TICKS = [60, 80, 100, 120, 150, 200, 300, 400, 600];
const HEIGHT = 280;

export class Curve {
  readonly #place: HTMLElement;
  readonly #plot: uPlot;
  #training: Point[] = [];
  #validation: Point[] = [];
  #frame = 0;

  constructor(place: HTMLElement) {
    this.#place = place;
    const style = getComputedStyle(place);
    const color = (name: string) => () => style.getPropertyValue(name).trim();
    const grid = { stroke: color("--rule"), width: 1 };
    const axis = { stroke: color("--muted"), grid, ticks: grid, font: `12px ${style.fontFamily}` };
    this.#plot = new uPlot(
      {
        width: Math.max(200, place.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: (_, _low, high) => [0, Math.max(1000, high ?? 0)] },
          y: {
            distr: 100,
            fwd: Math.log,
            bwd: Math.exp,
            range: (_, low, high) => [Math.min(80, 0.9 * (low ?? 80)), Math.max(210, 1.05 * (high ?? 0))],
          },
        },
        axes: [
          { ...axis, label: "digits seen", labelSize: 18, labelFont: axis.font, values: (_, at) => at.map(short) },
          {
            ...axis,
            size: 44,
            filter: (_, splits) => splits, // the default one leaves out what is no power of ten
            splits: (_u, _axis, low, high) => TICKS.filter((nll) => nll >= low && nll <= high),
            values: (_, at) => at.map(String),
          },
        ],
        series: [
          {},
          { stroke: color("--training"), width: 1.5, points: { show: false }, spanGaps: true },
          { stroke: color("--validation"), width: 2.5, points: { show: true, size: 5 }, spanGaps: true },
        ],
        hooks: {
          drawClear: [(plot) => drawPaper(plot, color("--muted")())],
          draw: [(plot) => labelPaper(plot, { text: color("--muted")(), behind: color("--card")(), font: axis.font })],
        },
      },
      [[], [], []],
      place,
    );
    new ResizeObserver(() => {
      if (place.clientWidth > 0) this.#plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
  }

  addTraining(rowsSeen: number, nll: number): void {
    this.#training = merged([...this.#training, [rowsSeen, nll]]);
    this.draw();
  }

  addValidation(rowsSeen: number, nll: number): void {
    this.#validation = merged([...this.#validation, [rowsSeen, nll]]);
    this.#place.ariaLabel =
      `After ${rowsSeen.toLocaleString("en-US")} digits the NLL on validation digits is ${nll.toFixed(1)}. ` +
      "The paper has about 94.5 with 500 units.";
    this.draw();
  }

  /** Forgets what came after `rowsSeen` digits. */
  backTo(rowsSeen: number): void {
    this.#training = this.#training.filter(([at]) => at <= rowsSeen);
    this.#validation = this.#validation.filter(([at]) => at <= rowsSeen);
    if (rowsSeen === 0) this.#place.ariaLabel = "No curve yet";
    this.draw();
  }

  /** Draws with the next frame, once however often it is asked. */
  draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#plot.setData(uPlot.join([columns(this.#training), columns(this.#validation)]) as uPlot.AlignedData);
    });
  }
}

function drawPaper({ ctx, bbox, valToPos }: uPlot, color: string): void {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const nll of PAPER) {
    const y = valToPos(nll, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** Says what the lines are, in front of the grid, which is drawn after them. */
function labelPaper({ ctx, bbox, valToPos }: uPlot, look: { text: string; behind: string; font: string }): void {
  const size = 12 * devicePixelRatio;
  ctx.save();
  ctx.font = look.font.replace("12px", `${size}px`);
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  const right = bbox.left + bbox.width - size / 3;
  for (const { nll, text } of LABELS) {
    const y = valToPos(nll, "y", true) + (nll === 94.5 ? -0.85 : 0.85) * size;
    const { width } = ctx.measureText(text);
    ctx.fillStyle = look.behind;
    ctx.fillRect(right - width - size / 4, y - 0.6 * size, width + size / 2, 1.2 * size);
    ctx.fillStyle = look.text;
    ctx.fillText(text, right, y);
  }
  ctx.restore();
}

const columns = (points: readonly Point[]): uPlot.AlignedData => [
  points.map(([rowsSeen]) => rowsSeen),
  points.map(([, nll]) => nll),
];

function merged(points: Point[]): Point[] {
  if (points.length <= MOST) return points;
  return Array.from({ length: Math.floor(points.length / 2) }, (_, i) => {
    const [a, b] = [points[2 * i], points[2 * i + 1]];
    return [b[0], (a[1] + b[1]) / 2];
  });
}

/** 2000 as "2k", 1,500,000 as "1.5M". */
function short(n: number): string {
  if (n >= 1e6) return `${n / 1e6}M`;
  return n >= 1000 ? `${n / 1000}k` : String(n);
}
