/** Where a fit starts. A masked loss keeps what it believes, so that this decides more than one would like. */
import { cleanPoints, type Dataset } from "../../data/dataset.js";
import { type Line, leastSquares, median } from "../../lib/line.js";

export type StartName = "leastSquares" | "flat" | "clean";

export const startTitles: Record<StartName, string> = {
  leastSquares: "the least-squares line",
  flat: "a horizontal line at the median",
  clean: "the line without the known outliers",
};

/** The same in a word, for tables. */
export const startNames: Record<StartName, string> = {
  leastSquares: "least squares",
  flat: "horizontal",
  clean: "clean",
};

export const cleanLine = (data: Dataset): Line => leastSquares(data.x, data.y, cleanPoints(data));

export function startLine(data: Dataset, start: StartName): Line {
  if (start === "flat") return { slope: 0, intercept: median(data.y) };
  return start === "clean" ? cleanLine(data) : leastSquares(data.x, data.y);
}
