// Regression loss in float64; the same formula for the GPU is shaders/losses/smoothL1.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { lossesSmoothL1 } from "../shaders.generated.js";

/** Smooth L1: Huber divided by its width, so that the tails have slope 1. */
export const smoothL1 = define(regression, {
  name: "smoothL1",
  id: "smoothL1",
  parameters: {
    beta: { default: 1, rule: rules.positive, doc: "width of the quadratic middle, in units of the residual" },
  },
  wgsl: lossesSmoothL1,
  value: (r, { beta }) => {
    const a = Math.abs(r);
    return a <= beta ? (0.5 * r * r) / beta : a - 0.5 * beta;
  },
  slope: (r, { beta }) => Math.min(1, Math.max(-1, r / beta)),
  traits: { convex: true, boundedSlope: true },
  documentation: {
    formula: "r²/(2 beta) for |r| <= beta, else |r| - beta/2",
    gradient: "clamp(r / beta, -1, 1)",
    source: "Girshick 2015 (Fast R-CNN)",
    status: "confirmed",
  },
});
