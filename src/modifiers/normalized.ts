/** A loss as its share of the losses of all classes. */
import { type ClassLoss, composed, onlyTerm, requireClassLoss } from "../classes/loss.js";
import { refuse } from "../errors.js";

/**
 * Divides a loss by its sum over all classes: l(z, y) / sum over classes k of l(z, k). The result is symmetric: its sum over all
 * labels is 1. On the GPU the loss of a row whose sum is below 1e-30 counts as not finite: float32 cannot tell its shares.
 *
 * @param loss a positive loss of a single term: a base loss, also tempered, smoothed or partially Huberized; no symmetrized one, no sum.
 * @throws LossError `parameter` for what is no such loss.
 * @see Ma et al. 2020, Normalized Loss Functions for Deep Learning with Noisy Labels
 */
export function normalized(loss: ClassLoss): ClassLoss {
  requireClassLoss(loss, "normalized");
  const terms: ClassLoss["terms"] = (classes) => {
    const term = onlyTerm(loss.terms(classes), loss, "normalized");
    const { label, mean, sum } = term;
    const whole = label + mean + sum * classes;
    if (term.share || whole === 0 || term.constant !== 0) {
      refuse("parameter", "normalized", "the loss must be positive", loss.name, "Normalize first, symmetrize after.");
    }
    const share = { kind: "normalized" } as const;
    return [{ ...term, share, weight: 1, label: label / whole, mean: (mean + sum * classes) / whole, sum: 0 }];
  };
  return composed(`normalized(${loss.name})`, {}, terms, () => {
    const of = loss.toJSON();
    const id = { ce: "nce", focal: "nfl", gce: "ngce" }[of.loss];
    return id ? { ...of, loss: id } : { loss: "normalized", params: {}, of };
  });
}
