// Class loss in float64; the same formula for the GPU is shaders/losses/taylorCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, lossesTaylorCrossEntropy } from "../shaders.generated.js";

/** Taylor cross-entropy: the first t terms of the series of -log p, from mean absolute error (t = 1) to cross-entropy. */
export const taylorCrossEntropy = defineClassLoss({
  name: "taylorCrossEntropy",
  id: "tce",
  parameters: {
    t: { default: 2, rule: rules.terms, doc: "number of terms, 1 to 1000" },
  },
  wgsl: lossesTaylorCrossEntropy,
  uses: [functionsExpm1],
  value: (l, { t }) => {
    const u = -Math.expm1(l);
    let sum = 0;
    for (let i = t; i > 0; i--) sum = (sum + 1 / i) * u;
    return sum;
  },
  slope: (l, { t }) => {
    const u = -Math.expm1(l);
    let sum = 0;
    for (let i = 0; i < t; i++) sum = sum * u + 1;
    return -Math.exp(l) * sum;
  },
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "sum of (1 - p)^i / i, i = 1 .. t",
    gradient: "(1 - (1 - p_y)^t) (p - e)",
    source: "Feng et al. 2020, Can Cross Entropy Loss Be Robust to Label Noise?",
    status: "confirmed",
  },
});
