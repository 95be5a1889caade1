/** The frame of a chart: scales, grid, ticks and labels. */
import { type Child, svg } from "./dom.js";

/** Pixels of a drawing, and those that its plot takes. */
export interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Drawings of one width, so that their text has one size. */
export const areas = {
  tall: { width: 640, height: 420, left: 72, right: 624, top: 16, bottom: 364 },
  low: { width: 640, height: 320, left: 72, right: 624, top: 16, bottom: 264 },
} satisfies Record<string, Area>;

export type Range = readonly [low: number, high: number];

/** About five round numbers that cover a range. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The range of values with a margin. */
export function rangeOf(values: readonly number[]): Range {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

export interface AxesOptions {
  readonly area: Area;
  readonly x: Range;
  readonly y: Range;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTick?: (x: number) => string;
}

export const text = (x: number, y: number, anchor: string, content: string, name = "tick") =>
  svg("text", { x, y, "text-anchor": anchor, class: name }, content);

export function createAxes({ area, x, y, xLabel, yLabel, xTick = String }: AxesOptions) {
  const { left, right, top, bottom, height } = area;
  const px = (value: number) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
  const py = (value: number) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top);
  const element = svg("g", { "aria-hidden": "true" });
  for (const value of ticks(...x)) {
    element.append(svg("line", { class: "grid", x1: px(value), x2: px(value), y1: top, y2: bottom }));
    element.append(text(px(value), bottom + 18, "middle", xTick(value)));
  }
  for (const value of ticks(...y)) {
    element.append(svg("line", { class: "grid", x1: left, x2: right, y1: py(value), y2: py(value) }));
    element.append(text(left - 8, py(value) + 4, "end", String(value)));
  }
  element.append(text((left + right) / 2, height - 10, "middle", xLabel, "label"));
  const middle = (top + bottom) / 2;
  element.append(svg("g", { transform: `rotate(-90 18 ${middle})` }, text(18, middle, "middle", yLabel, "label")));
  return { element, px, py, frame: { x: left, y: top, width: right - left, height: bottom - top } };
}

/** A picture with a title and a description for those who do not see it. */
export const picture = (
  { width, height }: Area,
  { id, title, description }: { readonly id: string; readonly title: string; readonly description: string },
  ...children: Child[]
): SVGSVGElement =>
  svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${id}-title ${id}-description` },
    svg("title", { id: `${id}-title` }, title),
    svg("desc", { id: `${id}-description` }, description),
    ...children,
  );
