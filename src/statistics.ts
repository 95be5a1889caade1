/** Means and standard deviations: the groups that a z-mask scores within, and merging them over shards. */
import { refuse } from "./errors.js";
import type { Mask } from "./zMasked.js";

/** Mean and deviation of one group of samples. */
export interface GroupStatistics {
  /** Column of the data; 0 when the whole batch is one group. */
  readonly column: number;
  /** Class label; 0 when the whole batch is one group. */
  readonly class: number;
  /** Mean of the statistic; 0 for an absent group. */
  readonly mean: number;
  /** sqrt(sum of squared deviations / (n - ddof)); 0 while n <= ddof. */
  readonly standardDeviation: number;
  /** Samples in the group. */
  readonly n: number;
  /** Samples that the mask kept. */
  readonly inliers: number;
}

/** The three numbers that carry a group's moments over shards. */
export interface Moments {
  /** Number of samples. */
  readonly n: number;
  /** Their mean. */
  readonly mean: number;
  /** Sum of squared deviations from that mean. */
  readonly m2: number;
}

/** Median of numbers, 0 of none; an even count takes the mean of the two middle ones. */
function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2 || 0;
}

/** What a mask's estimator makes of the numbers of a group. */
export function centerOf(values: readonly number[], { estimator, ddof, eps }: Mask) {
  const moments = momentsOf(values);
  if (estimator === "moments") return { mean: moments.mean, standardDeviation: standardDeviation(moments, ddof) };
  const mean = medianOf(values);
  const distances = values.map((value) => Math.abs(value - mean));
  // Most of them equal: the mean distance says how far the others are, unless eps does.
  return { mean, standardDeviation: 1.4826 * medianOf(distances) || (eps ? 0 : 1.2533 * momentsOf(distances).mean) };
}

/** The score of a value within its group. */
export function scoreOf(
  value: number,
  { mean, standardDeviation: deviation }: Pick<GroupStatistics, "mean" | "standardDeviation">,
  { estimator, threshold, eps }: Mask,
): number {
  // Most samples equal the median: what is farther than eps is beyond the threshold.
  if (estimator === "median" && deviation === 0 && eps > 0 && threshold < Infinity) {
    return ((value - mean) / eps) * threshold;
  }
  // A deviation of at most 1e-6 |mean| is rounding of a constant batch; the same number stands in the WGSL of both estimators.
  return deviation <= 1e-6 * Math.abs(mean) ? 0 : (value - mean) / (deviation + eps);
}

/** Mean and sum of squared deviations in two passes. */
export function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  const pivot = values[0] ?? 0;
  const mean = pivot + values.reduce((sum, value) => sum + (value - pivot), 0) / (n || 1);
  return { n, mean, m2: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

/** The standard deviation that moments give with `ddof` delta degrees of freedom; 0 while n <= ddof. */
export function standardDeviation({ n, m2 }: Moments, ddof = 1): number {
  return n > ddof ? Math.sqrt(m2 / (n - ddof)) : 0;
}

/** The moments behind a group of a result's `statistics`, ready for {@link mergeStatistics}; `ddof` is that of the mask. */
export function groupMoments(
  { n, mean, standardDeviation: sd }: Omit<GroupStatistics, "column" | "class" | "inliers">,
  ddof = 1,
): Moments {
  return { n, mean, m2: n > ddof ? sd * sd * (n - ddof) : 0 };
}

function mergePair(a: Moments, b: Moments): Moments {
  for (const moments of [a, b]) {
    if (typeof moments !== "object" || moments === null || !(moments.n >= 0)) {
      const rule = "a group must be { n, mean, m2 } with n >= 0";
      refuse("parameter", "mergeStatistics", rule, moments?.n, "groupMoments() makes them.");
    }
  }
  if (a.n === 0) return { n: b.n, mean: b.mean, m2: b.m2 };
  if (b.n === 0) return { n: a.n, mean: a.mean, m2: a.m2 };
  const n = a.n + b.n;
  const delta = b.mean - a.mean;
  return { n, mean: a.mean + (delta * b.n) / n, m2: a.m2 + b.m2 + delta * delta * ((a.n * b.n) / n) };
}

/**
 * Merges the moments of two shards, so that each can mask as one batch would (pass the merged statistics on as `givenStatistics`,
 * with reduction "sum", and divide by the sum of the shards' `weightSum`).
 *
 * @param a one group, or an array of groups in the order of a result's `statistics`.
 * @param b the same form as `a`.
 * @throws LossError `parameter` for anything else, `shape` for arrays of different length.
 * @see Chan, Golub and LeVeque 1979, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances.
 */
export function mergeStatistics(a: Moments, b: Moments): Moments;
export function mergeStatistics(a: readonly Moments[], b: readonly Moments[]): Moments[];
export function mergeStatistics(a: Moments | readonly Moments[], b: Moments | readonly Moments[]): Moments | Moments[] {
  if (!Array.isArray(a) && !Array.isArray(b)) return mergePair(a as Moments, b as Moments);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) {
    const rule = "both shards must be one group, or arrays of the same groups";
    refuse("shape", "mergeStatistics", rule, [a, b], "Merge results of the same loss and columns.");
  }
  return a.map((group, i) => mergePair(group, b[i]));
}
