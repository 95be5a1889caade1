// Regression loss in float64; the same formula for the GPU is shaders/losses/tukey.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { lossesTukey } from "../shaders.generated.js";

/** Tukey biweight: residuals beyond c have no influence at all. */
export const tukey = define(regression, {
  name: "tukey",
  id: "tukey",
  parameters: { c: { default: 4.685, rule: rules.positive, doc: "scale, in units of the residual" } },
  wgsl: lossesTukey,
  value: (r, { c }) => {
    const v = Math.min(1, (r / c) ** 2);
    return ((c * c) / 6) * v * (3 + v * (v - 3));
  },
  slope: (r, { c }) => (Math.abs(r) >= c ? 0 : r * (1 - (r / c) ** 2) ** 2),
  traits: { convex: false, boundedSlope: true, redescending: true },
  documentation: {
    formula: "c²/6 (1 - (1 - (r/c)²)³) for |r| <= c, else c²/6",
    gradient: "r (1 - (r/c)²)² for |r| <= c, else 0",
    source: "Beaton and Tukey 1974; c = 4.685 keeps 95 % efficiency for unit-variance Gaussian noise",
    status: "confirmed",
  },
});
