// Class loss in float64; the same formula for the GPU is shaders/losses/focal.wgsl.
import { defineClassLoss } from "../classes/loss.js";
import { rules } from "../loss.js";
import { functionsExpm1, functionsLog1p, lossesFocal } from "../shaders.generated.js";

/** Focal loss: cross-entropy that takes less interest in what is already right. */
export const focal = defineClassLoss<"gamma", "detach">({
  name: "focal",
  id: "focal",
  parameters: {
    gamma: { default: 0.5, rule: rules.nonNegative, doc: "how much less; 0 is cross-entropy" },
    detach: {
      default: false,
      rule: rules.flag,
      doc: "true: the weight (1 - p)^gamma counts as a constant in the gradient, as in code that the literature compares with",
    },
  },
  wgsl: lossesFocal,
  uses: [functionsExpm1, functionsLog1p],
  value: (l, { gamma }) => (-Math.expm1(l)) ** gamma * -l,
  slope: (l, { gamma, detach }) => {
    const u = -Math.expm1(l);
    return -(u ** gamma) * (detach ? 1 : 1 + gamma * Math.exp(l) * (u > 0 ? -l / u : 1));
  },
  traits: { convex: false, boundedSlope: true },
  documentation: {
    formula: "(1 - p)^gamma (-log p)",
    gradient: "(1 - p_y)^gamma (1 + gamma p_y (-log p_y) / (1 - p_y)) (p - e); (1 - p_y)^gamma (p - e) if detached",
    source: "Lin et al. 2017, Focal Loss for Dense Object Detection",
    status: "confirmed",
  },
});
