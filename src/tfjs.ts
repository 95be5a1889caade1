/** webgpu-losses/tfjs: losses as functions of TensorFlow.js, on its own device and in its own command encoder. */

export type { KernelOutput, LossAttributes } from "./tfjs/call.js";
export { ledgerCallback, type TfjsCallback, thresholdCallback } from "./tfjs/callbacks.js";
export type { Scalar, Tensor, Tf } from "./tfjs/host.js";
export { lossKernel, registerLossKernel } from "./tfjs/kernel.js";
export {
  type LaiCall,
  type LaiObjective,
  type LaiObjectiveOptions,
  laiObjective,
  predictionsAndSlopes,
  type TfjsModel,
} from "./tfjs/lai.js";
export type { KeptOutput, Last, LastResult } from "./tfjs/last.js";
export { type TfjsInputs, type TfjsLoss, type TfjsOptions, toTfjs } from "./tfjs/loss.js";
