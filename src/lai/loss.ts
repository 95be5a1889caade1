/** The modifier of the Lai loss: any regression loss, scaled by what the slope of the model makes of an error. */
import { checkParameter, choice, refuse, refuseUnknown } from "../errors.js";
import type { BaseLoss, LossSpec, RegressionLoss } from "../loss.js";
import { absoluteError } from "../losses/absoluteError.js";
import { squaredError } from "../losses/squaredError.js";
import { sloped } from "./family.js";
import type { LaiParameters } from "./sample.js";

/** Options of {@link lai}; `lambda` has to be given. */
export type LaiOptions = Partial<LaiParameters> & Pick<LaiParameters, "lambda">;

/** A Lai loss. */
export interface LaiLoss extends BaseLoss<"regression"> {
  readonly parameters: LaiParameters;
  /** The loss that is modified. */
  readonly of: RegressionLoss;
}

const standard = { form: "scaled", aggregate: "mean", feature: 0 } as const;

/**
 * Scales a regression loss by the slopes k_j = d prediction / d input_j of the model: the mean over features j of rho(m(k_j) r), with
 * m(k) = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²). The factor is not monotone in the slope: it is least at |k| = lambda
 * (of the plain form at its square root), so that training pulls slopes there; lambda below 1 smooths, above 1 it makes the model more
 * sensitive. Beside `unscaledGradient`, a plan's `slopeGradient` lacks the same factor.
 *
 * @param loss any regression loss.
 * @param options `lambda` above 0, or one per feature; `form: "plain"`, of `squaredError` only: F r² with lambda not squared; `aggregate`
 *   "mean" over features, one "feature", or the "norm" of all slopes (of one lambda); `feature`: which.
 * @throws LossError `parameter` for another loss, or options that cannot be.
 * @see Lai, arXiv 2405.07884. Several features are our reading; lambda is as transcribed by others.
 */
export function lai(loss: RegressionLoss, options: LaiOptions): LaiLoss {
  if (!(loss?.family === "regression" && typeof loss.definition?.value === "function")) {
    const rule = "the loss must be a base loss of the regression family";
    refuse("parameter", "lai", rule, loss?.name ?? loss, "zMasked goes outermost, and lai stands once.");
  }
  const { name, definition } = loss;
  const subject = `lai(${name})`;
  refuseUnknown(options ?? {}, ["lambda", ...Object.keys(standard)], subject);
  const given = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
  const { lambda, form, aggregate, feature } = { ...standard, ...given } as LaiParameters;
  const one = { text: "be a finite number above 0", test: (x: number) => Number.isFinite(x) && x > 0 };
  const several = Array.isArray(lambda) && aggregate !== "norm" && lambda.length > 0 ? [...lambda] : undefined;
  for (const each of several ?? [lambda]) checkParameter(subject, "lambda", each, one);
  checkParameter(subject, "form", form, choice(name === "squaredError" ? ["scaled", "plain"] : ["scaled"]));
  checkParameter(subject, "aggregate", aggregate, choice(["mean", "feature", "norm"]));
  const last = several && aggregate === "feature" ? several.length - 1 : Infinity;
  checkParameter(subject, "feature", feature, {
    text: `be an integer${last < Infinity ? ` of at most ${last}` : ""}`,
    test: (x: number) => Number.isInteger(x) && x >= 0 && x <= last,
  });
  const parameters = Object.freeze({
    lambda: several ? Object.freeze(several) : lambda,
    form,
    aggregate,
    feature: aggregate === "feature" ? feature : 0,
  });
  // What kernels are compiled for.
  const structure = [
    name,
    ...(form === "plain" ? [form] : []),
    ...(aggregate === "feature" ? [`feature ${feature}`] : aggregate === "norm" ? [aggregate] : []),
    ...(several ? [`${several.length} lambdas`] : []),
  ].join(", ");
  const made: LaiLoss = {
    name: `lai(${structure})`,
    family: "regression",
    parameters,
    definition: Object.freeze({
      family: "regression" as const,
      familyTraits: sloped,
      wgsl: `${definition.wgsl}// ${structure}`,
      traits: { boundedSlope: false },
    }),
    of: loss,
    toJSON(): LossSpec {
      const changed = Object.entries(parameters).filter(([key, value]) => value !== standard[key as "form"]);
      return { loss: "lai", params: Object.fromEntries(changed), of: loss.toJSON() };
    },
  };
  return Object.freeze(made);
}

/**
 * The Lai loss of absolute errors: `lai(absoluteError(), options)`.
 *
 * @throws LossError `parameter` as `lai`.
 * @see Lai, arXiv 2405.07884.
 */
export const laiMae = (options: Omit<LaiOptions, "form">): LaiLoss => lai(absoluteError(), options);

/**
 * The Lai loss of squared errors: `lai(squaredError(), options)`. "scaled", the default, squares the projected error.
 *
 * @throws LossError `parameter` as `lai`.
 * @see Lai, arXiv 2405.07884.
 */
export const laiMse = (options: LaiOptions): LaiLoss => lai(squaredError(), options);
