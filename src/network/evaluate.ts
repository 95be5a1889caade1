/** The float64 reference of networks on the CPU. */
import { evaluate } from "../evaluate.js";
import type { Inputs } from "../problem.js";
import type { Loss } from "../zMasked.js";
import type { Network } from "./network.js";
import {
  laiOf,
  type NetworkInputs,
  type NetworkOptions,
  type NetworkResult,
  resolveNetworkProblem,
} from "./problem.js";
import { forward } from "./reference.js";

/**
 * Predictions and slopes of a multi-layer perceptron, and the gradients of a loss of both with respect to its weights and biases: what
 * training with a Lai loss needs, in float64.
 *
 * @param network dense layers with an activation between them, and one output.
 * @param loss any regression loss: a Lai loss, with or without a z-mask, or one of predictions alone.
 * @param inputs `inputs` [batch, features] and `targets` [batch], with the optional `weights`, `applyMask`, `upstream` and
 *   `givenStatistics` of `evaluate`.
 * @throws LossError `shape` where layers or arrays do not fit together, `parameter` for what cannot be.
 * @see Lai, arXiv 2405.07884; Pearlmutter, Fast exact multiplication by the Hessian, 1994.
 */
export function evaluateNetwork(
  network: Network,
  loss: Loss<"regression">,
  inputs: NetworkInputs,
  options: NetworkOptions = {},
): NetworkResult<Float64Array> {
  const { batch, loss: own, more, lossOptions } = resolveNetworkProblem(network, loss, inputs, options);
  const ahead = forward(network, inputs.inputs);
  const { predictions, slopes } = ahead;
  const data = { predictions, targets: inputs.targets, ...more, ...(laiOf(own) && { slopes }) };
  const result = evaluate(own, data as Inputs<"regression">, { shape: [batch], ...lossOptions });
  const { weights, biases } = ahead.gradients({ predictions: result.gradient!, slopes: result.slopeGradient });
  return {
    loss: result.loss,
    predictions,
    slopes,
    weightGradients: weights.map((data, l) => ({ shape: network.weights[l].shape, data })),
    biasGradients: biases,
  };
}
