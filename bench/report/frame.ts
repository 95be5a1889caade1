/** What all charts have around their plot: a title, the machine, a legend, and descriptions for those who do not see them. */
import * as Plot from "@observablehq/plot";
import type { Machine } from "../rows.js";
import { lookOf, theme } from "./look.js";

export interface FrameOptions {
  readonly document: Document;
  readonly title: string;
  readonly description: string;
  readonly machine: Machine;
  /** Variants to explain, from top to bottom; none: no legend. */
  readonly legend?: readonly string[];
  /** Pixels. */
  readonly width?: number;
}

/** As wide as pictures are where there is room. */
export const chartWidth = 760;
/** Narrower ones have their legend below, in two columns, and a title of two lines. */
const NARROW = 560;
const LINE = 18;
const legendWidth = 190;
/** Room for title and machine. */
const top = 56;

/** Draws a plot into the frame; its own margins are those of Plot's options. */
export function framed(
  { document, title, description, machine, legend = [], width = chartWidth }: FrameOptions,
  options: Plot.PlotOptions & { readonly height: number; readonly marginBottom: number },
): SVGSVGElement {
  const narrow = width < NARROW;
  const titles = narrow ? title.split(/(?<=[:,]) /) : [title];
  const more = LINE * (titles.length - 1);
  const below = narrow && legend.length > 0 ? 12 + LINE * Math.ceil(legend.length / 2) : 0;
  const height = options.height + more + below;
  const svg = Plot.plot({
    ...options,
    document,
    className: "bench-chart",
    ...{ width, height },
    marginTop: top + more,
    marginRight: legend.length > 0 && !narrow ? legendWidth : (options.marginRight ?? 20),
    marginBottom: options.marginBottom + below,
    ariaLabel: title,
    ariaDescription: description,
  }) as SVGSVGElement;
  const node = (name: string, attributes: Record<string, string | number>, text?: string): Element => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
    if (text) element.textContent = text;
    return element;
  };
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.prepend(node("style", {}, theme));
  const { adapter, driver, runtime, date } = machine;
  const about = [adapter, ...(driver === "unknown" ? [] : [driver]), runtime, date].join(", ");
  svg.append(
    ...titles.map((line, i) => node("text", { x: 8, y: 18 + LINE * i, "text-anchor": "start", class: "title" }, line)),
    node("text", { x: 8, y: 36 + more, "text-anchor": "start", class: "machine", "font-size": 11 }, about),
  );
  for (const [i, variant] of legend.entries()) {
    const { color, dash, width: stroke } = lookOf(variant);
    const [x, y] = narrow
      ? [8 + ((i % 2) * width) / 2, height - below + 12 + LINE * Math.floor(i / 2)]
      : [width - legendWidth + 14, top + 8 + LINE * i];
    svg.append(
      node("line", {
        ...{ x1: x, x2: x + 30, y1: y, y2: y, stroke: color, "stroke-width": stroke },
        ...(dash && { "stroke-dasharray": dash }),
      }),
      node("text", { x: x + 36, y: y + 4, "text-anchor": "start", "font-size": 12 }, variant),
    );
  }
  return svg;
}
