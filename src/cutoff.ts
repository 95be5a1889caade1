/** Where to cut between two classes, from the distribution of a model's outputs. */
import { refuse } from "./errors.js";

/** The outputs of one class, as a normal distribution. */
export interface OutputDistribution {
  /** In units of the outputs. */
  readonly mean: number;
  /** At least 0. */
  readonly standardDeviation: number;
  /** Share of the class among the samples, up to a common factor; default 1. */
  readonly weight?: number;
}

/** A decision cutoff, and how it was found. */
export interface Cutoff {
  /** In units of the outputs. */
  readonly value: number;
  /** `crossing`: where the weighted densities cross between the means; `equalZ`: where the two z-scores are equal in size. */
  readonly kind: "crossing" | "equalZ";
}

function read(distribution: OutputDistribution, which: string): Required<OutputDistribution> {
  const { mean, standardDeviation, weight = 1 } = distribution ?? {};
  for (const [name, value, least] of [
    ["mean", mean, -Infinity],
    ["standardDeviation", standardDeviation, 0],
    ["weight", weight, -Infinity],
  ] as const) {
    if (!(Number.isFinite(value) && value >= least)) {
      refuse(
        "parameter",
        "decisionCutoff",
        `${name} of the ${which} class must be a finite number${least === 0 ? " of at least 0" : ""}`,
        value,
        "Take them from a result's statistics.",
      );
    }
  }
  return { mean, standardDeviation, weight };
}

/**
 * The cutoff between two classes whose outputs are about normal: the crossing of the weighted densities strictly between the means;
 * where there is none (or a deviation or weight is not positive) the point of equal z-scores, the midpoint if both deviations are 0.
 *
 * The Z-Error paper names an empirical decision cutoff without a formula that we could read; this one is ours.
 *
 * @throws LossError `parameter` for numbers that are not finite, or a negative deviation.
 */
export function decisionCutoff(negative: OutputDistribution, positive: OutputDistribution): Cutoff {
  const { mean: m0, standardDeviation: s0, weight: w0 } = read(negative, "first");
  const { mean: m1, standardDeviation: s1, weight: w1 } = read(positive, "second");
  if (s0 > 0 && s1 > 0 && w0 > 0 && w1 > 0 && m0 !== m1) {
    // Centred at the midpoint, so that large common offsets cost no digits: a x² + 2 h x + c = 0.
    const middle = m0 + (m1 - m0) / 2;
    const [a0, a1, i0, i1] = [m0 - middle, m1 - middle, 1 / s0 ** 2, 1 / s1 ** 2];
    const a = i1 - i0;
    const h = a0 * i0 - a1 * i1;
    const c = a1 * a1 * i1 - a0 * a0 * i0 + 2 * Math.log((w0 * s1) / (w1 * s0));
    const discriminant = h * h - a * c;
    const q = -(h + (h < 0 ? -1 : 1) * Math.sqrt(discriminant));
    const roots = a === 0 ? [-c / (2 * h)] : discriminant >= 0 ? [q / a, c / q] : [];
    const reach = Math.abs(m1 - m0) / 2;
    const root = roots.find((x) => Math.abs(x) < reach);
    if (root !== undefined) return { value: middle + root, kind: "crossing" };
  }
  return { value: s0 + s1 > 0 ? (m0 * s1 + m1 * s0) / (s0 + s1) : m0 + (m1 - m0) / 2, kind: "equalZ" };
}
