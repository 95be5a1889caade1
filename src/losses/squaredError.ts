// Regression loss in float64; the same formula for the GPU is shaders/losses/squaredError.wgsl.
import { regression } from "../families.js";
import { define } from "../loss.js";
import { lossesSquaredError } from "../shaders.generated.js";

/** Squared error: the least-squares loss, without a factor of one half. */
export const squaredError = define(regression, {
  name: "squaredError",
  id: "mse",
  parameters: {},
  wgsl: lossesSquaredError,
  value: (r) => r * r,
  slope: (r) => 2 * r,
  traits: { convex: true, boundedSlope: false },
  documentation: {
    formula: "r²",
    gradient: "2 r",
    source: "standard",
    status: "confirmed",
  },
});
