/**
 * What `evaluate`, `run` and `createPlan` have in common: options with their defaults, the checks of inputs against a shape,
 * and the view of a problem as samples.
 */
import type { Resolved } from "./elements.js";
import { checkParameter, eachOf, oneOf, refuse, refuseUnknown } from "./errors.js";
import type { Extra, Extras, Family, FamilyTraits } from "./families.js";
import type { BaseLoss } from "./loss.js";
import type { GroupStatistics } from "./statistics.js";
import type { Loss, Mask } from "./zMasked.js";

/** How samples become one number: the weighted mean over kept samples, their weighted sum, or no reduction. */
export type Reduction = "mean" | "sum" | "none";
/** What a NaN or an infinity in a sample's inputs does: spoil the loss visibly, or count the sample as absent. */
export type NonFinite = "propagate" | "omit";
/** [rows] or [rows, columns], row-major. */
export type Shape = readonly [rows: number] | readonly [rows: number, columns: number];

/** Names of the arrays and figures that `evaluate` and `run` return. */
export const resultNames = ["loss", "perSample", "gradient", "mask", "z", "statistics"] as const;
/** Names of the arrays and figures that `outputs` may hold. */
export type ResultName = (typeof resultNames)[number] | Extra;

/** Data of a regression loss. */
export interface RegressionInputs {
  /** What the model says, [rows x columns]. */
  readonly predictions: ArrayLike<number>;
  /** What it should say, as long as the predictions. */
  readonly targets: ArrayLike<number>;
  /** Lai losses only: d prediction / d input, [samples, features]. */
  readonly slopes?: ArrayLike<number>;
}
/**
 * Data of a binary or a class loss. Binary: as many labels as logits, each 0, 1 or `ignoreIndex`. Classes: [rows x classes] logits,
 * and either one label per row (its class, or `ignoreIndex`) or a row of probabilities for each row of logits.
 */
export interface LogitInputs {
  /** Before any sigmoid or softmax, row-major. */
  readonly logits: ArrayLike<number>;
  /** What they should say. */
  readonly labels: ArrayLike<number>;
}
/** Data that every family may have beside its own; given with the inputs or with the options. */
export interface OptionalInputs {
  /** One per sample; default 1. */
  readonly weights?: ArrayLike<number>;
  /** Lai losses only: samples where it is 0 have the plain loss; default 1. */
  readonly applyMask?: ArrayLike<number>;
  /** Where there are labels: factors of the weights, one per class; a row of probabilities takes their mean; default 1. */
  readonly classWeights?: ArrayLike<number>;
  /** Gradient of whatever follows with respect to the loss: a number for "mean" and "sum", one per sample for "none"; default 1. */
  readonly upstream?: number | ArrayLike<number>;
  /** Means and deviations to mask by, in place of the batch's own (masked losses only), in the form of a result's `statistics`. */
  readonly givenStatistics?: readonly Pick<GroupStatistics, "column" | "class" | "mean" | "standardDeviation">[];
}
/** Everything that a loss of family F reads. */
export type Inputs<F extends Family = Family> = (F extends "regression" ? RegressionInputs : LogitInputs) &
  OptionalInputs;

/** Options of `evaluate` and `run`. */
export interface Options extends OptionalInputs {
  /** Default: one dimension, as long as the inputs; of class losses [rows, classes], where labels are classes. */
  readonly shape?: Shape;
  /** Default "mean": sum(w l) / sum(w) over kept samples; 0 when nothing is kept. */
  readonly reduction?: Reduction;
  /** Label of samples to leave out; default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /**
   * Results to compute; default all but those that only class losses have: `logSumExp`, `predictedClass` and `correct`. Loss, count,
   * weightSum and warnings are always there.
   */
  readonly outputs?: readonly ResultName[];
}

/** What comes out; `A` is Float64Array from `evaluate`, Float32Array from `run`. */
export interface Result<A extends Float32Array | Float64Array> extends Extras {
  /** A number for "mean" and "sum"; w m l of every sample for "none". */
  loss: number | A;
  /** w l of every sample, 0 where ignored; under a mask the unweighted base loss, masked or not, 0 where ignored or omitted. */
  perSample?: A;
  /** d loss / d predictions (or logits), upstream folded in; one per element. */
  gradient?: A;
  /** Lai losses only: d loss / d slopes, upstream folded in; [samples, features]. */
  slopeGradient?: A;
  /** Number of samples that entered the loss. */
  count: number;
  /** Sum of their weights. */
  weightSum: number;
  /** Masked losses only: 1 for samples that were kept. */
  mask?: Uint8Array;
  /** Masked losses only: the score of every sample, 0 where ignored or omitted. */
  z?: A;
  /** Masked losses only: one entry per group, column by column; a single (0, 0) for `per: "batch"`. */
  statistics?: GroupStatistics[];
  /** What is likely a mistake but no error, such as a threshold that can never fire for this batch size. */
  warnings: string[];
}

