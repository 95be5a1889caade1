/** Label smoothing as a modifier. */
import { type ClassLoss, composed, requireClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { readParameters, specOf } from "../parameters.js";

const definitions = { eps: { default: 0.1, rule: rules.finite } };

/**
 * Smooths the label: (1 - eps) l(z, y) + eps times the mean over classes k of l(z, k). A row of probabilities q becomes
 * (1 - eps) q + eps sum(q) / K.
 *
 * @param loss any class loss, or a sum of them.
 * @param parameters `eps` (0.1): the part of the label that all classes share; negative values sharpen, and towards minus infinity
 *   smoothed(l) / (1 - eps) becomes symmetrized(l).
 * @throws LossError `parameter` for what is no class loss, and for an `eps` that is not finite.
 * @see Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision
 */
export function smoothed(loss: ClassLoss, parameters: { readonly eps?: number } = {}): ClassLoss {
  requireClassLoss(loss, "smoothed");
  const read = readParameters<{ eps: number }>(parameters, definitions, "smoothed");
  const { eps } = read;
  const terms: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map((term) => ({
      ...term,
      label: (1 - eps) * term.label,
      // All of a symmetrized term cancels, whatever the rounding.
      mean: term.label + term.mean === 0 ? (eps - 1) * term.label : term.mean + eps * term.label,
    }));
  return composed(`smoothed(${loss.name})`, read, terms, () => {
    const of = loss.toJSON();
    if (of.loss === "ce") return specOf("labelSmoothing", read, definitions);
    return { ...specOf("smoothed", read, definitions), of };
  });
}
