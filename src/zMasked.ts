/** The modifier of the Z-Error Loss: any base loss, averaged over the samples that are no outliers of their batch. */
import { choice, nonNegative, refuse } from "./errors.js";
import type { Family, FamilyTraits, Statistic } from "./families.js";
import type { BaseLoss, LossSpec } from "./loss.js";
import { readParameters, specOf } from "./parameters.js";
import type { GroupStatistics } from "./statistics.js";

/** How {@link zMasked} finds outliers; every option has a default. */
export interface ZMaskOptions {
  /** Samples with |z| above it are masked; above 0, default 2. `z = threshold` stays. */
  readonly threshold?: number;
  /**
   * What is scored: the per-sample `loss` (default, but for binary losses), the signed `error` prediction - target (regression),
   * the `logit` (default for binary losses) or its `probability` (binary; of class losses those of the label).
   */
  readonly statistic?: Statistic;
  /** One mean and deviation for the whole `batch` (default, but for binary losses), or one per `class`, of binary losses per column and class (their default). */
  readonly per?: "batch" | "class";
  /** Delta degrees of freedom of the standard deviation: sqrt(sum / (n - ddof)); default 1. Without effect on the median. */
  readonly ddof?: number;
  /** Added to the standard deviation, in units of the statistic; default 0. */
  readonly eps?: number;
  /** With shape [rows, columns]: is a `sample` a row (default for regression; always so for class losses), or is every `element` one (default for binary losses)? */
  readonly granularity?: "sample" | "element";
  /**
   * `moments`: mean and standard deviation (default, as the paper). `median`: the median, and 1.4826 times the median distance from it,
   * which up to half of a batch cannot move; ours, beyond the paper.
   */
  readonly estimator?: "moments" | "median";
  /** Mask `both` tails (default, as the paper), or only the `upper` one. */
  readonly side?: "both" | "upper";
}

/** A base loss with a z-mask around it. */
export interface ZMaskedLoss<F extends Family = Family> {
  /** The modifier. */
  readonly name: "zMasked";
  /** The kind of inputs, which is that of the base. */
  readonly family: F;
  /** The options, with defaults filled in. */
  readonly parameters: Readonly<Required<ZMaskOptions>>;
  /** The loss that is masked. */
  readonly base: BaseLoss<F>;
  /** A JSON spec that makes this loss again: options at their defaults are left out. */
  toJSON(): LossSpec;
}

/** What the library has to know of a mask. */
export interface Mask extends Omit<Readonly<Required<ZMaskOptions>>, "estimator"> {
  /** Where the centre of a group comes from; "trimmed" is the cutoff of `trimmed`. */
  readonly estimator: "moments" | "median" | "trimmed";
  /** Centre and deviation of the values of a group, where they are not those of a z-mask. */
  readonly centerOf?: (values: readonly number[]) => Pick<GroupStatistics, "mean" | "standardDeviation">;
  /** The scores of these values about a centre that is theirs, or was given. */
  readonly scoresOf?: (values: readonly number[], center: number, given: unknown) => readonly number[];
}

/** A base loss with a mask around it. */
export interface MaskedLoss<F extends Family = Family> extends Omit<ZMaskedLoss<F>, "name" | "parameters"> {
  /** The modifier. */
  readonly name: string;
  /** Its options, and what they mean. */
  readonly parameters: Mask;
}

/** Anything that `evaluate`, `run` and `createPlan` take. */
export type Loss<F extends Family = Family> = BaseLoss<F> | ZMaskedLoss<F> | MaskedLoss<F>;

/** Names of all options of {@link zMasked}. */
export const zMaskOptions = [
  "threshold",
  "statistic",
  "per",
  "ddof",
  "eps",
  "granularity",
  "side",
  "estimator",
] as const;

/** Rules and defaults; the latter are those of the paper's two losses. */
const rulesOf = ({ statistics, masking, labelled, samples }: FamilyTraits) => ({
  threshold: { default: 2, rule: { text: "be a number above 0", test: (x: number) => x > 0 } },
  statistic: { default: Object.keys(statistics)[0], rule: choice(Object.keys(statistics)) },
  per: { default: masking.per, rule: choice(labelled ? ["batch", "class"] : ["batch"]) },
  ddof: { default: 1, rule: nonNegative },
  eps: { default: 0, rule: nonNegative },
  granularity: { default: masking.granularity, rule: choice(samples ? ["sample"] : ["sample", "element"]) },
  side: { default: "both", rule: choice(["both", "upper"]) },
  estimator: { default: "moments", rule: choice(["moments", "median"]) },
});

/**
 * Masks the outliers of a batch: z = (v - mean) / (standard deviation + eps), and only samples with |z| <= threshold enter the loss.
 * Mean and deviation are those of the batch and count as constants in the gradient. A deviation of at most 1e-6 |mean|, or too
 * few samples to have one, makes everything an inlier.
 *
 * With `estimator: "median"` the median stands for the mean, and 1.4826 times the median distance from it for the deviation; where that is
 * 0, for more than half of a group are equal, 1.2533 times the mean distance, or with `eps` above 0 what is farther than `eps` is masked.
 * Score the signed `error` so; of a `loss`, which is never far below its median, mask the `upper` side.
 *
 * A z-mask by moments is a filter for few outliers: outliers that make up more than 1/(1 + threshold²) of the batch inflate the deviation
 * so much that they hide in it (20 % at 2). With ddof 1, |z| never exceeds (n - 1)/sqrt(n): a threshold of 2 cannot fire before n = 6.
 *
 * @param base the loss to mask; a modifier cannot be masked twice.
 * @throws LossError `parameter` for unknown options, values out of range, or a statistic that the family does not have.
 * @see Godin 2025, Z-Error Loss for Training Neural Networks, arXiv 2506.02154. Options beyond threshold, statistic and ddof are our reading.
 */
export function zMasked<F extends Family>(base: BaseLoss<F>, options: ZMaskOptions = {}): ZMaskedLoss<F> {
  if (!(base?.family && base.definition)) {
    refuse("parameter", "zMasked", "the loss must be a base loss", base, "zMasked is outermost and stands once.");
  }
  const subject = `zMasked(${base.name})`;
  const rules = rulesOf(base.definition.familyTraits);
  const parameters = readParameters<Required<ZMaskOptions>>(options, rules, subject, "option");
  return Object.freeze({
    name: "zMasked" as const,
    family: base.family,
    parameters,
    base,
    toJSON: () => ({ ...specOf("zMasked", parameters, rules), of: base.toJSON() }),
  });
}
