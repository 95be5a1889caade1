/**
 * What `evaluate`, `run` and `createPlan` have in common: options with their defaults, the checks of inputs against a shape,
 * and the view of a problem as samples.
 */
import { LossError, oneOf, refuseUnknown, show } from "./errors.js";
import type { Family } from "./families.js";
import type { BaseLoss } from "./loss.js";
import type { GroupStatistics } from "./statistics.js";
import type { Loss, ZMaskedLoss, ZMaskOptions } from "./zMasked.js";

/** How samples become one number: the weighted mean over kept samples, their weighted sum, or no reduction. */
export type Reduction = "mean" | "sum" | "none";
/** What a NaN or an infinity in a sample's inputs does: spoil the loss visibly, or count the sample as absent. */
export type NonFinite = "propagate" | "omit";
/** [rows] or [rows, columns], row-major. */
export type Shape = readonly [rows: number] | readonly [rows: number, columns: number];

/** Names of the arrays and figures that `evaluate` and `run` return. */
export const resultNames = ["loss", "perSample", "gradient", "mask", "z", "statistics"] as const;
/** One of {@link resultNames}. */
export type ResultName = (typeof resultNames)[number];

/** Data of a regression loss. */
export interface RegressionInputs {
  /** What the model says, [rows x columns]. */
  readonly predictions: ArrayLike<number>;
  /** What it should say, as long as the predictions. */
  readonly targets: ArrayLike<number>;
}
/** Data of a binary loss: logits, and labels that are 0, 1 or `ignoreIndex`. */
export interface BinaryInputs {
  /** Before any sigmoid, [rows x columns]. */
  readonly logits: ArrayLike<number>;
  /** As many as logits. */
  readonly labels: ArrayLike<number>;
}
/** Data that every family may have beside its own; given with the inputs or with the options. */
export interface OptionalInputs {
  /** One per sample; default 1. */
  readonly weights?: ArrayLike<number>;
  /** Gradient of whatever follows with respect to the loss: a number for "mean" and "sum", one per sample for "none"; default 1. */
  readonly upstream?: number | ArrayLike<number>;
  /** Means and deviations to mask by, in place of the batch's own (zMasked only), in the form of a result's `statistics`. */
  readonly givenStatistics?: readonly Pick<GroupStatistics, "column" | "class" | "mean" | "standardDeviation">[];
}
/** Everything that a loss of family F reads. */
export type Inputs<F extends Family = Family> = (F extends "regression" ? RegressionInputs : BinaryInputs) &
  OptionalInputs;

/** Options of `evaluate` and `run`. */
export interface Options extends OptionalInputs {
  /** Default: one dimension, as long as the inputs. */
  readonly shape?: Shape;
  /** Default "mean": sum(w l) / sum(w) over kept samples; 0 when nothing is kept. */
  readonly reduction?: Reduction;
  /** Label of samples to leave out (binary losses); default -100. */
  readonly ignoreIndex?: number;
  /** Default "propagate". */
  readonly nonFinite?: NonFinite;
  /** Results to compute; default all of them. Loss, count, weightSum and warnings are always there. */
  readonly outputs?: readonly ResultName[];
}

/** What comes out; `A` is Float64Array from `evaluate`, Float32Array from `run`. */
export interface Result<A extends Float32Array | Float64Array> {
  /** A number for "mean" and "sum"; w m l of every sample for "none". */
  loss: number | A;
  /** w l of every sample, 0 where ignored; under zMasked the unweighted base loss, masked or not, 0 where ignored or omitted. */
  perSample?: A;
  /** d loss / d predictions (or logits), upstream folded in; one per element. */
  gradient?: A;
  /** Number of samples that entered the loss. */
  count: number;
  /** Sum of their weights. */
  weightSum: number;
  /** zMasked only: 1 for samples that were kept. */
  mask?: Uint8Array;
  /** zMasked only: the score of every sample, 0 where ignored or omitted. */
  z?: A;
  /** zMasked only: one entry per group, column by column; a single (0, 0) for `per: "batch"`. */
  statistics?: GroupStatistics[];
  /** What is likely a mistake but no error, such as a threshold that can never fire for this batch size. */
  warnings: string[];
}

/** A loss and its options, resolved. */
export interface Problem {
  readonly loss: Loss;
  readonly base: BaseLoss;
  /** The z-mask, if there is one. */
  readonly mask: Readonly<Required<ZMaskOptions>> | undefined;
  /** Name for messages. */
  readonly subject: string;
  readonly reduction: Reduction;
  readonly nonFinite: NonFinite;
  readonly ignoreIndex: number;
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
}

export const optionalInputNames = ["weights", "upstream", "givenStatistics"] as const;

