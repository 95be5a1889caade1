// Class loss composed of others: cross-entropy of scores of limited norm.
import { type ClassLoss, composed } from "../classes/loss.js";
import { rules } from "../loss.js";
import { limited } from "../modifiers/limited.js";
import { readParameters, specOf } from "../parameters.js";
import { crossEntropy } from "./crossEntropy.js";

const definitions = { tau: { default: 1, rule: rules.positive } };

/**
 * Cross-entropy of logits whose Euclidean norm is clipped: of z min(1, tau / ||z||). The bound of the logits bounds the loss.
 *
 * @param parameters `tau` (1): largest norm.
 * @throws LossError `parameter` for other parameters.
 * @see Wei et al. 2023, Mitigating Memorization of Noisy Labels by Clipping the Logit Norm, arXiv 2212.04055; one continuous threshold is our reading.
 */
export function logitClippedCrossEntropy(parameters: { readonly tau?: number } = {}): ClassLoss {
  const read = readParameters<{ tau: number }>(parameters, definitions, "logitClippedCrossEntropy");
  const terms = limited(crossEntropy(), 1, read.tau);
  return composed("logitClippedCrossEntropy", read, terms, () => specOf("logitClipCe", read, definitions));
}
