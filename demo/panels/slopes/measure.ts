/** What a fitted curve is judged by: its distance to the true one, and its slopes. */
import type { Look } from "../../lib/trainer.js";
import { grid, type TrueCurve } from "./curve.js";
import type { Setting } from "./settings.js";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface SlopeSummary {
  readonly mean: number;
  readonly largest: number;
}

export function summarize(slopes: ArrayLike<number>): SlopeSummary {
  const sizes = Array.from(slopes, Math.abs);
  return { mean: mean(sizes), largest: Math.max(...sizes) };
}

/** How far |slope| is from a place, on average. */
export const distanceTo = (place: number, slopes: ArrayLike<number>): number =>
  mean(Array.from(slopes, (slope) => Math.abs(Math.abs(slope) - place)));

export const trueSlopes = (curve: TrueCurve): Float64Array => grid.map(curve.slope);

export interface CurveFit {
  readonly setting: Setting;
  readonly look: Look;
  /** Root mean squared distance to the true curve. */
  readonly cleanError: number;
  readonly slopes: SlopeSummary;
}

export const measureFits = (curve: TrueCurve, settings: readonly Setting[], looks: readonly Look[]): CurveFit[] =>
  looks.map((look, i) => ({
    setting: settings[i],
    look,
    cleanError: Math.sqrt(mean(Array.from(grid, (x, j) => (look.predictions[j] - curve.value(x)) ** 2))),
    slopes: summarize(look.slopes),
  }));

export const histogramRange = [0, 4] as const;
const bins = 18; // so that slopes about 1, or 3, fall into one bin

/** Share of the grid in each bin of |slope|, in percent; the last one has whatever is steeper. */
export function histogram(slopes: ArrayLike<number>): number[] {
  const [low, high] = histogramRange;
  const counts = Array<number>(bins).fill(0);
  for (const slope of Array.from(slopes)) {
    const bin = Math.floor(((Math.abs(slope) - low) / (high - low)) * bins);
    counts[Math.min(bin, bins - 1)] += 100 / slopes.length;
  }
  return counts;
}

/** The outline of a histogram. */
export function outline(shares: readonly number[]): [x: number, y: number][] {
  const [low, high] = histogramRange;
  const edge = (i: number) => low + ((high - low) * i) / shares.length;
  const tops = shares.flatMap((share, i): [number, number][] => [
    [edge(i), share],
    [edge(i + 1), share],
  ]);
  return [[low, 0], ...tops, [high, 0]];
}
