// Class loss composed of others: the symmetrized generalized cross-entropy.
import type { ClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { symmetrized } from "../modifiers/symmetrized.js";
import { readParameters } from "../parameters.js";
import { generalizedCrossEntropy } from "./generalizedCrossEntropy.js";

const definitions = { q: { rule: rules.closedUnitInterval } };

/**
 * Symmetrized generalized cross-entropy, `symmetrized(generalizedCrossEntropy({ q }))`: (mean over k of p_k^q - p_y^q) / q, from the
 * unhinged loss (q = 0) to the mean absolute error less 1 - 1/K (q = 1). Bounded for q > 0. With three or more classes it does not
 * become smooth as q falls: the largest curvature tends to (1 - 2/K) / 2, at logit gaps of the order 1/q. Bound the logits.
 *
 * @param parameters `q`: 0 to 1, no default.
 * @throws LossError `parameter` for other parameters.
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347; its constant is unknown to us, ours makes the sum over labels 0.
 */
export function sgce(parameters: { readonly q: number }): ClassLoss {
  return symmetrized(generalizedCrossEntropy(readParameters<{ q: number }>(parameters ?? {}, definitions, "sgce")));
}
