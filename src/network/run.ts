/** One call on the GPU for a network: typed arrays in, typed arrays out. Plans are kept per device for the next call. */
import { withPlan } from "../kept.js";
import { refuseLost } from "../pipelines.js";
import { checkInputs, type Inputs, resolveProblem } from "../problem.js";
import { optionalSources, transfer } from "../transfer.js";
import type { Loss } from "../zMasked.js";
import { flattenNetwork, type Network, unflattenNetwork } from "./network.js";
import { createNetworkPlan, type NetworkInput } from "./plan.js";
import {
  laiOf,
  type NetworkInputs,
  type NetworkOptions,
  type NetworkResult,
  resolveNetworkProblem,
} from "./problem.js";

/**
 * Predictions, slopes and the gradients of a multi-layer perceptron on the GPU. For a training loop that keeps its data on the GPU use
 * `createNetworkPlan`, which copies nothing.
 *
 * @param device a GPUDevice; there is no silent fallback to the CPU.
 * @param network as for `evaluateNetwork`; numbers are rounded to float32.
 * @returns the same object as `evaluateNetwork`, with Float32Array for Float64Array.
 * @throws (rejects) LossError `shape` and `parameter` as `evaluateNetwork`, `unsupported` for batches beyond the device's buffers,
 *   `device` when a kernel does not compile or the device is lost.
 */
export async function runNetwork(
  device: GPUDevice,
  network: Network,
  loss: Loss<"regression">,
  inputs: NetworkInputs,
  options: NetworkOptions = {},
): Promise<NetworkResult<Float32Array>> {
  const {
    units,
    activation,
    batch,
    loss: own,
    more,
    lossOptions,
  } = resolveNetworkProblem(network, loss, inputs, options);
  refuseLost(device, "network");
  const data = { predictions: inputs.targets, targets: inputs.targets, ...more };
  // Slopes have the shape of the inputs.
  const all = laiOf(own) ? { ...data, slopes: inputs.inputs } : data;
  const problem = resolveProblem(own as Loss, lossOptions);
  const checked = checkInputs(problem, all as Inputs, { shape: [batch] });
  const sources: Record<string, ArrayLike<number>> = {
    parameters: flattenNetwork(network),
    inputs: inputs.inputs,
    targets: inputs.targets,
    ...(more.applyMask && { applyMask: more.applyMask }),
    ...optionalSources(checked, lossOptions.reduction === "none" ? batch : 1),
  };
  const outputs = ["loss", "predictions", "slopes", "parameterGradients"] as const;
  const names = Object.keys(sources).slice(3) as NetworkInput[];
  const planOptions = { units, activation, batch, outputs, inputs: names, ...lossOptions };
  const create = () => createNetworkPlan(device, own, planOptions);
  const place = await withPlan(device, problem, planOptions, create, (plan) =>
    transfer(device, "network", plan, sources, false, outputs, (encoder, buffers) => {
      plan.setLoss(own);
      plan.encode(encoder, buffers);
    }),
  );
  const floats = (name: (typeof outputs)[number]) => new Float32Array(...place(name));
  const { weights, biases } = unflattenNetwork({ units, activation }, floats("parameterGradients"));
  return {
    loss: lossOptions.reduction === "none" ? floats("loss") : floats("loss")[0],
    predictions: floats("predictions"),
    slopes: floats("slopes"),
    weightGradients: weights.map(({ shape, data }) => ({ shape, data: data.slice() })),
    biasGradients: biases.map((data) => data.slice()),
  };
}
