// Class loss in float64; the same formula for the GPU is shaders/losses/asymmetricGeneralizedCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { powerRise } from "../numerics.js";
import { functionsExpm1, functionsLog1p, lossesAsymmetricGeneralizedCrossEntropy } from "../shaders.generated.js";

/** Asymmetric generalized cross-entropy: robust where clean labels dominate. */
export const asymmetricGeneralizedCrossEntropy = defineClassLoss({
  name: "asymmetricGeneralizedCrossEntropy",
  id: "agce",
  parameters: {
    a: { rule: rules.nonNegative, doc: "offset of the probability; 0 is generalized cross-entropy" },
    q: { rule: rules.positive, doc: "exponent" },
  },
  wgsl: lossesAsymmetricGeneralizedCrossEntropy,
  uses: [functionsExpm1, functionsLog1p],
  value: (l, { a, q }) => {
    if (a === 0) return -Math.expm1(q * l) / q;
    return powerRise(a + Math.exp(l), -Math.expm1(l), q);
  },
  slope: (l, { a, q }) => (a === 0 ? -Math.exp(q * l) : -Math.exp(l) * (a + Math.exp(l)) ** (q - 1)),
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "((a + 1)^q - (a + p)^q) / q",
    gradient: "p_y (a + p_y)^(q - 1) (p - e)",
    source: "Zhou et al. 2021, Asymmetric Loss Functions for Learning with Noisy Labels; their code",
    status: "confirmed",
  },
});