/** A loss and its options, resolved. */
export interface Problem {
  readonly loss: Loss;
  readonly base: BaseLoss;
  /** What sets its family apart. */
  readonly familyTraits: FamilyTraits;
  /** The mask, if there is one. */
  readonly mask: Mask | undefined;
  /** Name for messages. */
  readonly subject: string;
  readonly reduction: Reduction;
  readonly nonFinite: NonFinite;
  readonly ignoreIndex: number;
  /** Those that only plans of its family have. */
  readonly options: FamilyOptions;
}

/** Options that only plans of some families have. */
export interface FamilyOptions {
  /** Lai losses: features of a sample, each of which has a slope; default 1. */
  readonly slopes?: number;
  /** Class losses: "ids" (default) for one label per row, i32; "rows" for a row of probabilities, f32. */
  readonly labels?: "ids" | "rows";
  /**
   * Class losses: type in memory of logits and gradient, default "f32"; all else, and all arithmetic, stays f32. With "f16" the device needs the
   * feature `shader-f16`, sizes are multiples of 4 bytes, and `upstream` keeps gradients
   * above 6e-8, the least that f16 holds (6e-5 on devices that flush subnormal numbers). Where "mean" goes with "omit", gradients of a
   * batch that holds broken rows are rounded twice.
   */
  readonly logits?: "f32" | "f16";
  /**
   * Class losses: the gradient overwrites the logits, and `encode` takes one buffer for both. For logits that nobody else reads
   * afterwards, neither a second loss nor a backward pass; default false.
   */
  readonly inPlace?: boolean;
}

/** A shape, seen as samples. */
export interface Geometry {
  readonly rows: number;
  readonly columns: number;
  readonly elements: number;
  readonly samples: number;
  /** Elements that one sample averages over: `columns` where rows are samples, else 1. */
  readonly width: number;
  /** Columns and classes that statistics are kept for; 1 and 1 for one group. */
  readonly groupColumns: number;
  readonly classes: number;
  /** Features of a sample whose slopes count; Lai losses only. */
  readonly features?: number;
}

/** Name of an input that may be left out. */
export type OptionalInput = keyof OptionalInputs;

/** Those of every family. */
export const optionalInputs = ["weights", "upstream", "givenStatistics"] as const;
/** Those, and more of one family. */
export const optionalAnd = (...more: OptionalInput[]): readonly OptionalInput[] => [...optionalInputs, ...more];

/** Options that every way to compute has. */
const commonOptions = ["shape", "outputs", "reduction", "ignoreIndex", "nonFinite"] as const;

/**
 * Resolves a loss and the options that do not depend on data. `planning`: they are those of a plan, or those of `evaluate` and `run`;
 * undefined where they have been checked before.
 */
export function resolveProblem(
  loss: Loss,
  options: Pick<Options, "reduction" | "ignoreIndex" | "nonFinite"> & FamilyOptions,
  planning?: boolean,
): Problem {
  if (!loss?.family) {
    refuse("parameter", "loss", "the loss must come from a factory", loss, "Call the factory.");
  }
  const [base, mask] = "base" in loss ? [loss.base, loss.parameters] : [loss];
  const { familyTraits } = base.definition;
  const subject = mask ? `${loss.name}(${base.name})` : base.name;
  const more = planning ? ["inputs", "tuning", ...(familyTraits.planOptions ?? [])] : familyTraits.optional;
  if (planning !== undefined) refuseUnknown(options, [...commonOptions, ...more], subject);
  const { reduction = "mean", nonFinite = "propagate", ignoreIndex = -100 } = options;
  checkParameter(subject, "ignoreIndex", ignoreIndex, {
    text: "be an integer within 2^24",
    test: (x) => Number.isInteger(x) && Math.abs(x) <= 2 ** 24,
  });
  return {
    loss,
    base,
    familyTraits,
    mask,
    subject,
    reduction: oneOf(reduction, ["mean", "sum", "none"], subject, "reduction"),
    nonFinite: oneOf(nonFinite, ["propagate", "omit"], subject, "nonFinite"),
    ignoreIndex,
    options: { ...options },
  };
}

