// Class loss in float64; the same formula for the GPU is shaders/losses/crossEntropy.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { lossesCrossEntropy } from "../shaders.generated.js";

/** Cross-entropy of logits: the negative log-probability of the labelled class. */
export const crossEntropy = defineClassLoss({
  name: "crossEntropy",
  id: "ce",
  parameters: {},
  wgsl: lossesCrossEntropy,
  value: (l) => -l,
  slope: () => -1,
  difference: (a) => -a,
  power: () => [1, 0],
  traits: { convex: true, boundedSlope: true },
  documentation: {
    formula: "-log p",
    gradient: "p - e",
    source: "standard",
    status: "confirmed",
  },
});
