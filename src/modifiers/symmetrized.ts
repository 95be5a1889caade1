/** The modifier of the Symmetrization paper: minus the mean over classes. */
import { type ClassLoss, composed, requireClassLoss } from "../classes/loss.js";
import { specOf } from "../parameters.js";

/**
 * Makes any class loss robust to uniform label noise: l(z, y) - mean over classes k of l(z, k). The sum over all labels is 0, so noise
 * that flips labels uniformly scales the risk and adds a constant, but does not move its minimum.
 *
 * Of cross-entropy it makes the unhinged loss, which is unbounded below: normalise the scores (`unhingedL2`, or a batch norm).
 *
 * @param loss any class loss, or a sum of them.
 * @throws LossError `parameter` for what is no class loss.
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347, Prop. 4.1: unique up to a constant; taking 0 is our choice.
 */
export function symmetrized(loss: ClassLoss): ClassLoss {
  requireClassLoss(loss, "symmetrized");
  const terms: ClassLoss["terms"] = (classes) =>
    loss.terms(classes).map((term) => ({ ...term, mean: -term.label, sum: 0, constant: 0 }));
  return composed(`symmetrized(${loss.name})`, {}, terms, () => {
    const of = loss.toJSON();
    if (of.loss === "ce") return { loss: "unhinged", params: {} };
    if (of.loss === "gce") return specOf("sgce", loss.parameters);
    return { loss: "symmetrized", params: {}, of };
  });
}