/** Checks a shape and sees it as samples. */
export function resolveGeometry(problem: Problem, shape: Shape): Geometry {
  const { subject, familyTraits } = problem;
  const [rows, columns = 1] = (Array.isArray(shape) ? shape : []) as readonly number[];
  const sizes = [rows, columns].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!(sizes && rows * columns < 2 ** 32 && shape.length < 3)) {
    const rule = "shape must be integers [rows] or [rows, columns] below 2^32";
    refuse("shape", subject, rule, shape, "Give the shape of the data.");
  }
  return familyTraits.geometryOf(problem, shape);
}

/** Inputs after checking: the two data arrays, and the optional ones. */
export interface CheckedInputs extends Resolved {
  readonly upstream: number | ArrayLike<number>;
  readonly given: GroupStatistics[] | undefined;
  readonly outputs: readonly string[];
}

function isArray(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

/** Throws where something makes sense for masked losses only. */
export function refuseUnmasked({ mask, subject }: Problem, name: string): void {
  if (!mask) refuse("parameter", subject, `${name} must go with zMasked`, subject, "Wrap the loss.");
}

/** Fills in the groups that are given, by column and class. */
function readGivenStatistics(problem: Problem, geometry: Geometry, given: ArrayLike<unknown>): GroupStatistics[] {
  const { subject } = problem;
  refuseUnmasked(problem, "givenStatistics");
  const groups = emptyGroups(geometry);
  for (const group of Array.from(given) as (GroupStatistics | undefined)[]) {
    const { column, class: label, mean, standardDeviation } = group ?? ({} as GroupStatistics);
    const index = column * geometry.classes + label;
    const own = groups[index];
    const known = own && own.column === column && own.class === label;
    if (!(known && Number.isFinite(mean) && Number.isFinite(standardDeviation) && standardDeviation >= 0)) {
      const rule = "a given group must be of the data, and finite";
      refuse(
        known ? "parameter" : "shape",
        subject,
        rule,
        [column, label, mean, standardDeviation],
        "Pass its statistics.",
      );
    }
    groups[index] = { ...own, mean, standardDeviation };
  }
  return groups;
}

/** All groups of a geometry, absent. */
export function emptyGroups({ groupColumns, classes }: Geometry): GroupStatistics[] {
  return Array.from({ length: groupColumns * classes }, (_, i) => ({
    column: Math.floor(i / classes),
    class: i % classes,
    mean: 0,
    standardDeviation: 0,
    n: 0,
    inliers: 0,
  }));
}

/** Checks inputs and options of `evaluate` and `run`; throws {@link LossError} for whatever does not fit together. */
export function checkInputs(problem: Problem, inputs: Inputs, options: Options): CheckedInputs {
  const { subject, familyTraits, reduction } = problem;
  refuseUnknown(inputs, [...(familyTraits.data as readonly string[]), ...familyTraits.optional], subject, "input");
  const { outputs = familyTraits.outputs ?? resultNames } = options;
  eachOf(outputs, [...resultNames, ...familyTraits.extras], subject, "an output");
  const given = { ...options, ...inputs } as Record<string, unknown>;
  const array = (name: string, length?: number, remedy = "Give the shape of the data."): ArrayLike<number> => {
    const values = given[name];
    if (!isArray(values)) refuse("shape", subject, `${name} must be an array`, values, "Pass a typed array.");
    if (values.length !== (length ?? values.length)) {
      refuse("shape", subject, `${name} must have length ${length}`, values.length, remedy);
    }
    return values;
  };
  const resolved = familyTraits.resolve(problem, array, given as OptionalInputs);
  let { upstream = 1 } = given as OptionalInputs;
  if (typeof upstream !== "number") {
    const none = reduction === "none";
    upstream = array("upstream", none ? resolved.geometry.samples : 1, `The reduction is "${reduction}".`);
    if (!none) upstream = upstream[0];
  }
  const hasGiven = given.givenStatistics !== undefined;
  const statistics = hasGiven ? readGivenStatistics(problem, resolved.geometry, array("givenStatistics")) : undefined;
  return { ...resolved, upstream, given: statistics, outputs };
}

/** Names thresholds that can never fire: |z| of n samples is at most sqrt((n - 1)(n - ddof) / n). */
export function thresholdWarnings({ mask, subject }: Problem, groups: readonly GroupStatistics[]): string[] {
  const { threshold, ddof, estimator } = mask!;
  if (estimator !== "moments") return [];
  return groups.flatMap(({ column, class: label, n }) => {
    const most = Math.sqrt(Math.max(0, (n - 1) * (n - ddof)) / n); // of no samples infinite, or NaN
    if (threshold === Infinity || !(threshold >= most)) return [];
    const where = groups.length > 1 ? ` in column ${column}, class ${label}` : "";
    return `${subject}: threshold ${threshold} never masks${where}: |z| of ${n} samples is at most ${most.toFixed(3)}. Lower it.`;
  });
}
