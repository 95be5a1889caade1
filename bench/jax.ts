/** The same losses in jax-js, compiled by its `jit`, as its documentation recommends. Arrays stay on the device. */
import type * as JaxModule from "@jax-js/jax";
import type { LogitInputs, RegressionInputs } from "../src/index.js";
import { fastestOf, type Pace, type Variant } from "./harness.js";
import { checked, drifting, errorOf, exponentOf, maskOf, type Task } from "./task.js";

export type Jax = typeof JaxModule;
export type JaxBackend = "webgpu" | "wasm";
type Value = JaxModule.Array;

/** Loss and gradient of (predictions, targets) or (logits, labels). A value that is used once more is a `ref`: uses are counted. */
type Step = (first: Value, second: Value) => [loss: Value, gradient: Value];

/** A form that is differentiated, and one with the gradient by hand: which is the faster one depends on the backend. */
function zMaskedForms({ numpy: np, lax, valueAndGrad }: Jax, size: number, threshold: number): Step[] {
  const keepOf = (losses: Value): Value => {
    const deviations = losses.ref.sub(np.mean(losses));
    const deviation = np.sqrt(np.sum(np.square(deviations.ref)).div(size - 1));
    return np.abs(deviations).lessEqual(deviation.mul(threshold));
  };
  const loss = (predictions: Value, targets: Value): Value => {
    const losses = np.square(predictions.sub(targets));
    const keep = keepOf(lax.stopGradient(losses.ref));
    const count = np.sum(keep.ref.astype(np.float32));
    return np.sum(np.where(keep, losses, 0)).div(count);
  };
  const byHand: Step = (predictions, targets) => {
    const residuals = predictions.sub(targets);
    const losses = np.square(residuals.ref);
    const keep = keepOf(losses.ref);
    const share = np.reciprocal(np.sum(keep.ref.astype(np.float32)));
    return [np.sum(np.where(keep.ref, losses, 0)).mul(share.ref), np.where(keep, residuals, 0).mul(share.mul(2))];
  };
  return [valueAndGrad(loss) as Step, byHand];
}

function crossEntropyForms({ numpy: np, nn, valueAndGrad }: Jax, rows: number, classes: number): Step[] {
  const loss = (logits: Value, labels: Value): Value =>
    np.mean(nn.logsumexp(logits.ref, -1).sub(np.sum(logits.mul(nn.oneHot(labels, classes)), -1)));
  const byHand: Step = (logits, labels) => {
    const known = nn.oneHot(labels, classes);
    const shifted = logits.ref.sub(np.max(logits, -1, { keepdims: true }));
    const powers = np.exp(shifted.ref);
    const sums = np.sum(powers.ref, -1, { keepdims: true });
    const losses = np.log(sums.ref.reshape([rows])).sub(np.sum(shifted.mul(known.ref), -1));
    return [np.mean(losses), powers.div(sums).sub(known).div(rows)];
  };
  return [valueAndGrad(loss) as Step, byHand];
}

function sgceForms({ numpy: np, nn, valueAndGrad }: Jax, rows: number, classes: number, q: number): Step[] {
  // Not np.power: it keeps constants on the backend that asked first, which the other backend cannot read.
  const power = (p: Value): Value => (q === 0.5 ? np.sqrt(p) : np.exp(np.log(p).mul(q)));
  const sharesOf = (labels: Value): Value => np.subtract(1 / classes, nn.oneHot(labels, classes)).div(rows);
  const loss = (logits: Value, labels: Value): Value =>
    np.sum(np.sum(power(nn.softmax(logits, -1)).mul(sharesOf(labels)), -1)).div(q);
  const byHand: Step = (logits, labels) => {
    const p = nn.softmax(logits, -1);
    const slopes = power(p.ref).mul(sharesOf(labels));
    const perRow = np.sum(slopes.ref, -1, { keepdims: true });
    return [np.sum(perRow.ref).div(q), slopes.sub(p.mul(perRow))];
  };
  return [valueAndGrad(loss) as Step, byHand];
}

function formsOf(jax: Jax, { loss, shape: [rows, classes = 1] }: Task): Step[] {
  const mask = maskOf(loss);
  if (mask) return zMaskedForms(jax, rows, mask.threshold);
  const q = exponentOf(loss);
  return q === undefined ? crossEntropyForms(jax, rows, classes) : sgceForms(jax, rows, classes, q);
}

async function variantOf(jax: Jax, backend: JaxBackend, task: Task, form: Step): Promise<Variant> {
  const { numpy: np } = jax;
  const name = `jax-${backend}`;
  const device = backend === "webgpu" ? jax.getWebGPUDevice() : undefined;
  const step = jax.jit(form) as unknown as Step;
  const arrays = (): Value[] => {
    const { predictions, targets, logits, labels } = task.inputs as Partial<RegressionInputs & LogitInputs>;
    jax.defaultDevice(backend);
    if (predictions) return [np.array(predictions as Float32Array), np.array(targets as Float32Array)];
    return [
      np.array(logits as Float32Array<ArrayBuffer>).reshape([...task.shape]),
      np.array(labels as Int32Array<ArrayBuffer>),
    ];
  };
  // Committed to the backend: else small arrays go wherever the default is.
  const [first, second] = await Promise.all(arrays().map((array) => jax.devicePut(array, backend) as Promise<Value>));
  return {
    name,
    device,
    async run(steps, onSubmitted) {
      jax.defaultDevice(backend);
      for (let i = 0; i < steps; i++) {
        const results = step(first.ref, second.ref);
        // Work is lazy. Asking for the buffers submits it without a wait, and drops the references.
        if (device) for (const result of results) result.gpuBufferSync();
        else {
          await jax.blockUntilReady(results);
          for (const result of results) result.dispose();
        }
      }
      onSubmitted?.();
      await device?.queue.onSubmittedWorkDone();
    },
    async verify() {
      jax.defaultDevice(backend);
      const [loss, gradient] = step(first.ref, second.ref);
      const [value] = await loss.data();
      return checked(name, errorOf(value, await gradient.data(), task, drifting), drifting);
    },
    dispose() {
      first.dispose();
      second.dispose();
    },
  };
}

/** The fastest form. */
export async function jaxOf(jax: Jax, backend: JaxBackend, task: Task, pace: Pace): Promise<Variant> {
  return fastestOf(await Promise.all(formsOf(jax, task).map((form) => variantOf(jax, backend, task, form))), pace);
}
