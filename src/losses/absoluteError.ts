// Regression loss in float64; the same formula for the GPU is shaders/losses/absoluteError.wgsl.
import { regression } from "../families.js";
import { define } from "../loss.js";
import { lossesAbsoluteError } from "../shaders.generated.js";

/** Absolute error: fits the median; every sample pulls with the same force. */
export const absoluteError = define(regression, {
  name: "absoluteError",
  id: "l1",
  parameters: {},
  wgsl: lossesAbsoluteError,
  value: (r) => Math.abs(r),
  slope: (r) => Math.sign(r),
  traits: { convex: true, boundedSlope: true, kinks: () => [0] },
  documentation: {
    formula: "|r|",
    gradient: "sign r, 0 at r = 0",
    source: "standard",
    status: "confirmed",
  },
});
