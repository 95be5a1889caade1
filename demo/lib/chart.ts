/** A scatter plot with lines, as inline SVG. Colours and dashes come from the style sheet, by class. */
import { areas, createAxes, picture, rangeOf, text } from "./axes.js";
import { svg } from "./dom.js";
import type { Line } from "./line.js";
import { crossAt, marker } from "./marks.js";

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

export interface Chart {
  readonly element: SVGSVGElement;
  /** `focus` is the class of the line that the masked points belong to. */
  update(lines: readonly Line[], masked: readonly number[], focus: string): void;
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
    const left = x > area.right - 40;
    const label = text(left ? x - 11 : x + 11, y + 5, left ? "end" : "start", point.name, "name");
    return { group: svg("g", { class: "point" }, marker(point.suspect, x, y), label), x, y };
  });
  const crosses = svg("g", {});

  const element = picture(
    area,
    options,
    clip,
    axes,
    svg("rect", { class: "frame", ...frame }),
    layer,
    ...marks.map(({ group }) => group),
    crosses,
  );
  return {
    element,
    update(fits, masked, focus) {
      fits.forEach(({ slope, intercept }, i) => {
        lines[i].setAttribute("y1", String(py(intercept + slope * x[0])));
        lines[i].setAttribute("y2", String(py(intercept + slope * x[1])));
      });
      marks.forEach(({ group }, i) => {
        group.classList.toggle("masked", masked.includes(i));
      });
      crosses.replaceChildren(...masked.map((i) => crossAt(marks[i].x, marks[i].y, focus)));
    },
  };
}