/** True for a loss with a z-mask around it. */
export function isZMasked(loss: Loss): loss is ZMaskedLoss {
  return "base" in loss;
}

/** Resolves a loss and the options that do not depend on data. */
export function resolveProblem(loss: Loss, options: Pick<Options, "reduction" | "ignoreIndex" | "nonFinite">): Problem {
  if (typeof loss !== "object" || loss === null || !("family" in loss)) {
    throw new LossError(
      "parameter",
      `loss: the loss must be made by a factory such as squaredError(), got ${show(loss)}. Call the factory.`,
    );
  }
  if (typeof options !== "object" || options === null) {
    throw new LossError(
      "parameter",
      `${loss.name}: options must be an object, got ${show(options)}. Leave them out for the defaults.`,
    );
  }
  const masked = isZMasked(loss);
  const base = masked ? loss.base : loss;
  const subject = masked ? `zMasked(${base.name})` : base.name;
  const { reduction = "mean", nonFinite = "propagate", ignoreIndex = -100 } = options;
  if (!Number.isInteger(ignoreIndex) || Math.abs(ignoreIndex) > 2 ** 24) {
    throw new LossError(
      "parameter",
      `${subject}: ignoreIndex must be an integer within 2^24, got ${show(ignoreIndex)}. Labels are float32.`,
    );
  }
  return {
    loss,
    base,
    mask: masked ? loss.parameters : undefined,
    subject,
    reduction: oneOf(reduction, ["mean", "sum", "none"], subject, "reduction"),
    nonFinite: oneOf(nonFinite, ["propagate", "omit"], subject, "nonFinite"),
    ignoreIndex,
  };
}

/** Checks a shape and sees it as samples. */
export function resolveGeometry({ base, mask, subject }: Problem, shape: Shape): Geometry {
  if (
    !Array.isArray(shape) ||
    shape.length < 1 ||
    shape.length > 2 ||
    !shape.every((n) => Number.isSafeInteger(n) && n >= 0)
  ) {
    throw new LossError(
      "shape",
      `${subject}: shape must be [rows] or [rows, columns] of whole numbers, got ${show(shape)}. Give the sizes of the data.`,
    );
  }
  const [rows, columns = 1] = shape as readonly number[];
  const elements = rows * columns;
  if (!Number.isSafeInteger(elements) || elements > 2 ** 32 - 1) {
    throw new LossError(
      "shape",
      `${subject}: shape must have fewer than 2^32 elements, got ${show(shape)}. Split the batch and merge with mergeStatistics.`,
    );
  }
  const width = mask?.granularity === "sample" ? columns : 1;
  if (width > 1 && mask?.per === "class") {
    throw new LossError(
      "shape",
      `${subject}: per: "class" must score single elements, got rows of ${columns}. Use granularity: "element".`,
    );
  }
  const perClass = mask?.per === "class" && base.definition.familyTraits.labelled;
  return {
    rows,
    columns,
    elements,
    samples: width > 1 ? rows : width === 0 ? 0 : elements,
    width: Math.max(1, width),
    groupColumns: perClass ? columns : 1,
    classes: perClass ? 2 : 1,
  };
}

/** Inputs after checking: the two data arrays, and the optional ones. */
export interface CheckedInputs {
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
  readonly upstream: number | ArrayLike<number>;
  readonly given?: GroupStatistics[];
  readonly geometry: Geometry;
}

const optionNames = ["shape", "reduction", "ignoreIndex", "nonFinite", "outputs", ...optionalInputNames] as const;

