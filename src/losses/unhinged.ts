// Class loss composed of others: symmetrized cross-entropy.
import type { ClassLoss } from "../classes/loss.js";
import { symmetrized } from "../modifiers/symmetrized.js";
import { crossEntropy } from "./crossEntropy.js";

/**
 * The multi-class unhinged loss: mean(z) - z_y, which is `symmetrized(crossEntropy())`. Convex, linear, symmetric, and unbounded below:
 * normalise the scores, as `unhingedL2` does.
 *
 * @see Lemire Paquin, Chaib-draa, Giguère 2026, Symmetrization, arXiv 2605.20347, Theorem 5.1; scale and offset are our convention.
 */
export const unhinged = (): ClassLoss => symmetrized(crossEntropy());
