/** Our losses within TensorFlow.js, against the same losses composed from its ops. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { type RegressionInputs, zmse } from "../src/index.js";
import { toTfjs } from "../src/tfjs.js";
import type { Variant } from "./harness.js";
import { answerOf, type NetworkTask, tensorsOf } from "./network.js";
import type { Task } from "./task.js";
import { gradientsStep, predict, type Tensor, type Tf, zMaskedOps } from "./tfjs.js";
import { tfjsOf, tfjsZmseOf } from "./tfjsVariants.js";

const loss = zmse();

/** The loss part alone: predictions and targets are there, the gradient is wanted. */
export async function lossVariants(device: GPUDevice, tf: Tf, task: Task): Promise<Variant[]> {
  const { predictions, targets } = task.inputs as RegressionInputs;
  const ours = () => {
    const [p, t] = [predictions, targets].map((data) => tf.tensor1d(Float32Array.from(data)));
    const f = toTfjs(tf, loss, { keep: [] });
    const step = () => {
      const { value, grad } = tf.valueAndGrad((p: Tensor) => f(t, p))(p);
      return { loss: value as Tensor, gradients: [grad] };
    };
    return { tensors: [p, t], step };
  };
  return [
    { ...(await tfjsOf(tf, "byHand", task, ours, device)), name: "ours in tfjs" },
    await tfjsZmseOf(tf, task, "byHand", device),
    await tfjsZmseOf(tf, task, "byAutograd", device),
  ];
}

/** What a step does for its loss. */
const forms = ["ours", "nothing", "ops by hand", "ops, mask outside"] as const;

/** A step of an optimizer; the rate is 0, so that every step is the same. */
async function trainingOf(
  tf: Tf,
  task: NetworkTask,
  form: (typeof forms)[number],
  device: GPUDevice,
): Promise<Variant> {
  const create = () => {
    const { x, y, variables } = tensorsOf(tf, task);
    const optimizer = tf.train.sgd(0);
    const ours = toTfjs(tf, loss, { keep: ["mask"] });
    const ops = zMaskedOps(tf, y.size, loss.parameters);
    const model = () => predict(tf, x, variables);
    const known = tf.tidy(() => ops.byHand(model(), y));
    const custom = (one: (predictions: Tensor) => ReturnType<typeof ops.byHand>) =>
      tf.customGrad((predictions, save) => {
        const { loss, gradients } = one(predictions as Tensor);
        (save as Tensorflow.GradSaveFunc)(gradients);
        return { value: loss, gradFunc: (_: Tensor, saved: Tensor[]) => saved[0].clone() };
      });
    const byHand = custom((predictions) => ops.byHand(predictions, y));
    // What is left of a step without a loss: gradients come from what it once was.
    const constant = custom(() => ({ loss: known.loss.clone(), gradients: known.gradients.map((g) => g.clone()) }));
    const plain = { ours, nothing: (_: Tensor, p: Tensor) => constant(p), byHand: (_: Tensor, p: Tensor) => byHand(p) };
    const { [form === "ops by hand" ? "byHand" : form === "nothing" ? form : "ours"]: chosen } = plain;
    // The mask has to be known before the gradient's scope is entered.
    const lossOf = (): (() => Tensor) => {
      if (form !== "ops, mask outside") return () => chosen(y, model());
      const mask = ops.mask(model(), y);
      return () => ops.masked(model(), y, mask);
    };
    const train = () => tf.tidy(() => void optimizer.minimize(lossOf() as () => Tensorflow.Scalar, false, variables));
    const step = () => tf.tidy(() => gradientsStep(tf, lossOf(), variables)());
    return { tensors: [x, y, known.loss, ...known.gradients, ...variables], step, train };
  };
  return { ...(await tfjsOf(tf, "byHand", answerOf(loss, task, true), create, device)), name: form };
}

/** Training steps of one network under the z-masked squared error. */
export async function trainingVariants(device: GPUDevice, tf: Tf, task: NetworkTask): Promise<Variant[]> {
  const variants: Variant[] = [];
  for (const form of forms) variants.push(await trainingOf(tf, task, form, device));
  return variants;
}
