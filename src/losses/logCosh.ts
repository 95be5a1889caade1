// Regression loss in float64; the same formula for the GPU is shaders/losses/logCosh.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { functionsExpm1, functionsLog1p, functionsTanh, lossesLogCosh } from "../shaders.generated.js";

/** Log-cosh: a Huber loss without a corner in its second derivative. */
export const logCosh = define(regression, {
  name: "logCosh",
  id: "logCosh",
  parameters: { c: { default: 1, rule: rules.positive, doc: "scale, in units of the residual" } },
  wgsl: lossesLogCosh,
  uses: [functionsExpm1, functionsLog1p, functionsTanh],
  value: (r, { c }) => {
    const x = Math.abs(r) / c;
    return c * c * (x < 0.4 ? Math.log1p(2 * Math.sinh(x / 2) ** 2) : x + Math.log1p(Math.exp(-2 * x)) - Math.LN2);
  },
  slope: (r, { c }) => c * Math.tanh(r / c),
  traits: { convex: true, boundedSlope: true },
  documentation: {
    formula: "c² ln cosh(r / c)",
    gradient: "c tanh(r / c)",
    source: "standard",
    status: "confirmed",
  },
});
