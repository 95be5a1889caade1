// Class loss composed of others: the tempered absolute error of probabilities.
import { type ClassLoss, composed } from "../classes/loss.js";
import { refuse } from "../errors.js";
import { rules } from "../loss.js";
import { symmetrized } from "../modifiers/symmetrized.js";
import { tempered } from "../modifiers/tempered.js";
import { readParameters, specOf } from "../parameters.js";
import { classAbsoluteError } from "./classAbsoluteError.js";
import { unhinged } from "./unhinged.js";

const definitions = {
  alpha: { rule: rules.nonNegative },
  center: { default: false, rule: rules.flag },
  kScale: { default: false, rule: rules.flag },
};

/**
 * alpha-MAE: the mean absolute error at inverse temperature alpha, (1 - softmax(alpha z)_y) / alpha. Its gradient is
 * pi_y (pi - e) with pi = softmax(alpha z), and its largest curvature alpha / (3 sqrt 3): smoother as alpha falls.
 *
 * @param parameters `alpha`: above 0, or 0 with `center`, no default; `center` (false): subtract the mean over classes, so that the sum over
 *   labels is 0 and the limit alpha = 0 exists; `kScale` (false): times the number of classes, so that this limit is `unhinged()`.
 * @throws LossError `parameter` for other parameters.
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347: name and interpolation are the paper's, the formula is our reading.
 */
export function alphaMae(parameters: {
  readonly alpha: number;
  readonly center?: boolean;
  readonly kScale?: boolean;
}): ClassLoss {
  type Read = { alpha: number; center: boolean; kScale: boolean };
  const read = readParameters<Read>(parameters ?? {}, definitions, "alphaMae");
  const { alpha, center, kScale } = read;
  if (alpha === 0 && !center) {
    refuse(
      "parameter",
      "alphaMae",
      "alpha must be above 0 without center",
      alpha,
      "Its limit is finite with center: true.",
    );
  }
  const base = center ? symmetrized(classAbsoluteError()) : classAbsoluteError();
  // The limit of (1/K - softmax(alpha z)_y) / alpha is unhinged / K.
  const loss = alpha === 0 ? unhinged() : tempered(base, { alpha });
  const power = (kScale ? 1 : 0) - (alpha === 0 ? 1 : 0);
  const terms: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map((term) => ({ ...term, weight: term.weight * classes ** power }));
  return composed("alphaMae", read, terms, () => specOf("alphaMae", read, definitions));
}
