/** A short sample of a line of the chart, for legends. */
import { svg } from "./dom.js";

export const swatch = (name: string): SVGSVGElement =>
  svg(
    "svg",
    { class: "swatch", viewBox: "0 0 28 10", "aria-hidden": "true" },
    svg("line", { class: `fit ${name}`, x1: 1, y1: 5, x2: 27, y2: 5 }),
  );
