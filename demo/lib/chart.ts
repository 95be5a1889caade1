/** A scatter plot with lines, as inline SVG. Colours and dashes come from the style sheet, by class. */
import { areas, createAxes, picture, rangeOf, text } from "./axes.js";
import { svg } from "./dom.js";
import { placeLabels } from "./labels.js";
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
    const label = text(x, y, "start", point.name, "name");
    return { group: svg("g", { class: "point" }, marker(point.suspect, x, y), label), label, x, y };
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
      const named = masked.map((i) => ({ at: [marks[i].x, marks[i].y] as const, text: points[i].name }));
      const places = placeLabels(named, frame);
      marks.forEach(({ group, label }, i) => {
        const place = places[masked.indexOf(i)];
        group.classList.toggle("labelled", place !== undefined);
        if (!place) return;
        label.setAttribute("x", String(place.x));
        label.setAttribute("y", String(place.y));
        label.setAttribute("text-anchor", place.anchor);
      });
      crosses.replaceChildren(...masked.map((i) => crossAt(marks[i].x, marks[i].y, focus)));
    },
  };
}
