// Regression loss in float64; the same formula for the GPU is shaders/losses/welsch.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { functionsExpm1, lossesWelsch } from "../shaders.generated.js";

/** Welsch (Leclerc) loss: bounded by c²/2, with a Gaussian weight. */
export const welsch = define(regression, {
  name: "welsch",
  id: "welsch",
  parameters: { c: { default: 1, rule: rules.positive, doc: "scale, in units of the residual" } },
  wgsl: lossesWelsch,
  uses: [functionsExpm1],
  value: (r, { c }) => -0.5 * c * c * Math.expm1(-((r / c) ** 2)),
  slope: (r, { c }) => r * Math.exp(-((r / c) ** 2)),
  traits: { convex: false, boundedSlope: true, redescending: true },
  documentation: {
    formula: "c²/2 (1 - exp(-(r/c)²))",
    gradient: "r exp(-(r/c)²)",
    source: "our scale convention: second derivative 1 at r = 0",
    status: "derived",
  },
});
