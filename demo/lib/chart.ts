/** A scatter plot with lines, as inline SVG. Colours and dashes come from the style sheet, by class. */
import { svg } from "./dom.js";
import type { Line } from "./line.js";

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  /** Drawn as a diamond instead of a dot. */
  readonly suspect: boolean;
}

export interface ChartOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly points: readonly Point[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTick: (x: number) => string;
  /** One CSS class per line, in drawing order. */
  readonly lines: readonly string[];
}

const width = 640;
const height = 420;
const plot = { left: 72, right: width - 16, top: 16, bottom: height - 56 };

/** About five round numbers that cover a range. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function range(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

function marker({ suspect }: Point, x: number, y: number): SVGElement {
  if (!suspect) return svg("circle", { class: "dot", cx: x, cy: y, r: 4 });
  return svg("path", { class: "dot suspect", d: `M${x - 6} ${y}L${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}Z` });
}

export interface Chart {
  readonly element: SVGSVGElement;
  update(lines: readonly Line[], masked: readonly number[]): void;
}

export function createChart(options: ChartOptions): Chart {
  const { id, points } = options;
  const [xLow, xHigh] = range(points.map(({ x }) => x));
  const [yLow, yHigh] = range(points.map(({ y }) => y));
  const px = (x: number) => plot.left + ((x - xLow) / (xHigh - xLow)) * (plot.right - plot.left);
  const py = (y: number) => plot.bottom - ((y - yLow) / (yHigh - yLow)) * (plot.bottom - plot.top);
  const text = (x: number, y: number, anchor: string, content: string, name = "tick") =>
    svg("text", { x, y, "text-anchor": anchor, class: name }, content);

  const axes = svg("g", { "aria-hidden": "true" });
  for (const x of ticks(xLow, xHigh)) {
    axes.append(svg("line", { class: "grid", x1: px(x), x2: px(x), y1: plot.top, y2: plot.bottom }));
    axes.append(text(px(x), plot.bottom + 18, "middle", options.xTick(x)));
  }
  for (const y of ticks(yLow, yHigh)) {
    axes.append(svg("line", { class: "grid", x1: plot.left, x2: plot.right, y1: py(y), y2: py(y) }));
    axes.append(text(plot.left - 8, py(y) + 4, "end", String(y)));
  }
  axes.append(text((plot.left + plot.right) / 2, height - 10, "middle", options.xLabel, "label"));
  const middle = (plot.top + plot.bottom) / 2;
  axes.append(svg("g", { transform: `rotate(-90 18 ${middle})` }, text(18, middle, "middle", options.yLabel, "label")));

  // Lines leave the plot where they please, but not the frame.
  const frame = { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.bottom - plot.top };
  const clip = svg("clipPath", { id: `${id}-clip` }, svg("rect", frame));
  const lines = options.lines.map((name) => svg("line", { class: `fit ${name}`, x1: plot.left, x2: plot.right }));
  const layer = svg("g", { "clip-path": `url(#${id}-clip)` }, ...lines);

  const marks = points.map((point) => {
    const [x, y] = [px(point.x), py(point.y)];
    const cross = svg("path", { class: "cross", d: `M${x - 8} ${y - 8}l16 16m0-16l-16 16` });
    const left = x > plot.right - 40;
    const label = text(left ? x - 11 : x + 11, y + 5, left ? "end" : "start", point.name, "name");
    return svg("g", { class: "point" }, marker(point, x, y), cross, label);
  });

  const element = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${id}-title ${id}-description` },
    svg("title", { id: `${id}-title` }, options.title),
    svg("desc", { id: `${id}-description` }, options.description),
    clip,
    axes,
    svg("rect", { class: "frame", ...frame }),
    layer,
    ...marks,
  );
  return {
    element,
    update(fits, masked) {
      fits.forEach(({ slope, intercept }, i) => {
        lines[i].setAttribute("y1", String(py(intercept + slope * xLow)));
        lines[i].setAttribute("y2", String(py(intercept + slope * xHigh)));
      });
      marks.forEach((mark, i) => {
        mark.classList.toggle("masked", masked.includes(i));
      });
    },
  };
}
