// Regression loss in float64; the same formula for the GPU is shaders/losses/quantile.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { lossesQuantile } from "../shaders.generated.js";

/** Quantile (pinball) loss: the minimiser is the tau-quantile instead of the mean. */
export const quantile = define(regression, {
  name: "quantile",
  id: "quantile",
  parameters: { tau: { default: 0.5, rule: rules.unitInterval, doc: "which quantile to fit, between 0 and 1" } },
  wgsl: lossesQuantile,
  value: (r, { tau }) => Math.max(-tau * r, (1 - tau) * r),
  slope: (r, { tau }) => (r < 0 ? -tau : r > 0 ? 1 - tau : 0),
  traits: { convex: true, boundedSlope: true, kinks: () => [0] },
  documentation: {
    formula: "max(tau e, (tau - 1) e), e = target - prediction",
    gradient: "-tau for r < 0, 1 - tau for r > 0, 0 at r = 0",
    source: "Koenker and Bassett 1978",
    status: "confirmed",
  },
});
