/** Training steps of a network: loss and gradients of all parameters. */
import {
  createNetworkPlan,
  evaluateNetwork,
  flattenNetwork,
  type Loss,
  laiMse,
  squaredError,
  unflattenNetwork,
} from "../src/index.js";
import { bufferWith, readFloats } from "./buffers.js";
import { type GpuVariant, randomOf, recordedVariant, type Variant } from "./harness.js";
import { type Answer, checked, errorOf } from "./task.js";
import { networkStep, type Tf } from "./tfjs.js";
import { tfjsOf } from "./tfjsVariants.js";

const activation = "relu"; // which TensorFlow.js fuses with its products, gradient included

/** A network and a batch for it. */
export interface NetworkTask {
  readonly units: readonly number[];
  readonly parameters: Float32Array;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

export function networkTask(units: readonly number[], batch: number): NetworkTask {
  const random = randomOf(3);
  const numbers = (n: number, size: number) => Float32Array.from({ length: n }, () => size * (2 * random() - 1));
  const weights = units.slice(1).map((outputs, l) => ({
    shape: [outputs, units[l]] as const,
    data: numbers(outputs * units[l], Math.sqrt(3 / units[l])),
  }));
  const biases = units.slice(1).map((outputs) => numbers(outputs, 0.1));
  return {
    units,
    parameters: flattenNetwork({ activation, weights, biases }),
    inputs: numbers(batch * units[0], 2),
    targets: numbers(batch, 2),
  };
}

/** Loss and gradients in float64; `transposed`: weights as [inputs, outputs]. */
export function answerOf(
  loss: Loss<"regression">,
  { units, parameters, ...data }: NetworkTask,
  transposed = false,
): Answer {
  const network = unflattenNetwork({ units, activation }, parameters);
  const { loss: value, weightGradients, biasGradients } = evaluateNetwork(network, loss, data);
  const gradient = weightGradients.flatMap(({ shape: [outputs, inputs], data }, l) => [
    ...(transposed ? data.map((_, i) => data[(i % outputs) * inputs + Math.floor(i / outputs)]) : data),
    ...biasGradients[l],
  ]);
  return { loss, expected: { loss: value, gradient: Float64Array.from(gradient) } };
}

async function oursOf(
  device: GPUDevice,
  name: string,
  loss: Loss<"regression">,
  task: NetworkTask,
): Promise<GpuVariant> {
  const { units, parameters, inputs, targets } = task;
  const plan = await createNetworkPlan(device, loss, { units, activation, batch: targets.length });
  const buffers = {
    ...{ parameters: bufferWith(device, parameters), inputs: bufferWith(device, inputs) },
    ...{ targets: bufferWith(device, targets), loss: bufferWith(device, 1) },
    parameterGradients: bufferWith(device, parameters.length),
  };
  const answer = answerOf(loss, task);
  const record = (encoder: GPUCommandEncoder) => plan.encode(encoder, buffers);
  const check = async () => {
    await plan.check();
    const [value] = await readFloats(device, buffers.loss, 1);
    const gradient = await readFloats(device, buffers.parameterGradients, parameters.length);
    return checked(name, errorOf(value, gradient, answer));
  };
  return recordedVariant(device, name, record, check, [plan, ...Object.values(buffers)]);
}

/** Its data and variables in TensorFlow.js: kernels [inputs, outputs] and biases, layer by layer. */
export function tensorsOf(tf: Tf, { units, parameters, inputs, targets }: NetworkTask) {
  const batch = targets.length;
  const { weights, biases } = unflattenNetwork({ units, activation }, parameters);
  const variables = weights.flatMap(({ shape, data }, l) => [
    tf.variable(tf.tidy(() => tf.transpose(tf.tensor2d(data, shape as [number, number])))),
    tf.variable(tf.tensor1d(biases[l])),
  ]);
  return { x: tf.tensor2d(inputs, [batch, units[0]]), y: tf.tensor2d(targets, [batch, 1]), variables };
}

/** The same network and the plain loss in TensorFlow.js. */
function tfjsNetworkOf(tf: Tf, task: NetworkTask, device: GPUDevice): Promise<Variant> {
  const create = () => {
    const { x, y, variables } = tensorsOf(tf, task);
    return { tensors: [x, y, ...variables], step: networkStep(tf, x, y, variables) };
  };
  return tfjsOf(tf, "byHand", answerOf(squaredError(), task, true), create, device);
}

/** A plain step first, which the others are compared with. */
export async function networkVariants(device: GPUDevice, tf: Tf | undefined, task: NetworkTask): Promise<Variant[]> {
  return [
    await oursOf(device, "ours, mse", squaredError(), task),
    await oursOf(device, "ours, lai mse", laiMse({ lambda: 0.5 }), task),
    ...(tf ? [await tfjsNetworkOf(tf, task, device)] : []),
  ];
}
