/** The marks of points: dots, diamonds for suspects, and the cross over a masked one. */
import { svg } from "./dom.js";

export function marker(suspect: boolean, x: number, y: number): SVGElement {
  if (!suspect) return svg("circle", { class: "dot", cx: x, cy: y, r: 4 });
  return svg("path", { class: "dot suspect", d: `M${x - 6} ${y}L${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}Z` });
}

/** `line` is the class of the line whose colour it takes. */
export const crossAt = (x: number, y: number, line: string): SVGElement =>
  svg("path", { class: `${line} cross`, d: `M${x - 8} ${y - 8}l16 16m0-16l-16 16` });
