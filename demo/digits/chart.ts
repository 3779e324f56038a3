// The loss curve: NLL of the minibatches and of the validation digits over the digits seen, on a logarithmic scale,
// with a line to compare with. Draws on a canvas; knows nothing of training.

type Point = readonly [rowsSeen: number, nll: number];

/** Most points of the minibatch curve; beyond, neighbours are merged. */
const MOST = 600;
const MARGIN = { left: 44, right: 12, top: 12, bottom: 40 };
const TICKS = [60, 80, 100, 120, 150, 200, 300, 400, 600];

export class Chart {
  readonly #canvas: HTMLCanvasElement;
  readonly #reference: { nll: number; label: string };
  #training: Point[] = [];
  #validation: Point[] = [];
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, reference: { nll: number; label: string }) {
    this.#canvas = canvas;
    this.#reference = reference;
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  clear(): void {
    this.#training = [];
    this.#validation = [];
    this.draw();
  }

  addTraining(rowsSeen: number, nll: number): void {
    this.#training.push([rowsSeen, nll]);
    if (this.#training.length > MOST) this.#training = mergePairs(this.#training);
    this.draw();
  }

  addValidation(rowsSeen: number, nll: number): void {
    this.#validation.push([rowsSeen, nll]);
    if (this.#validation.length > MOST) this.#validation = mergePairs(this.#validation);
    this.draw();
  }

  /** Draws with the next frame, once however often it is asked. */
  draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#canvas;
    const context = canvas.getContext("2d");
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!context || width === 0) return;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(canvas);
    const color = (name: string) => style.getPropertyValue(`--${name}`);
    context.font = `12px ${style.fontFamily}`;
    const axes = this.#axes(width, height);

    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const { value, at } of axes.yTicks) {
      line(context, color("rule"), [MARGIN.left, at], [width - MARGIN.right, at]);
      context.fillStyle = color("muted");
      context.fillText(String(value), MARGIN.left - 8, at);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const { value, at } of axes.xTicks) context.fillText(short(value), at, height - MARGIN.bottom + 8);
    context.fillText("digits seen", (MARGIN.left + width - MARGIN.right) / 2, height - 15);

    const reference = axes.y(this.#reference.nll);
    context.setLineDash([6, 4]);
    line(context, color("muted"), [MARGIN.left, reference], [width - MARGIN.right, reference]);
    context.setLineDash([]);
    context.textAlign = "right";
    context.textBaseline = "top";
    const { nll, label } = this.#reference;
    context.fillText(
      width < 360 ? `${nll}: ${label.split(",")[0]}` : `${nll}: ${label}`,
      width - MARGIN.right,
      reference + 4,
    );

    const place = ([rowsSeen, nll]: Point): [number, number] => [axes.x(rowsSeen), axes.y(nll)];
    line(context, color("training"), ...this.#training.map(place));
    const validation = this.#validation.map(place);
    context.lineWidth = 2;
    line(context, color("validation"), ...validation);
    if (validation.length > 60) return;
    context.fillStyle = color("validation");
    for (const [x, y] of validation) {
      context.beginPath();
      context.arc(x, y, 2.5, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #axes(width: number, height: number) {
    const points = [...this.#training, ...this.#validation];
    const nlls = [this.#reference.nll, ...points.map(([, nll]) => nll)];
    const low = Math.log(0.8 * Math.min(...nlls));
    const high = Math.log(1.05 * Math.max(200, ...nlls));
    const end = Math.max(1000, ...points.map(([rowsSeen]) => rowsSeen));
    const x = (rowsSeen: number) => MARGIN.left + (rowsSeen / end) * (width - MARGIN.left - MARGIN.right);
    const y = (nll: number) =>
      MARGIN.top + ((high - Math.log(nll)) / (high - low)) * (height - MARGIN.top - MARGIN.bottom);
    const step = niceStep(end, Math.max(2, Math.floor(width / 70)));
    return {
      x,
      y,
      xTicks: Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => ({ value: i * step, at: x(i * step) })),
      yTicks: TICKS.filter((nll) => Math.log(nll) >= low && Math.log(nll) <= high).map((nll) => ({
        value: nll,
        at: y(nll),
      })),
    };
  }
}

function line(context: CanvasRenderingContext2D, color: string, ...points: (readonly [number, number])[]) {
  context.strokeStyle = color;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

const mergePairs = (points: readonly Point[]): Point[] =>
  Array.from({ length: Math.floor(points.length / 2) }, (_, i) => {
    const [a, b] = [points[2 * i], points[2 * i + 1]];
    return [b[0], (a[1] + b[1]) / 2];
  });

/** The smallest of 1, 2, 5, 10, 20 … that divides 0 … `end` into at most `most` parts. */
function niceStep(end: number, most: number): number {
  const power = 10 ** Math.floor(Math.log10(end / most));
  return power * ([1, 2, 5].find((factor) => factor * power * most >= end) ?? 10);
}

/** 2000 as "2k", 1,500,000 as "1.5M". */
function short(n: number): string {
  if (n >= 1e6) return `${n / 1e6}M`;
  return n >= 1000 ? `${n / 1000}k` : String(n);
}
