/** Variants of a step, ready to be verified and timed. */
import {
  createPlan,
  evaluate,
  type Inputs,
  type LogitInputs,
  type Loss,
  type Plan,
  type RegressionInputs,
  type Result,
  type ResultName,
  type Shape,
  type Tuning,
  type ZMaskedLoss,
} from "../src/index.js";
import { createCrossEntropy, crossEntropyCuts } from "./baseline/crossEntropy/crossEntropy.js";
import { createZmse } from "./baseline/zmse/zmse.js";
import { createCopy } from "./copy.js";
import { recorded, type Variant } from "./harness.js";
import { crossEntropyStep, type Tensor, type Tf, zMaskedSteps } from "./tfjs.js";

/** What is right, of a loss. */
export interface Answer {
  readonly loss: Loss;
  readonly expected: Pick<Result<Float64Array>, "loss" | "z" | "slopeGradient"> & { readonly gradient: Float64Array };
}

/** Inputs of one case and what is right for them. */
export interface Task extends Answer {
  readonly shape: Shape;
  readonly inputs: RegressionInputs | LogitInputs;
}

const maskOf = (loss: Loss) => (loss.name === "zMasked" ? (loss as ZMaskedLoss).parameters : undefined);

export function makeTask(loss: Loss, shape: Shape, inputs: RegressionInputs | LogitInputs): Task {
  const outputs: ResultName[] = ["loss", "gradient"];
  if ("slopes" in inputs) outputs.push("slopeGradient");
  if (maskOf(loss)) outputs.push("z");
  return { loss, shape, inputs, expected: evaluate(loss, inputs as Inputs, { shape, outputs }) as Task["expected"] };
}

/** Larger errors than this mean a wrong kernel: the promises are tighter, and the tests' business. */
const TOLERATED = 1e-4;

/** Largest error against float64: of the loss relative to it, of the gradient relative to its largest element. */
export function errorOf(loss: number, gradient: ArrayLike<number>, { loss: of, expected }: Answer): number {
  const { z } = expected;
  const threshold = maskOf(of)?.threshold;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < gradient.length; i++) largest = Math.max(largest, Math.abs(expected.gradient[i]));
  for (let i = 0; i < gradient.length; i++) {
    // At the threshold, rounding decides on which side a sample falls; rows of several elements share a z.
    const near =
      z && threshold && Math.abs(Math.abs(z[Math.floor((i * z.length) / gradient.length)]) - threshold) < 1e-5;
    const error = Math.abs(gradient[i] - expected.gradient[i]);
    if (!near && !(error <= worst)) worst = error;
  }
  return Math.max(worst / largest, Math.abs(loss / (expected.loss as number) - 1));
}

export function checked(name: string, error: number): number {
  if (!(error <= TOLERATED)) throw new Error(`${name}: an error of ${error} against float64`);
  return error;
}

