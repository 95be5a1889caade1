// Regression loss in float64; the same formula for the GPU is shaders/losses/gemanMcClure.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { lossesGemanMcClure } from "../shaders.generated.js";

/** Geman-McClure loss: bounded by c²/2, so that gross outliers stop pulling. */
export const gemanMcClure = define(regression, {
  name: "gemanMcClure",
  id: "gemanMcClure",
  parameters: { c: { default: 1, rule: rules.positive, doc: "scale, in units of the residual" } },
  wgsl: lossesGemanMcClure,
  value: (r, { c }) => (0.5 * r * r) / (1 + (r / c) ** 2),
  slope: (r, { c }) => r / (1 + (r / c) ** 2) ** 2,
  traits: { convex: false, boundedSlope: true, redescending: true },
  documentation: {
    formula: "r²/2 / (1 + (r/c)²)",
    gradient: "r / (1 + (r/c)²)²",
    source: "our scale convention: second derivative 1 at r = 0",
    status: "derived",
  },
});
