/** A scatter plot with lines, as inline SVG. Colours and dashes come from the style sheet, by class. */
import { areas, createAxes, picture, rangeOf, text } from "./axes.js";
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

const area = areas.tall;

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
  const x = rangeOf(points.map(({ x }) => x));
  const y = rangeOf(points.map(({ y }) => y));
  const { element: axes, px, py, frame } = createAxes({ area, x, y, ...options });

  // Lines leave the plot where they please, but not the frame.
  const clip = svg("clipPath", { id: `${id}-clip` }, svg("rect", frame));
  const lines = options.lines.map((name) => svg("line", { class: `fit ${name}`, x1: area.left, x2: area.right }));
  const layer = svg("g", { "clip-path": `url(#${id}-clip)` }, ...lines);

  const marks = points.map((point) => {
    const [x, y] = [px(point.x), py(point.y)];
    const cross = svg("path", { class: "cross", d: `M${x - 8} ${y - 8}l16 16m0-16l-16 16` });
    const left = x > area.right - 40;
    const label = text(left ? x - 11 : x + 11, y + 5, left ? "end" : "start", point.name, "name");
    return svg("g", { class: "point" }, marker(point, x, y), cross, label);
  });

  const element = picture(area, options, clip, axes, svg("rect", { class: "frame", ...frame }), layer, ...marks);
  return {
    element,
    update(fits, masked) {
      fits.forEach(({ slope, intercept }, i) => {
        lines[i].setAttribute("y1", String(py(intercept + slope * x[0])));
        lines[i].setAttribute("y2", String(py(intercept + slope * x[1])));
      });
      marks.forEach((mark, i) => {
        mark.classList.toggle("masked", masked.includes(i));
      });
    },
  };
}
