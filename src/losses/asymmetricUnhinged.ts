// Class loss in float64; the same formula for the GPU is shaders/losses/asymmetricUnhinged.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { powerRise } from "../numerics.js";
import { functionsExpm1, functionsLog1p, lossesAsymmetricUnhinged } from "../shaders.generated.js";

/** Asymmetric unhinged loss: a power of a - p, robust where clean labels dominate. */
export const asymmetricUnhinged = defineClassLoss({
  name: "asymmetricUnhinged",
  id: "aul",
  parameters: {
    a: { rule: rules.aboveOne, doc: "offset, above 1" },
    q: { rule: rules.positive, doc: "exponent" },
  },
  wgsl: lossesAsymmetricUnhinged,
  uses: [functionsExpm1, functionsLog1p],
  value: (l, { a, q }) => powerRise(a - 1, -Math.expm1(l), q),
  slope: (l, { a, q }) => -Math.exp(l) * (a - 1 - Math.expm1(l)) ** (q - 1),
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "((a - p)^q - (a - 1)^q) / q",
    gradient: "p_y (a - p_y)^(q - 1) (p - e)",
    source: "Zhou et al. 2021, Asymmetric Loss Functions for Learning with Noisy Labels; their code",
    status: "confirmed",
  },
});
