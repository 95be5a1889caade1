/** TensorFlow.js as a host: what of it is used here, and whether it is there. Only types are imported, so that there is never a second copy. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { refuse } from "../errors.js";

/** A tensor of TensorFlow.js. */
export type Tensor = Tensorflow.Tensor;
/** A tensor with one number. */
export type Scalar = Tensorflow.Scalar;
/** What kernels are given for a tensor. */
export type TensorInfo = Tensorflow.TensorInfo;

const needed = [
  "engine",
  "backend",
  "customGrad",
  "registerKernel",
  "getKernel",
  "cast",
  "clone",
  "keep",
  "mul",
  "ones",
  "reshape",
  "tensor",
  "tidy",
  "valueAndGrad",
] as const;

/** What is used of your copy of TensorFlow.js; `import * as tf from "@tensorflow/tfjs"` has all of it, `@tensorflow/tfjs-core` all but callbacks. */
export type Tf = Pick<typeof Tensorflow, (typeof needed)[number]> & Partial<Pick<typeof Tensorflow, "CustomCallback">>;

const versions = "Use a version from 4.10 to 4.22 of @tensorflow/tfjs, and of the package of its backend";

/** Refuses what is no TensorFlow.js. */
export function requireTf(tf: Tf): void {
  const missing = needed.find((name) => typeof (tf as Partial<Tf> | undefined)?.[name] !== "function");
  if (missing) refuse("unsupported", "toTfjs", `tf must be TensorFlow.js, with ${missing}`, tf, `${versions}.`);
}

/** What the WebGPU backend knows of a tensor's data: where they are, and of which type in memory. */
interface HeldData {
  readonly dtype: string;
  readonly resource?: unknown;
  readonly values?: ArrayLike<number> | null;
}

/** What its WebGPU backend has, some of it private in its types. */
export interface WebgpuBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): HeldData };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Data that commands yet to be submitted use: its buffers must not be given to others. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  makeTensorInfo(shape: readonly number[], dtype: string, values?: ArrayLike<number>): TensorInfo;
  disposeData(dataId: object): boolean;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const parts: readonly (keyof WebgpuBackend)[] = [
  "tensorMap",
  "commandEncoder",
  "computePassEncoder",
  "dispatchCountInPass",
  "commandQueueOwnedIds",
  "makeTensorInfo",
  "disposeData",
  "uploadToGPU",
  "ensureCommandEncoderReady",
  "endComputePassEncoder",
  "submitQueue",
];

/** The backend, if it is the WebGPU one; refuses versions of it whose parts have other names. */
export function webgpuOf(backend: unknown): WebgpuBackend | undefined {
  const one = backend as Partial<WebgpuBackend> & { readonly device?: GPUDevice };
  if (typeof one.device?.createComputePipeline !== "function") return undefined;
  const missing = parts.find((name) => !(name in one));
  if (missing) refuse("unsupported", "toTfjs", `the backend must have ${missing}`, "another version", `${versions}.`);
  return one as WebgpuBackend;
}

/** False where a tensor that is float32 by name still has the whole numbers in memory that it was cast from. */
export const holdsFloats = (backend: WebgpuBackend, { dataId }: { readonly dataId: object }): boolean =>
  backend.tensorMap.get(dataId).dtype === "float32";

/** The buffer that holds a tensor's numbers on the GPU; small tensors may not be there yet. May end the open pass. */
export function bufferFor(backend: WebgpuBackend, dataId: object): GPUBuffer {
  backend.uploadToGPU(dataId);
  return backend.tensorMap.get(dataId).resource as GPUBuffer;
}

/** Dispatches that TensorFlow.js collects before it submits them, by default. */
const BATCH = 15;

/**
 * Records between the kernels of TensorFlow.js, in their pass; buffers of the tensors stay theirs until that is submitted, which is when it
 * would do so itself.
 */
export function recordBetween(
  backend: WebgpuBackend,
  tensors: Iterable<{ readonly dataId: object }>,
  record: (pass: GPUComputePassEncoder) => void,
): void {
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  record(backend.computePassEncoder);
  backend.dispatchCountInPass += 1;
  for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
  if (backend.dispatchCountInPass >= BATCH) submit(backend);
}

/** Submits what TensorFlow.js has recorded. */
export function submit(backend: WebgpuBackend): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}
