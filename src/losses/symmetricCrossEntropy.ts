// Class loss in float64; the same formula for the GPU is shaders/losses/symmetricCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, lossesSymmetricCrossEntropy } from "../shaders.generated.js";

/** Symmetric cross-entropy: cross-entropy plus reverse cross-entropy. */
export const symmetricCrossEntropy = defineClassLoss({
  name: "symmetricCrossEntropy",
  id: "sce",
  parameters: {
    alpha: { default: 0.1, rule: rules.nonNegative, doc: "weight of the cross-entropy" },
    beta: { default: 1, rule: rules.nonNegative, doc: "weight of the reverse cross-entropy" },
    A: { default: Math.log(1e-4), rule: rules.negative, doc: "what log 0 counts as" },
  },
  wgsl: lossesSymmetricCrossEntropy,
  uses: [functionsExpm1],
  value: (l, { alpha, beta, A }) => beta * A * Math.expm1(l) - alpha * l,
  slope: (l, { alpha, beta, A }) => beta * A * Math.exp(l) - alpha,
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "alpha (-log p) + beta (-A) (1 - p)",
    gradient: "(alpha - beta A p_y) (p - e)",
    source: "Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels",
    status: "confirmed",
  },
});