/** Rounded to whole vec4s, which hand-written kernels read. Integer arrays stay integers. */
export function bufferWith(device: GPUDevice, content: ArrayLike<number> | number): GPUBuffer {
  const length = typeof content === "number" ? content : content.length;
  const buffer = device.createBuffer({
    size: 16 * Math.ceil(length / 4),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  if (content instanceof Int32Array) device.queue.writeBuffer(buffer, 0, content as Int32Array<ArrayBuffer>);
  else if (typeof content !== "number") device.queue.writeBuffer(buffer, 0, Float32Array.from(content));
  return buffer;
}

export async function readFloats(device: GPUDevice, buffer: GPUBuffer, length: number): Promise<Float32Array> {
  const staging = device.createBuffer({
    size: 4 * length,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * length);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return values;
}

export interface GpuVariant extends Variant {
  /** Records one step. */
  readonly record: (encoder: GPUCommandEncoder) => void;
}

export async function oursOf(
  device: GPUDevice,
  name: string,
  task: Task,
  { unscaled = false, features, tuning = {} }: { unscaled?: boolean; features?: number; tuning?: Partial<Tuning> } = {},
): Promise<GpuVariant & { readonly plan: Plan }> {
  const { loss, shape, inputs, expected } = task;
  const length = expected.gradient.length;
  const gradientName = unscaled ? "unscaledGradient" : "gradient";
  const plan = await createPlan(device, loss, {
    shape,
    outputs: [
      "loss",
      ...(unscaled ? (["unscaledGradient", "summary"] as const) : (["gradient"] as const)),
      ...(features ? (["slopeGradient"] as const) : []),
    ],
    ...(features && { slopes: features }),
    tuning,
  });
  const buffers: Record<string, GPUBuffer> = {
    ...Object.fromEntries(Object.entries(inputs).map(([key, data]) => [key, bufferWith(device, data)])),
    loss: bufferWith(device, 1),
    [gradientName]: bufferWith(device, length),
    ...(unscaled && { summary: bufferWith(device, 6) }),
    ...(features && { slopeGradient: bufferWith(device, length * features) }),
  };
  const record = (encoder: GPUCommandEncoder) => plan.encode(encoder, buffers);
  const run = recorded(device, record);
  return {
    name,
    plan,
    record,
    run,
    async verify() {
      await run(1);
      await plan.check();
      const [value] = await readFloats(device, buffers.loss, 1);
      const gradient = await readFloats(device, buffers[gradientName], length);
      const scale = unscaled ? (await readFloats(device, buffers.summary, 6))[2] : 1;
      const { slopeGradient } = expected;
      const bySlopes = slopeGradient && (await readFloats(device, buffers.slopeGradient, slopeGradient.length));
      return checked(
        name,
        Math.max(
          errorOf(
            value,
            gradient.map((g) => g * scale),
            task,
          ),
          bySlopes
            ? errorOf(value, bySlopes, { ...task, expected: { ...expected, gradient: slopeGradient as Float64Array } })
            : 0,
        ),
      );
    },
    dispose() {
      plan.destroy();
      for (const buffer of Object.values(buffers)) buffer.destroy();
    },
  };
}

/** A baseline: hand-written kernels that leave the loss in `result` and the gradient in `gradient`. */
async function handWritten(
  device: GPUDevice,
  name: string,
  task: Task,
  create: (buffers: Record<string, GPUBuffer>) => Promise<(encoder: GPUCommandEncoder) => void>,
): Promise<GpuVariant> {
  const { gradient } = task.expected;
  const buffers: Record<string, GPUBuffer> = {
    ...Object.fromEntries(Object.entries(task.inputs).map(([key, data]) => [key, bufferWith(device, data)])),
    gradient: bufferWith(device, gradient.length),
    result: bufferWith(device, 4),
  };
  const record = await create(buffers);
  const run = recorded(device, record);
  return {
    name,
    record,
    run,
    async verify() {
      await run(1);
      const [value] = await readFloats(device, buffers.result, 1);
      return checked(name, errorOf(value, await readFloats(device, buffers.gradient, gradient.length), task));
    },
    dispose() {
      for (const buffer of Object.values(buffers)) buffer.destroy();
    },
  };
}

export const zmseBaselineOf = (device: GPUDevice, task: Task, override: Parameters<typeof createZmse>[4] = {}) =>
  handWritten(device, "baseline", task, (buffers) =>
    createZmse(
      device,
      task.shape[0],
      maskOf(task.loss)!.threshold,
      buffers as unknown as Parameters<typeof createZmse>[3],
      override,
    ),
  );

/** One for every cut that is worth trying on the adapter. */
export function crossEntropyBaselinesOf(device: GPUDevice, task: Task): Promise<GpuVariant[]> {
  const shape = task.shape as readonly [number, number];
  return Promise.all(
    crossEntropyCuts(device.adapterInfo, shape[1]).map((cut) =>
      handWritten(device, `baseline (${cut.lanes} lanes a row)`, task, (buffers) =>
        createCrossEntropy(device, shape, buffers as unknown as Parameters<typeof createCrossEntropy>[2], cut),
      ),
    ),
  );
}

export async function copyOf(device: GPUDevice, elements: number, cut: readonly [number, number]): Promise<GpuVariant> {
  const source = bufferWith(
    device,
    Float32Array.from({ length: elements }, (_, i) => i),
  );
  const copy = bufferWith(device, elements);
  const record = await createCopy(device, source, copy, cut);
  const run = recorded(device, record);
  return {
    name: `copy (${cut.join(" x ")})`,
    record,
    run,
    async verify() {
      await run(1);
      const values = await readFloats(device, copy, elements);
      return checked("copy", values.every((value, i) => value === i) ? 0 : 1);
    },
    dispose() {
      source.destroy();
      copy.destroy();
    },
  };
}

/** A step in TensorFlow.js. */
export type TfStep = () => { loss: Tensor; gradients: Tensor[] };

/** TensorFlow.js on its WebGPU backend, which must sit on `device`, or on its CPU backend without a device. */
export async function tfjsOf(
  tf: Tf,
  form: string,
  task: Answer,
  create: () => {
    readonly tensors: Tensor[];
    readonly step: TfStep;
    /** What is timed, where it is more than the step that is verified. */
    readonly train?: () => unknown;
  },
  device?: GPUDevice,
): Promise<Variant> {
  const backend = device ? "webgpu" : "cpu";
  const name = `tfjs-${backend}${form}`;
  await tf.setBackend(backend);
  const { tensors, step, train = () => tf.dispose(step()) } = create();
  return {
    name,
    async run(steps) {
      await tf.setBackend(backend);
      for (let i = 0; i < steps; i++) train();
      if (device) {
        // Submits what is still recorded: tfjs itself does so after every 15 dispatches, and before it reads.
        const queue = tf.backend() as unknown as Record<
          "ensureCommandEncoderReady" | "endComputePassEncoder" | "submitQueue",
          () => void
        >;
        queue.ensureCommandEncoderReady();
        queue.endComputePassEncoder();
        queue.submitQueue();
        await device.queue.onSubmittedWorkDone();
      }
    },
    async verify() {
      await tf.setBackend(backend);
      const { loss, gradients } = step();
      const [value] = await loss.data();
      const gradient = (await Promise.all(gradients.map((one) => one.data()))).flatMap((one) => Array.from(one));
      tf.dispose([loss, ...gradients]);
      return checked(name, errorOf(value, gradient, task));
    },
    dispose() {
      tf.dispose(tensors);
    },
  };
}

/** Z-masked squared error composed from ops. */
export function tfjsZmseOf(tf: Tf, task: Task, form: "byHand" | "byAutograd", device?: GPUDevice): Promise<Variant> {
  const { predictions, targets } = task.inputs as RegressionInputs;
  const create = () => {
    const tensors = [predictions, targets].map((data) => tf.tensor1d(Float32Array.from(data)));
    return { tensors, step: zMaskedSteps(tf, tensors[0], tensors[1], maskOf(task.loss)!)[form] };
  };
  return tfjsOf(tf, form === "byHand" ? "" : " autograd", task, create, device);
}

/** Softmax cross-entropy: tfjs knows it for rows of probabilities only. */
export function tfjsCrossEntropyOf(tf: Tf, task: Task, device: GPUDevice): Promise<Variant> {
  const { logits, labels } = task.inputs as LogitInputs;
  const [rows, classes] = task.shape as readonly [number, number];
  const create = () => {
    const oneHot = new Float32Array(rows * classes);
    for (let i = 0; i < rows; i++) oneHot[i * classes + labels[i]] = 1;
    const tensors = [logits, oneHot].map((data) => tf.tensor2d(Float32Array.from(data), [rows, classes]));
    return { tensors, step: crossEntropyStep(tf, tensors[0], tensors[1]) };
  };
  return tfjsOf(tf, "", task, create, device);
}

/** Our float64 reference. */
export function evaluateOf({ loss, shape, inputs }: Task): Variant {
  return {
    name: "evaluate",
    async run(steps) {
      for (let i = 0; i < steps; i++) evaluate(loss, inputs as Inputs, { shape, outputs: ["loss", "gradient"] });
    },
    verify: async () => 0,
    dispose() {},
  };
}
