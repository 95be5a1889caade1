/** Steps in TensorFlow.js, ready to be verified and timed. */
import type { LogitInputs, RegressionInputs } from "../src/index.js";
import type { Variant } from "./harness.js";
import { type Answer, checked, drifting, errorOf, exponentOf, maskOf, type Task } from "./task.js";
import { crossEntropySteps, sgceSteps, type Tensor, type Tf, zMaskedSteps } from "./tfjs.js";

export type TfStep = () => { loss: Tensor; gradients: Tensor[] };

/** A device for the backend "webgpu", which must sit on it; or another backend. */
export type TfPlace = GPUDevice | "wasm" | "cpu";

/** By hand: loss and gradient written down in ops; or its own gradient. */
export type TfForm = "byHand" | "byAutograd";

/** Submits what is still recorded: tfjs itself does so after every 15 dispatches, and before it reads. */
function submitRecorded(tf: Tf): void {
  const queue = tf.backend() as unknown as Record<
    "ensureCommandEncoderReady" | "endComputePassEncoder" | "submitQueue",
    () => void
  >;
  queue.ensureCommandEncoderReady();
  queue.endComputePassEncoder();
  queue.submitQueue();
}

/** A step in TensorFlow.js. */
export async function tfjsOf(
  tf: Tf,
  form: TfForm,
  task: Answer,
  create: () => {
    readonly tensors: readonly Tensor[];
    readonly step: TfStep;
    /** What is timed, where it is more than the step that is verified. */
    readonly train?: () => unknown;
  },
  place: TfPlace,
): Promise<Variant> {
  const device = typeof place === "string" ? undefined : place;
  const backend = typeof place === "string" ? place : "webgpu";
  const name = `tfjs-${backend}${form === "byAutograd" ? " autograd" : ""}`;
  await tf.setBackend(backend);
  const { tensors, step, train = () => tf.dispose(step()) } = create();
  return {
    name,
    device,
    async run(steps, onSubmitted) {
      await tf.setBackend(backend);
      for (let i = 0; i < steps; i++) train();
      if (!device) return;
      submitRecorded(tf);
      onSubmitted?.();
      await device.queue.onSubmittedWorkDone();
    },
    async verify() {
      await tf.setBackend(backend);
      const { loss, gradients } = step();
      const [value] = await loss.data();
      const parts = await Promise.all(gradients.map((one) => one.data()));
      const gradient = parts.length === 1 ? parts[0] : parts.flatMap((one) => Array.from(one));
      tf.dispose([loss, ...gradients]);
      return checked(name, errorOf(value, gradient, task, drifting), drifting);
    },
    dispose() {
      tf.dispose([...tensors]);
    },
  };
}

/** Z-masked squared error composed from ops. */
export function tfjsZmseOf(tf: Tf, task: Task, form: TfForm, place: TfPlace): Promise<Variant> {
  const { predictions, targets } = task.inputs as RegressionInputs;
  const create = () => {
    const tensors = [predictions, targets].map((data) => tf.tensor1d(data as Float32Array));
    return { tensors, step: zMaskedSteps(tf, tensors[0], tensors[1], maskOf(task.loss)!)[form] };
  };
  return tfjsOf(tf, form, task, create, place);
}

/** Softmax cross-entropy, or its relative sgce: tfjs knows labels as rows of probabilities only. */
export function tfjsClassOf(tf: Tf, task: Task, form: TfForm, place: TfPlace): Promise<Variant> {
  const { logits, labels } = task.inputs as LogitInputs;
  const [rows, classes] = task.shape as readonly [number, number];
  const q = exponentOf(task.loss);
  const create = () => {
    const oneHot = new Float32Array(rows * classes);
    for (let i = 0; i < rows; i++) oneHot[i * classes + labels[i]] = 1;
    const [z, y] = [logits as Float32Array, oneHot].map((data) => tf.tensor2d(data, [rows, classes]));
    const { constants, ...steps } = q === undefined ? crossEntropySteps(tf, z, y) : sgceSteps(tf, z, y, q);
    return { tensors: [z, y, ...constants], step: steps[form] };
  };
  return tfjsOf(tf, form, task, create, place);
}
