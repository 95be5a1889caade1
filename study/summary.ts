/** From rows of single trainings to means over seeds, and to what may be said about their differences. */
import { bestOf, type Row } from "./results.js";
import type { Noise } from "./tasks.js";

/** When a network is looked at: after the last epoch; at the epoch that the noisy validation samples choose; at the one that the test chooses. */
export type Moment = "last" | "stopped" | "best";

/** One loss under one noise and seed. */
export interface Pick {
  readonly seed: number;
  readonly score: number;
  readonly row: Row;
}

export const isOf =
  ({ kind, percent }: Noise, loss: string) =>
  (row: Row): boolean =>
    row.noise === kind && row.percent === percent && row.loss === loss;

/**
 * What each seed gives, its learning rate chosen by its own noisy validation samples; with early stopping, rate and epoch together. The
 * best epoch is that of the rate chosen for the last one.
 */
export function picksOf(rows: readonly Row[], noise: Noise, loss: string, moment: Moment): Pick[] {
  const larger = noise.kind !== "outliers";
  const own = rows.filter(isOf(noise, loss));
  const seeds = [...new Set(own.map(({ seed }) => seed))].sort((a, b) => a - b);
  return seeds.map((seed) => {
    const grid = own.filter((row) => row.seed === seed).sort((a, b) => a.rate - b.rate);
    const judged = grid.map(({ validation, stopValidation }) => (moment === "stopped" ? stopValidation : validation));
    const row = grid[bestOf(judged, larger)];
    return { seed, row, score: { last: row.test, stopped: row.stopTest, best: row.bestTest }[moment] };
  });
}

export interface Estimate {
  readonly mean: number;
  /** Of single seeds, with n - 1. */
  readonly deviation: number;
  readonly n: number;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation =
    n > 1 ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) : Number.NaN;
  return { mean, deviation, n };
}

/** Quantiles of Student's distribution at 97.5 %, by degrees of freedom from 1 on. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

export interface Difference extends Estimate {
  /** "none": the seeds do not show one. */
  readonly verdict: "better" | "worse" | "none";
}

/**
 * Of two losses on the same data, noise, first weights and batches, seed by seed. It counts where the 95 % interval of its mean (Student's,
 * paired) leaves 0 out; a tenth of a percentage point, or a hundredth of the root mean square, is never worth a mark.
 */
export function difference(ours: readonly Pick[], theirs: readonly Pick[], larger: boolean): Difference {
  const pairs = ours.flatMap(({ seed, score }) => {
    const other = theirs.find((one) => one.seed === seed);
    return other ? [[score, other.score] as const] : [];
  });
  const own = estimate(pairs.map(([a, b]) => a - b));
  const least = larger ? 0.001 : 0.01 * Math.abs(estimate(pairs.map(([, b]) => b)).mean);
  const reach = student[own.n - 2] * (own.deviation / Math.sqrt(own.n));
  const counts = own.n > 1 && Math.abs(own.mean) > reach && Math.abs(own.mean) >= least;
  return { ...own, verdict: counts ? (own.mean > 0 === larger ? "better" : "worse") : "none" };
}