function isArray(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function array(value: unknown, subject: string, name: string): ArrayLike<number> {
  if (isArray(value)) return value;
  throw new LossError(
    "shape",
    `${subject}: ${name} must be an array of numbers, got ${show(value)}. Pass a typed array.`,
  );
}

/** Fills in the groups that are given, by column and class. */
export function readGivenStatistics(
  problem: Problem,
  geometry: Geometry,
  given: NonNullable<OptionalInputs["givenStatistics"]>,
): GroupStatistics[] {
  const { subject, mask } = problem;
  if (!mask)
    throw new LossError(
      "parameter",
      `${subject}: givenStatistics must go with zMasked, got them without. Wrap the loss: zMasked(loss).`,
    );
  if (!Array.isArray(given))
    throw new LossError(
      "shape",
      `${subject}: givenStatistics must be an array of groups, got ${show(given)}. Pass a result's statistics.`,
    );
  const groups = emptyGroups(geometry);
  for (const group of given) {
    const index = group?.column * geometry.classes + group?.class;
    const fits =
      group?.column >= 0 && group.column < geometry.groupColumns && group.class >= 0 && group.class < geometry.classes;
    if (!fits || groups[index] === undefined) {
      throw new LossError(
        "shape",
        `${subject}: a given group must be one of ${geometry.groupColumns} columns and ${geometry.classes} classes, got (${show(group?.column)}, ${show(group?.class)}).`,
      );
    }
    if (!(Number.isFinite(group.mean) && Number.isFinite(group.standardDeviation) && group.standardDeviation >= 0)) {
      throw new LossError(
        "parameter",
        `${subject}: given mean and standardDeviation must be finite and the latter at least 0, got ${show(group.mean)} and ${show(group.standardDeviation)}. Leave out groups that are absent.`,
      );
    }
    groups[index] = { ...groups[index], mean: group.mean, standardDeviation: group.standardDeviation };
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
  const { subject, base } = problem;
  const [firstName, secondName] = base.definition.familyTraits.data;
  refuseUnknown(options, optionNames, subject);
  if (typeof inputs !== "object" || inputs === null) {
    throw new LossError(
      "shape",
      `${subject}: inputs must be { ${firstName}, ${secondName} }, got ${show(inputs)}. Pass typed arrays by name.`,
    );
  }
  refuseUnknown(inputs, [firstName, secondName, ...optionalInputNames], subject, "input");
  for (const name of options.outputs ?? []) oneOf(name, resultNames, subject, "an output");
  const data = inputs as unknown as Record<string, unknown>;
  const first = array(data[firstName], subject, firstName);
  const second = array(data[secondName], subject, secondName);
  const geometry = resolveGeometry(problem, options.shape ?? [first.length]);
  for (const [name, values] of [
    [firstName, first],
    [secondName, second],
  ] as const) {
    if (values.length !== geometry.elements) {
      throw new LossError(
        "shape",
        `${subject}: ${name} must have ${geometry.elements} elements, got ${values.length}. Give the shape of the data.`,
      );
    }
  }
  const weights = inputs.weights ?? options.weights;
  if (weights !== undefined && array(weights, subject, "weights").length !== geometry.samples) {
    throw new LossError(
      "shape",
      `${subject}: weights must have one entry per sample (${geometry.samples}), got ${weights.length}. Rows count as one sample where granularity is "sample".`,
    );
  }
  let upstream = inputs.upstream ?? options.upstream ?? 1;
  if (problem.reduction === "none") {
    if (isArray(upstream) && upstream.length !== geometry.samples) {
      throw new LossError(
        "shape",
        `${subject}: upstream must have one entry per sample (${geometry.samples}), got ${upstream.length}. Give one number for all of them, or reduce.`,
      );
    }
  } else if (isArray(upstream)) {
    if (upstream.length !== 1) {
      throw new LossError(
        "shape",
        `${subject}: upstream must be a number for reduction "${problem.reduction}", got an array of ${upstream.length}.`,
      );
    }
    upstream = upstream[0];
  }
  if (!isArray(upstream) && typeof upstream !== "number") {
    throw new LossError(
      "shape",
      `${subject}: upstream must be a number or an array, got ${show(upstream)}. Leave it out for 1.`,
    );
  }
  if (base.definition.familyTraits.labelled) checkLabels(second, problem);
  const givenStatistics = inputs.givenStatistics ?? options.givenStatistics;
  const given = givenStatistics && readGivenStatistics(problem, geometry, givenStatistics);
  return { first, second, ...(weights && { weights }), upstream, ...(given && { given }), geometry };
}

/** A label outside {0, 1, ignoreIndex} is a mistake in the data, never a sample to drop without a word. */
function checkLabels(labels: ArrayLike<number>, { subject, ignoreIndex }: Problem): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label !== 0 && label !== 1 && label !== ignoreIndex) {
      throw new LossError(
        "shape",
        `${subject}: labels must be 0, 1 or ignoreIndex (${ignoreIndex}), got ${show(label)} at element ${i}. Mark labels to leave out with ignoreIndex.`,
      );
    }
  }
}

/** Names thresholds that can never fire: |z| of n samples is at most sqrt((n - 1)(n - ddof) / n). */
export function thresholdWarnings(
  { mask, subject }: Problem,
  groups: readonly GroupStatistics[],
  given: boolean,
): string[] {
  if (!mask || given || mask.threshold === Number.POSITIVE_INFINITY) return [];
  const { threshold, ddof } = mask;
  return groups
    .filter(({ n }) => n > 0)
    .map((group) => ({ ...group, most: Math.sqrt((Math.max(0, group.n - 1) * Math.max(0, group.n - ddof)) / group.n) }))
    .filter(({ most }) => threshold >= most)
    .map(({ column, class: label, n, most }) => {
      const where = groups.length > 1 ? ` in column ${column}, class ${label}` : "";
      return `${subject}: threshold ${threshold} can never mask anything${where}: |z| of ${n} samples is at most ${most.toFixed(3)}. Use larger batches or a lower threshold.`;
    });
}
