// Class loss in float64; the same formula for the GPU is shaders/losses/reverseCrossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, lossesReverseCrossEntropy } from "../shaders.generated.js";

/** Reverse cross-entropy: the label takes the place of the prediction, with log 0 = A; mean absolute error times -A. */
export const reverseCrossEntropy = defineClassLoss({
  name: "reverseCrossEntropy",
  id: "rce",
  parameters: {
    A: { default: Math.log(1e-4), rule: rules.negative, doc: "what log 0 counts as" },
  },
  wgsl: lossesReverseCrossEntropy,
  uses: [functionsExpm1],
  value: (l, { A }) => A * Math.expm1(l),
  slope: (l, { A }) => A * Math.exp(l),
  power: ({ A }) => [-A, 1],
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "-A (1 - p)",
    gradient: "-A p_y (p - e)",
    source:
      "Wang et al. 2019, Symmetric Cross Entropy for Robust Learning with Noisy Labels; ln 1e-4 is their code, -4 their text",
    status: "confirmed",
  },
});
