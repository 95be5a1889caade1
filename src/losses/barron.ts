// Regression loss in float64; the same formula for the GPU is shaders/losses/barron.wgsl.
import { regression } from "../families.js";
import { define, rules } from "../loss.js";
import { functionsExpm1, functionsLog1p, lossesBarron } from "../shaders.generated.js";

/** Barron's general robust loss: one shape parameter runs from squared error to Welsch. */
export const barron = define(regression, {
  name: "barron",
  id: "barron",
  parameters: {
    alpha: {
      rule: rules.extendedReal,
      doc: "shape: 2 squared error, 1 Charbonnier, 0 Cauchy, -2 Geman-McClure, -Infinity Welsch",
    },
    c: { default: 1, rule: rules.positive, doc: "scale, in units of the residual" },
  },
  wgsl: lossesBarron,
  uses: [functionsExpm1, functionsLog1p],
  value: (r, { alpha, c }) => {
    const v = (r / c) ** 2;
    const b = Math.abs(alpha - 2);
    if (b === 0) return 0.5 * v;
    if (b === Infinity) return Math.sign(alpha) * Math.expm1((Math.sign(alpha) * v) / 2);
    const l = Math.log1p(v / b);
    const t = (alpha * l) / 2;
    return 0.5 * b * l * (Math.abs(t) < 1e-8 ? 1 + t / 2 : Math.expm1(t) / t);
  },
  slope: (r, { alpha, c }) => {
    const v = (r / c) ** 2;
    const b = Math.abs(alpha - 2);
    if (b === 0) return r / (c * c);
    if (b === Infinity) return (r / (c * c)) * Math.exp((Math.sign(alpha) * v) / 2);
    return (r / (c * c)) * Math.exp((alpha / 2 - 1) * Math.log1p(v / b));
  },
  traits: { convex: false, boundedSlope: false },
  documentation: {
    formula: "(b/alpha) (((r/c)²/b + 1)^(alpha/2) - 1), b = |alpha - 2|",
    gradient: "(r/c²) ((r/c)²/b + 1)^(alpha/2 - 1)",
    source: "Barron 2019, A General and Adaptive Robust Loss Function",
    status: "confirmed",
  },
});
