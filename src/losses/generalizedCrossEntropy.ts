// Class loss in float64; the same formula for the GPU is shaders/losses/generalizedCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, lossesGeneralizedCrossEntropy } from "../shaders.generated.js";

/** Generalized cross-entropy: from cross-entropy (q = 0) to mean absolute error (q = 1). */
export const generalizedCrossEntropy = defineClassLoss({
  name: "generalizedCrossEntropy",
  id: "gce",
  parameters: {
    q: { default: 0.7, rule: rules.closedUnitInterval, doc: "0 cross-entropy, 1 mean absolute error" },
  },
  wgsl: lossesGeneralizedCrossEntropy,
  uses: [functionsExpm1],
  value: (l, { q }) => (q === 0 ? -l : -Math.expm1(q * l) / q),
  slope: (l, { q }) => -Math.exp(q * l),
  difference: (a, l, { q }) => (q === 0 ? -a : (-Math.exp(q * l) * Math.expm1(q * a)) / q),
  power: ({ q }) => [1, q],
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "(1 - p^q) / q",
    gradient: "p_y^q (p - e)",
    source: "Zhang, Sabuncu 2018, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels",
    status: "confirmed",
  },
});
