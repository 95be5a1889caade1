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
 * m(k) = max(|k| / min(lambda, 1), max(lambda, 1)) / sqrt(1 + k²). The factor is not monotone in the slope: it is least at |k| = lambda,
 * so that training pulls slopes towards lambda; lambda below 1 smooths, above 1 it makes the model more sensitive.
 *
 * @param loss any regression loss.
 * @param options `lambda` above 0, or one per feature; `form: "plain"`, of `squaredError` only: F r² with lambda not squared; `aggregate`
 *   "mean" over features, one "feature", or the "norm" of all slopes (of one lambda); `feature`: which.
 * @throws LossError `parameter` for another loss, or options that cannot be.
 * @see Lai, arXiv 2405.07884. Several features are our reading; lambda is as transcribed by others.
 */
export function lai(loss: RegressionLoss, options: LaiOptions): LaiLoss {
  if (!(loss?.family === "regression" && typeof loss.definition?.value === "function")) {
    refuse("parameter", "lai", "the loss must be a regression loss", loss, "zMasked goes outermost.");
  }
  const { name, definition } = loss;
  const subject = `lai(${name})`;
  refuseUnknown(options ?? {}, ["lambda", ...Object.keys(standard)], subject);
  const { lambda, form, aggregate, feature } = { ...standard, ...options };
  const one = { text: "be a finite number above 0", test: (x: number) => Number.isFinite(x) && x > 0 };
  const several = Array.isArray(lambda) && aggregate !== "norm" && lambda.length > 0;
  for (const each of several ? (lambda as number[]) : [lambda]) checkParameter(subject, "lambda", each, one);
  checkParameter(subject, "form", form, choice(name === "squaredError" ? ["scaled", "plain"] : ["scaled"]));
  checkParameter(subject, "aggregate", aggregate, choice(["mean", "feature", "norm"]));
  checkParameter(subject, "feature", feature, {
    text: "be a whole number",
    test: (x: number) => Number.isInteger(x) && x >= 0 && (!several || x < (lambda as number[]).length),
  });
  const parameters = Object.freeze({
    lambda: several ? Object.freeze([...(lambda as number[])]) : lambda,
    form,
    aggregate,
    feature: aggregate === "feature" ? feature : 0,
  });
  const made: LaiLoss = {
    name: subject,
    family: "regression",
    parameters,
    definition: Object.freeze({
      family: "regression" as const,
      familyTraits: sloped,
      wgsl: [definition.wgsl, form, aggregate, several ? (lambda as number[]).length : 1].join("\n//"),
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

/** The Lai loss of absolute errors: `lai(absoluteError(), options)`. */
export const laiMae = (options: Omit<LaiOptions, "form">): LaiLoss => lai(absoluteError(), options);

/** The Lai loss of squared errors: `lai(squaredError(), options)`. "scaled", the default, squares the projected error. */
export const laiMse = (options: LaiOptions): LaiLoss => lai(squaredError(), options);
