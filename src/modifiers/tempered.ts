/** A loss at another temperature of the softmax. */
import { type ClassLoss, composed, requireClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { readParameters, specOf } from "../parameters.js";

const definitions = { alpha: { rule: rules.positive } };

/**
 * Scales the logits: l(alpha z, y) / alpha. The gradient is that of l at alpha z; the smaller alpha, the smoother the loss.
 *
 * @param loss any class loss, or a sum of them.
 * @param parameters `alpha`: inverse temperature, above 0.
 * @throws LossError `parameter` for what is no class loss, and for an `alpha` that is not above 0.
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347: the interpolation is the paper's, as a modifier of any loss it is our reading.
 */
export function tempered(loss: ClassLoss, parameters: { readonly alpha: number }): ClassLoss {
  requireClassLoss(loss, "tempered");
  const read = readParameters<{ alpha: number }>(parameters, definitions, "tempered");
  const { alpha } = read;
  const terms: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map((term) => ({
      ...term,
      // min(t, limit / ||alpha z||) alpha z = min(alpha t, limit / ||z||) z
      scores: { ...term.scores, temperature: alpha * term.scores.temperature },
      weight: term.weight / alpha,
    }));
  return composed(`tempered(${loss.name})`, read, terms, () => {
    const of = loss.toJSON();
    const base = of.loss === "symmetrized" ? (of.of as typeof of) : of;
    if (base.loss === "mae" && Object.keys(base.params ?? {}).length === 0) {
      return specOf("alphaMae", base === of ? read : { ...read, center: true });
    }
    return { ...specOf("tempered", read), of };
  });
}
