/** Fits as a table, against the line that sound points alone give. */
import { type Line, leastSquares } from "../../lib/line.js";
import type { Table } from "../../lib/table.js";
import { noise, type Spoilt } from "./data.js";
import type { Choice } from "./settings.js";
import type { Fit } from "./train.js";

/** Least squares of the sound points: an oracle, for comparison. */
export function cleanLine({ x, y, outliers }: Spoilt): Line {
  const bad = new Set(outliers);
  return leastSquares(
    x,
    y,
    x.map((_, i) => !bad.has(i)),
  );
}

export const isMasked = ({ setting }: Fit) => setting.name === "moments" || setting.name === "median";

/** How many outliers a mask leaves out, and how many sound points. */
export function count({ outliers }: Spoilt, masked: readonly number[]) {
  const found = outliers.filter((i) => masked.includes(i)).length;
  return { found, others: masked.length - found };
}

/** The largest distance of two lines over the data, in deviations of the noise. */
export function apart({ x }: Spoilt, a: Line, b: Line): number {
  const at = (v: number) => Math.abs(a.intercept - b.intercept + (a.slope - b.slope) * v);
  return Math.max(at(x[0]), at(x[x.length - 1])) / noise;
}

const tally = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** What a loss made of the outliers, in words that are derived from its numbers. */
export function explain(data: Spoilt, { share, threshold }: Choice, fit: Fit): string {
  const distance = apart(data, fit.line, cleanLine(data));
  const away = `The line is up to ${distance.toFixed(distance < 1 ? 2 : 1)} deviations of the noise away from the clean one.`;
  const total = data.outliers.length;
  if (fit.setting.name === "mse") return `Every point pulls, the farther the harder. ${away}`;
  if (fit.setting.name === "huber") return `An outlier pulls no harder than a point at 1.345 deviations. ${away}`;
  const { found, others } = count(data, fit.masked);
  const left = `Masks ${found} of ${tally(total, "outlier")} and ${tally(others, "sound point")}.`;
  const most = 100 / (1 + threshold ** 2);
  const hidden =
    fit.setting.name === "moments" && found < total && share > most
      ? ` Masking effect: ${share} % is above 1/(1+${threshold}²) = ${Number(most.toFixed(1))} % of the batch, from where equal outliers hide in the deviation that they inflate.`
      : "";
  return `${left}${hidden} ${away}`;
}

export function fitTable(data: Spoilt, choice: Choice, fits: readonly Fit[]): Table {
  const clean = cleanLine(data);
  const { share, distance, threshold } = choice;
  const error = (value: number, exact: number) => Math.abs(value - exact).toFixed(3);
  return {
    caption: `${share} % outliers, ${distance} deviations of the noise above the line, threshold ${threshold}. Clean line: slope ${clean.slope.toFixed(3)}, intercept ${clean.intercept.toFixed(3)}.`,
    columns: ["loss", "slope", "intercept", "slope error", "intercept error"],
    rows: fits.map((fit) => {
      const { slope, intercept } = fit.line;
      return {
        cells: [
          fit.setting.title,
          slope.toFixed(3),
          intercept.toFixed(3),
          error(slope, clean.slope),
          error(intercept, clean.intercept),
        ],
        note: explain(data, choice, fit),
      };
    }),
  };
}
