// Class loss in float64; the same formula for the GPU is shaders/losses/asymmetricExponential.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { lossesAsymmetricExponential } from "../shaders.generated.js";

/** Asymmetric exponential loss: exp(-p / a), robust where clean labels dominate. Its least value is exp(-1 / a), not 0. */
export const asymmetricExponential = defineClassLoss({
  name: "asymmetricExponential",
  id: "ael",
  parameters: {
    a: { rule: rules.positive, doc: "scale of the probability" },
  },
  wgsl: lossesAsymmetricExponential,
  value: (l, { a }) => Math.exp(-Math.exp(l) / a),
  slope: (l, { a }) => (-Math.exp(l) / a) * Math.exp(-Math.exp(l) / a),
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "exp(-p / a)",
    gradient: "(p_y / a) exp(-p_y / a) (p - e)",
    source: "Zhou et al. 2021, Asymmetric Loss Functions for Learning with Noisy Labels; their code",
    status: "confirmed",
  },
});
