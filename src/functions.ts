/** WGSL for the losses of users: functions that the language lacks, or allows to be coarse. */
import { functionsExpm1, functionsLog1p, functionsSigmoid, functionsTanh } from "./shaders.generated.js";

/**
 * Functions that the WGSL of a loss may call, each accurate to a few units in the last place of float32 (f32 in, f32 out):
 * `log1p(x)` for x >= -0.5, `expm1(x)`, `sigmoid(x)`, and `tanh_accurate(x)`, which calls `expm1`. A definition names the texts
 * in `uses`: `uses: [wgslFunctions.log1p]`.
 */
export const wgslFunctions = {
  /** ln(1 + x), for x >= -0.5. */
  log1p: functionsLog1p,
  /** e^x - 1. */
  expm1: functionsExpm1,
  /** 1 / (1 + e^-x). */
  sigmoid: functionsSigmoid,
  /** tanh(x); calls `expm1`, which has to be in `uses`, too. */
  tanh_accurate: functionsTanh,
} as const;
