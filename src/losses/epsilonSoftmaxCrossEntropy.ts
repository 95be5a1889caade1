// Class loss in float64; the same formula for the GPU is shaders/losses/epsilonSoftmaxCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, functionsLog1p, lossesEpsilonSoftmaxCrossEntropy } from "../shaders.generated.js";

/** Cross-entropy after epsilon-softmax: m is added to the largest probability, which bounds the loss of what is predicted. */
export const epsilonSoftmaxCrossEntropy = defineClassLoss({
  name: "epsilonSoftmaxCrossEntropy",
  id: "epsSoftmaxCe",
  parameters: {
    m: { rule: rules.nonNegative, doc: "added to the largest probability before normalising" },
    eps: { default: 1e-8, rule: rules.unitInterval, doc: "least probability that the logarithm sees" },
  },
  wgsl: lossesEpsilonSoftmaxCrossEntropy,
  uses: [functionsExpm1, functionsLog1p],
  usesTop: true,
  value: (l, { m, eps }, top) =>
    top ? -Math.log1p(Math.expm1(l) / (m + 1)) : Math.min(Math.log1p(m) - l, -Math.log(eps)),
  slope: (l, { m, eps }, top) => {
    if (top) return -Math.exp(l) / (Math.exp(l) + m);
    return Math.log1p(m) - l > -Math.log(eps) ? 0 : -1;
  },
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "-log max((p + m [p is largest]) / (1 + m), eps)",
    gradient: "p_y / (p_y + m) (p - e) if p_y is largest, else p - e, or 0 once clamped",
    source: "Wang et al. 2024, epsilon-Softmax: Approximating One-Hot Vectors for Mitigating Label Noise; their code",
    status: "confirmed",
  },
});
