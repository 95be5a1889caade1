/** Scores of a bounded or a fixed Euclidean norm: what `logitClippedCrossEntropy` and `unhingedL2` have in common. */
import type { ClassLoss } from "../classes/loss.js";

/** Terms of a loss whose logits are scaled by min(temperature, limit / ||z||). */
export const limited = (loss: ClassLoss, temperature: number, limit: number): ClassLoss["terms"] => {
  return (classes) => loss.terms(classes).map((term) => ({ ...term, scores: { temperature, limit, tail: 1 } }));
};
