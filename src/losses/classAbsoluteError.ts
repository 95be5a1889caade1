// Class loss in float64; the same formula for the GPU is shaders/losses/classAbsoluteError.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, lossesClassAbsoluteError } from "../shaders.generated.js";

/** Mean absolute error of probabilities: bounded, robust to symmetric label noise, and slow to fit many classes. */
export const classAbsoluteError = defineClassLoss({
  name: "classAbsoluteError",
  id: "mae",
  parameters: {
    scale: {
      default: 1,
      rule: rules.positive,
      doc: "factor; 2 makes it the L1 distance between p and the one-hot label",
    },
  },
  wgsl: lossesClassAbsoluteError,
  uses: [functionsExpm1],
  value: (l, { scale }) => -scale * Math.expm1(l),
  slope: (l, { scale }) => -scale * Math.exp(l),
  difference: (a, l, { scale }) => -scale * Math.exp(l) * Math.expm1(a),
  power: ({ scale }) => [scale, 1],
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "scale (1 - p)",
    gradient: "scale p_y (p - e)",
    source: "Ghosh, Kumar, Sastry 2017, Robust Loss Functions under Label Noise for Deep Neural Networks",
    status: "confirmed",
  },
});
