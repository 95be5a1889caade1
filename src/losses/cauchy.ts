// Regression loss in float64; the same formula for the GPU is shaders/losses/cauchy.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { functionsLog1p, lossesCauchy } from "../shaders.generated.js";

/** Cauchy (Lorentzian) loss: grows with the logarithm of the residual. */
export const cauchy = define(regression, {
  name: "cauchy",
  id: "cauchy",
  parameters: { c: { default: 1, rule: rules.positive, doc: "scale, in units of the residual" } },
  wgsl: lossesCauchy,
  uses: [functionsLog1p],
  value: (r, { c }) => 0.5 * c * c * Math.log1p((r / c) ** 2),
  slope: (r, { c }) => r / (1 + (r / c) ** 2),
  traits: { convex: false, boundedSlope: true, redescending: true },
  documentation: {
    formula: "c²/2 ln(1 + (r/c)²)",
    gradient: "r / (1 + (r/c)²)",
    source: "our scale convention: second derivative 1 at r = 0",
    status: "derived",
  },
});
