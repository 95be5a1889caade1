/** The normalized negative losses of active-negative learning. */
import { type ClassLoss, composed, onlyTerm, requireClassLoss } from "../classes/loss.js";
import { psiAt } from "../classes/terms.js";
import { refuse } from "../errors.js";
import { rules } from "../loss.js";
import { readParameters, specOf } from "../parameters.js";

const definitions = { minProb: { default: 1e-7, rule: rules.unitInterval } };

/**
 * Turns a loss upside down and normalizes it: 1 - n_y / sum over classes k of n_k, where n = A - l is what is left to the loss A at
 * probability `minProb`, and 0 below it.
 *
 * @param loss a base loss, also tempered or partially Huberized.
 * @param parameters `minProb` (1e-7): the probability at which the loss counts as complete; below 1 / K for K classes, or a row where no
 *   class reaches it has nothing to divide by, and a loss of NaN.
 * @throws LossError `parameter` for what is no such loss, and for a `minProb` that is not between 0 and 1.
 * @see Ye et al. 2023, Active Negative Loss Functions for Learning with Noisy Labels; their code
 */
export function normalizedNegative(loss: ClassLoss, parameters: { readonly minProb?: number } = {}): ClassLoss {
  requireClassLoss(loss, "normalizedNegative");
  const read = readParameters<{ minProb: number }>(parameters, definitions, "normalizedNegative");
  const lowest = Math.log(read.minProb);
  const terms: ClassLoss["terms"] = (classes) => {
    const term = onlyTerm(loss.terms(classes), loss, "normalizedNegative");
    if (term.share || term.mean !== 0 || term.sum !== 0) {
      const rule = "the loss must depend on the labelled class alone";
      refuse("parameter", "normalizedNegative", rule, loss.name, "Use a base loss, and other modifiers outside.");
    }
    const [most] = psiAt(term.psi, lowest, 0);
    return [{ ...term, share: { kind: "complement", most, lowest } as const, weight: 1, label: 1 }];
  };
  return composed(`normalizedNegative(${loss.name})`, read, terms, () => {
    const of = loss.toJSON();
    if (of.loss === "ce") return specOf("nnce", read, definitions);
    if (of.loss === "focal")
      return specOf(
        "nnfl",
        { ...loss.parameters, ...read },
        { gamma: { default: 0.5 }, detach: { default: true }, ...definitions },
      );
    return { ...specOf("normalizedNegative", read, definitions), of };
  });
}
