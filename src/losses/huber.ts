// Regression loss in float64; the same formula for the GPU is shaders/losses/huber.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { lossesHuber } from "../shaders.generated.js";

/** Huber loss: squared error near 0 and absolute error beyond delta; equals clipping the gradient of r²/2 to [-delta, delta]. */
export const huber = define(regression, {
  name: "huber",
  id: "huber",
  parameters: {
    delta: { default: 1, rule: rules.positive, doc: "width of the quadratic middle, in units of the residual" },
  },
  wgsl: lossesHuber,
  value: (r, { delta }) => {
    const a = Math.abs(r);
    return a <= delta ? 0.5 * r * r : delta * (a - 0.5 * delta);
  },
  slope: (r, { delta }) => Math.min(delta, Math.max(-delta, r)),
  traits: { convex: true, boundedSlope: true },
  documentation: {
    formula: "r²/2 for |r| <= delta, else delta (|r| - delta/2)",
    gradient: "clamp(r, -delta, delta)",
    source: "Huber 1964",
    status: "confirmed",
  },
});
