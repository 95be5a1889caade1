/** The modifier that leaves a fixed share of the largest losses out: trimmed means. */
import { choice, refuse } from "./errors.js";
import type { Family } from "./families.js";
import type { BaseLoss } from "./loss.js";
import { readParameters, specOf } from "./parameters.js";
import type { Mask, MaskedLoss } from "./zMasked.js";

/** How {@link trimmed} chooses. */
export interface TrimOptions {
  /** The share of the batch to leave out, from 0 up to but not including 1. */
  readonly fraction: number;
  /** With shape [rows, columns]: is a `sample` a row (default), or is every `element` one? Of class losses, rows are samples. */
  readonly granularity?: "sample" | "element";
}

/** A loss that is averaged over the samples with the smallest losses. */
export interface TrimmedLoss<F extends Family = Family> extends MaskedLoss<F> {
  readonly name: "trimmed";
  /** The options, which inherit what they mean. */
  readonly parameters: Readonly<Required<TrimOptions>> & Mask;
}

const PLACES = 2 ** 48;

/**
 * How many of `n` samples stay: n - floor(fraction n), and at least one. A product that rounding alone keeps below a whole number, as 0.29
 * times 100, counts as that number: the fraction has 48 binary places, and 1 more in the last one (shaders/selection/trimmed/ends.wgsl
 * does the same).
 */
function keptOf(n: number, places: number): number {
  const dropped = Number((BigInt(places) * BigInt(n)) / BigInt(PLACES));
  return n - Math.min(dropped, n - 1);
}

/** The number below any other that float32 has. */
const TINY = 1.2e-38;

/** Losses above the cutoff leave, and of those that equal it whoever comes too late. */
function scoresOf(values: readonly number[], cutoff: number, kept: number): number[] {
  let room = kept - values.filter((value) => value < cutoff).length;
  return values.map((value) => {
    const leaves = value > cutoff || (value === cutoff && room-- <= 0);
    return leaves ? Math.max(value - cutoff, TINY) : value - cutoff;
  });
}

function maskOf({ fraction }: TrimOptions): Mask {
  const places = Math.min(Math.round(fraction * PLACES) + 1, PLACES - 1);
  return Object.freeze({
    estimator: "trimmed" as const,
    statistic: "loss" as const,
    per: "batch" as const,
    granularity: "sample" as const,
    // Scores are distances from the cutoff, and up to 0 they stay.
    side: "upper" as const,
    threshold: 0,
    // A trimmed mean has neither: the fraction travels in their place, in two halves that float32 holds.
    eps: Math.floor(places / 2 ** 24),
    ddof: places % 2 ** 24,
    centerOf: (values: readonly number[]) => {
      const sorted = Float64Array.from(values).sort();
      return { mean: sorted.length > 0 ? sorted[keptOf(sorted.length, places) - 1] : 0, standardDeviation: 0 };
    },
    scoresOf: (values: readonly number[], cutoff: number, given: unknown) =>
      scoresOf(values, cutoff, given || values.length === 0 ? Infinity : keptOf(values.length, places)),
  });
}

/**
 * Averages over the samples with the smallest losses: of `n` samples the n - floor(fraction n) smallest stay, at least one; of equal
 * losses those with the lower index. `trimmed(squaredError(), { fraction })` is least trimmed squares.
 *
 * The choice counts as constant in the gradient. A result's `mask` has it; `z` is the loss minus the cutoff, which is the largest loss that
 * stays, and stands as `mean` in `statistics`: a quantile of the losses. With a cutoff in `givenStatistics`, all losses up to it stay.
 *
 * Unlike a z-mask it always leaves its share out, of clean batches as well; up to that share, no outlier counts, however far.
 *
 * @param base the loss to trim; a modifier that stands once, in place of `zMasked`.
 * @throws LossError `parameter` for unknown options and values out of range.
 * @see Rousseeuw 1984, Least Median of Squares Regression (least trimmed squares); Shen and Sanghavi 2019, Learning with Bad Training Data
 *   via Iterative Trimmed Loss Minimization.
 */
export function trimmed<F extends Family>(base: BaseLoss<F>, options: TrimOptions): TrimmedLoss<F> {
  if (!(base?.family && base.definition)) {
    refuse("parameter", "trimmed", "the loss must be a base loss", base, "trimmed is outermost and stands once.");
  }
  const { samples } = base.definition.familyTraits;
  const rules = {
    fraction: { rule: { text: "be at least 0 and below 1", test: (x: number) => x >= 0 && x < 1 } },
    granularity: { default: "sample", rule: choice(samples ? ["sample"] : ["sample", "element"]) },
  };
  const parameters = readParameters<Required<TrimOptions>>(options, rules, `trimmed(${base.name})`, "option");
  return Object.freeze({
    name: "trimmed" as const,
    family: base.family,
    parameters: Object.freeze(Object.create(maskOf(parameters), Object.getOwnPropertyDescriptors(parameters))),
    base,
    toJSON: () => ({ ...specOf("trimmed", parameters, rules), of: base.toJSON() }),
  });
}
