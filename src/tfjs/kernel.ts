/** The loss as a kernel of TensorFlow.js, for whatever backend is active. */
import { refuse } from "../errors.js";
import type { PlanOptions } from "../plan.js";
import { type Call, type KernelInputs, type LossAttributes, readCall, sizeOf } from "./call.js";
import {
  bufferFor,
  holdsFloats,
  recordBetween,
  requireTf,
  type TensorInfo,
  type Tf,
  type WebgpuBackend,
  webgpuOf,
} from "./host.js";
import { planNow } from "./plans.js";
import { resultsOf } from "./reference.js";

/** Name of the kernel that {@link registerLossKernel} registers. */
export const lossKernel = "WebgpuLosses";

/** What every other backend has for tensors in and out. */
interface OtherBackend {
  readSync(dataId: object): ArrayLike<number>;
  write(values: ArrayLike<number>, shape: readonly number[], dtype: string): object;
}

/**
 * Registers the kernel {@link lossKernel} for the active backend of TensorFlow.js, and returns its name: for gradients of your own,
 * `tf.engine().runKernel(name, { predictions, targets }, { loss, outputs: ["loss", "gradient"] })` returns a tensor for every output.
 * Inputs have the names of a plan's buffers; they are float32, labels that are classes int32. `toTfjs` calls it by itself.
 *
 * @throws LossError `unsupported` where TensorFlow.js, or its WebGPU backend, lacks what is needed; a call as `createPlan` and `evaluate`.
 */
export function registerLossKernel(tf: Tf): string {
  requireTf(tf);
  const backend = tf.backend();
  const backendName = tf.engine().backendName;
  const webgpu = webgpuOf(backend);
  if (!tf.getKernel(lossKernel, backendName)) {
    tf.registerKernel({ kernelName: lossKernel, backendName, kernelFunc: (webgpu ? onWebgpu : elsewhere) as never });
  }
  return lossKernel;
}

/** What a kernel is called with. */
interface Given {
  readonly inputs: KernelInputs;
  readonly attrs: LossAttributes;
  readonly backend: unknown;
}

/** Our kernels, within the pass of TensorFlow.js; nothing is copied or waited for. */
function onWebgpu({ inputs, attrs, backend: given }: Given): TensorInfo[] {
  const backend = given as WebgpuBackend;
  const call = readCall(inputs, attrs);
  const { problem, geometry, outputs } = call;
  if (geometry.elements === 0) return outputs.map(({ shape, dtype }) => zeros(backend, shape, dtype));
  for (const [name, info] of Object.entries(inputs)) {
    if (info.dtype === "float32" && !holdsFloats(backend, info)) {
      refuse("shape", problem.subject, `${name} must be float32 in memory`, "whole numbers", "Multiply it by 1.");
    }
  }
  const plan = planNow(backend, problem, planOptionsOf(call));
  if (plan.loss !== attrs.loss) plan.setLoss(attrs.loss);
  const infos = outputs.map(({ shape, dtype }) => backend.makeTensorInfo(shape, dtype));
  try {
    const names = [...Object.keys(inputs), ...outputs.map(({ name }) => name)];
    const tensors = [...Object.values(inputs), ...infos];
    // All of them first: an upload ends the open pass.
    const buffers = Object.fromEntries(tensors.map(({ dataId }, i) => [names[i], bufferFor(backend, dataId)]));
    recordBetween(backend, tensors, (pass) => plan.encode(pass, buffers, { rows: geometry.rows }));
  } catch (error) {
    for (const { dataId } of infos) backend.disposeData(dataId);
    throw error;
  }
  return infos;
}

function planOptionsOf({ problem, geometry, shape, family, optional, outputs }: Call): PlanOptions {
  const { reduction, ignoreIndex, nonFinite } = problem;
  // A few sizes of plans serve all batches, such as the smaller last one.
  const rows = Math.max(geometry.rows, Math.min(2 ** Math.ceil(Math.log2(geometry.rows)), 2 ** 24));
  return {
    shape: shape.length === 1 ? [rows] : [rows, shape[1]],
    outputs: outputs.map(({ name }) => name),
    inputs: optional as PlanOptions["inputs"],
    ...{ reduction, ignoreIndex, nonFinite },
    ...family,
  };
}

const arrayOf = (dtype: string) => (dtype === "int32" ? Int32Array : Float32Array);

function zeros(backend: WebgpuBackend, shape: readonly number[], dtype: string): TensorInfo {
  return backend.makeTensorInfo(shape, dtype, new (arrayOf(dtype))(sizeOf({ shape })));
}

/** The float64 reference, on numbers that are read back where they are not on the CPU already. */
function elsewhere({ inputs, attrs, backend: given }: Given): TensorInfo[] {
  const backend = given as OtherBackend;
  const call = readCall(inputs, attrs);
  const values = Object.entries(inputs).map(([name, { dataId }]) => [name, backend.readSync(dataId)] as const);
  const results = resultsOf(call, Object.fromEntries(values));
  return call.outputs.map(({ name, shape, dtype }) => {
    const dataId = backend.write(arrayOf(dtype).from(results(name)), shape, dtype);
    return { dataId, shape: [...shape], dtype };
  });
}
