/** Sums of class losses. */
import { type ClassLoss, composed, requireClassLoss } from "../classes/loss.js";
import { checkParameter, refuse } from "../errors.js";
import { rules } from "../loss.js";

/**
 * Adds class losses up, each with its weight: active-passive losses such as
 * `weightedSum([[1, normalized(crossEntropy())], [4, classAbsoluteError()]])`. All parts share one pass over the logits.
 *
 * @param parts pairs of a finite weight and a class loss; at least one, at most 8.
 * @throws LossError `parameter` for anything else.
 * @see Ma et al. 2020, Normalized Loss Functions for Deep Learning with Noisy Labels
 */
export function weightedSum(parts: readonly (readonly [weight: number, loss: ClassLoss])[]): ClassLoss {
  const given: unknown = parts;
  const pairs = Array.isArray(given) && Array.from(given).every(Array.isArray); // of holes as well
  if (!(pairs && parts.length >= 1 && parts.length <= 8)) {
    refuse("parameter", "weightedSum", "parts must be 1 to 8 pairs [weight, loss]", parts, "Nest sums for more.");
  }
  const own: (readonly [number, ClassLoss])[] = [];
  for (const [weight, loss] of parts) {
    checkParameter("weightedSum", "a weight", weight, rules.finite);
    requireClassLoss(loss, "weightedSum");
    own.push([weight, loss]);
  }
  const terms: ClassLoss["terms"] = (classes) =>
    own.flatMap(([weight, loss]) => loss.terms(classes).map((term) => ({ ...term, weight: weight * term.weight })));
  return composed("weightedSum", {}, terms, () => ({
    loss: "weightedSum",
    params: {},
    of: own.map(([weight, loss]) => [weight, loss.toJSON()] as const),
  }));
}
