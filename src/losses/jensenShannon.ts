// Class loss in float64; the same formula for the GPU is shaders/losses/jensenShannon.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, functionsLog1p, lossesJensenShannon } from "../shaders.generated.js";

/** log(m / p), m = pi + (1 - pi) p: where pi is small they are nearly equal. */
const logRatio = (l: number, pi: number): number =>
  l > -700 ? Math.log1p((-pi * Math.expm1(l)) / Math.exp(l)) : Math.log1p((1 - pi) * Math.expm1(l)) - l;

/** Jensen-Shannon divergence between label and prediction, scaled: from cross-entropy (pi near 0) to mean absolute error (pi near 1). */
export const jensenShannon = defineClassLoss({
  name: "jensenShannon",
  id: "js",
  parameters: {
    pi: { default: 0.5, rule: rules.unitInterval, doc: "weight of the label" },
  },
  wgsl: lossesJensenShannon,
  uses: [functionsExpm1, functionsLog1p],
  value: (l, { pi }) => {
    const [u, w] = [-Math.expm1(l), 1 - pi];
    const logW = Math.log1p(-pi);
    return (w * u * logW + pi * Math.log1p(-w * u) + w * Math.exp(l) * logRatio(l, pi)) / (w * logW);
  },
  slope: (l, { pi }) => {
    const logW = Math.log1p(-pi);
    return (Math.exp(l) * (logRatio(l, pi) - logW)) / logW;
  },
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "[pi KL(e || m) + w KL(p || m)] / Z, m = pi e + w p, w = 1 - pi, Z = -w log w",
    gradient: "(w / Z) p_y log(m_y / (w p_y)) (p - e)",
    source:
      "Englesson, Azizpour 2021, Generalized Jensen-Shannon Divergence Loss for Learning with Noisy Labels; for rows of probabilities we extend it linearly, they take KL to the row",
    status: "confirmed",
  },
});
