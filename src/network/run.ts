/** One call on the GPU for a network: typed arrays in, typed arrays out. Plans are kept per device for the next call. */
import { refuseLost } from "../pipelines.js";
import { structureOf } from "../plan.js";
import { checkInputs, type Inputs, resolveProblem } from "../problem.js";
import { recall } from "../recall.js";
import { transfer } from "../transfer.js";
import type { Loss } from "../zMasked.js";
import { flattenNetwork, type Network, unflattenNetwork } from "./network.js";
import { createNetworkPlan, type NetworkInput, type NetworkPlan, type NetworkPlanOptions } from "./plan.js";
import {
  laiOf,
  type NetworkInputs,
  type NetworkOptions,
  type NetworkResult,
  resolveNetworkProblem,
} from "./problem.js";

/** Plans that a device keeps ready; the least recently used one goes first. */
const KEPT_PLANS = 4;
const plans = new WeakMap<GPUDevice, Map<string, Promise<NetworkPlan>>>();

function planFor(device: GPUDevice, loss: Loss<"regression">, options: NetworkPlanOptions): Promise<NetworkPlan> {
  const kept = recall(plans, device, () => new Map());
  const problem = resolveProblem(loss as Loss, {});
  const key = JSON.stringify([structureOf(problem), problem.base.definition.wgsl, options]);
  const make = (old?: Promise<NetworkPlan>) => {
    // Whoever awaits it now goes first, and encodes and submits at once.
    old?.then((plan) => plan.destroy()).catch(() => {});
    return createNetworkPlan(device, loss, options);
  };
  const plan = recall(kept, key, make, KEPT_PLANS);
  plan.catch(() => kept.delete(key));
  return plan;
}

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
  const checked = checkInputs(resolveProblem(own as Loss, lossOptions), all as Inputs, { shape: [batch] });
  const { weights: sampleWeights, upstream, given } = checked;
  const spread = (value: number) => new Float32Array(lossOptions.reduction === "none" ? batch : 1).fill(value);
  const sources: Record<string, ArrayLike<number>> = {
    parameters: flattenNetwork(network),
    inputs: inputs.inputs,
    targets: inputs.targets,
    ...(sampleWeights && { weights: sampleWeights }),
    ...(more.applyMask && { applyMask: more.applyMask }),
    ...(upstream !== 1 && { upstream: typeof upstream === "number" ? spread(upstream) : upstream }),
    ...(given && { givenStatistics: given.flatMap((group) => [group.mean, group.standardDeviation, 0, 0]) }),
  };
  const outputs = ["loss", "predictions", "slopes", "parameterGradients"] as const;
  const names = Object.keys(sources).slice(3) as NetworkInput[];
  const plan = await planFor(device, own, { units, activation, batch, outputs, inputs: names, ...lossOptions });
  const place = await transfer(device, "network", plan, sources, false, outputs, (encoder, buffers) => {
    plan.setLoss(own);
    plan.encode(encoder, buffers);
  });
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
