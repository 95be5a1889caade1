/** Curves, with or without dots beneath them, drawn anew at every look. Colours and dashes come from the style sheet, by class. */
import { areas, createAxes, picture, type Range } from "./axes.js";
import { svg } from "./dom.js";

export type Position = readonly [x: number, y: number];

export interface Curve {
  /** CSS class. */
  readonly name: string;
  readonly points: readonly Position[];
}

export interface PlotOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly size: keyof typeof areas;
  readonly xLabel: string;
  readonly yLabel: string;
}

export interface Drawing {
  readonly x: Range;
  readonly y: Range;
  readonly curves: readonly Curve[];
  readonly dots?: readonly Position[];
  /** In place of those that the plot was made with. */
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Points of curves that matter, as rings in the colour of their class. */
  readonly rings?: readonly { readonly name: string; readonly at: Position }[];
}

export interface Plot {
  readonly element: SVGSVGElement;
  draw(drawing: Drawing): void;
}

export function createPlot(options: PlotOptions): Plot {
  const { id, size } = options;
  const area = areas[size];
  const content = svg("g");
  const element = picture(area, options, content);
  return {
    element,
    draw({ x, y, curves, dots = [], rings = [], xLabel = options.xLabel, yLabel = options.yLabel }) {
      const { element: axes, px, py, frame } = createAxes({ area, x, y, xLabel, yLabel });
      const place = ([x, y]: Position) => `${px(x).toFixed(1)} ${py(y).toFixed(1)}`;
      const layer = svg(
        "g",
        { "clip-path": `url(#${id}-clip)` },
        ...dots.map(([x, y]) => svg("circle", { class: "dot small", cx: px(x), cy: py(y), r: 3 })),
        ...curves.map(({ name, points }) =>
          svg("path", { class: `fit ${name}`, d: `M${points.map(place).join("L")}` }),
        ),
        ...rings.map(({ name, at }) => svg("circle", { class: `ring ${name}`, cx: px(at[0]), cy: py(at[1]), r: 5 })),
      );
      const clip = svg("clipPath", { id: `${id}-clip` }, svg("rect", frame));
      content.replaceChildren(clip, axes, svg("rect", { class: "frame", ...frame }), layer);
    },
  };
}
