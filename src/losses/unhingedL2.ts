// Class loss composed of others: the unhinged loss of scores of a fixed norm.
import { type ClassLoss, composed } from "../classes/loss.js";
import { rules } from "../loss.js";
import { limited } from "../modifiers/limited.js";
import { readParameters, specOf } from "../parameters.js";
import { unhinged } from "./unhinged.js";

const definitions = { scale: { default: 1, rule: rules.positive } };

/**
 * The unhinged loss of scores with Euclidean norm `scale`: `unhinged()` of scale z / ||z||. Bounded by twice the scale. A row of zeros has
 * value and gradient 0.
 *
 * @param parameters `scale` (1): norm of the scores.
 * @throws LossError `parameter` for other parameters.
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347, section 7.2, normalises the scores; the constants are our reading.
 */
export function unhingedL2(parameters: { readonly scale?: number } = {}): ClassLoss {
  const read = readParameters<{ scale: number }>(parameters, definitions, "unhingedL2");
  const terms = limited(unhinged(), Infinity, read.scale);
  return composed("unhingedL2", read, terms, () => specOf("unhingedL2", read, definitions));
}
