// Binary loss in float64; the same formula for the GPU is shaders/losses/binaryCrossEntropy.wgsl.
import { binary } from "../families.js";
import { define, rules } from "../loss.js";
import { sigmoid, softplus } from "../numerics.js";
import { functionsLog1p, lossesBinaryCrossEntropy } from "../shaders.generated.js";

/** Binary cross-entropy of logits: softplus forms throughout, so that confident samples keep their digits. */
export const binaryCrossEntropy = define(binary, {
  name: "binaryCrossEntropy",
  id: "bce",
  parameters: {
    posWeight: { default: 1, rule: rules.nonNegative, doc: "weight of the positive term, against class imbalance" },
  },
  wgsl: lossesBinaryCrossEntropy,
  uses: [functionsLog1p],
  value: (o, { posWeight }, t) => posWeight * t * softplus(-o) + (1 - t) * softplus(o),
  slope: (o, { posWeight }, t) => (1 - t) * sigmoid(o) - posWeight * t * sigmoid(-o),
  traits: { convex: true, boundedSlope: true },
  documentation: {
    formula: "posWeight t softplus(-o) + (1 - t) softplus(o)",
    gradient: "(1 - t) sigmoid(o) - posWeight t sigmoid(-o)",
    source: "standard",
    status: "confirmed",
  },
});
