/** Whether the losses that the networks end with are, through TensorFlow.js on the GPU, what float64 makes of the same logits. */
import type * as Tensorflow from "@tensorflow/tfjs";
import { evaluate } from "../../../src/index.js";
import { toTfjs } from "../../../src/tfjs.js";
import { classes } from "../../data/digits.js";
import { agreementOf, type Comparison } from "../../lib/agreement.js";
import type { Agreement } from "../../lib/panel.js";
import type { Tf } from "../../lib/tensorflow.js";
import type { Audit } from "./classifiers.js";

/** A loss of less than this has no digits that matter. */
const least = 1e-3;

async function compareOne(tf: Tf, { setting, logits, labels }: Audit): Promise<Comparison> {
  const f = toTfjs(tf, setting.loss);
  const [z, y] = [tf.tensor2d(logits, [labels.length, classes]), tf.tensor1d(labels, "int32")];
  const { value, grad } = tf.valueAndGrad((given: Tensorflow.Tensor) => f(y, given) as Tensorflow.Scalar)(z);
  const [loss, gradient] = await Promise.all([value.data(), grad.data()]);
  tf.dispose([z, y, value, grad]);
  f.dispose();
  const exact = evaluate(setting.loss, { logits, labels });
  const exactGradient = Array.from(exact.gradient ?? []);
  const largest = Math.max(...exactGradient.map(Math.abs));
  const farthest = Math.max(...exactGradient.map((g, i) => Math.abs(g - gradient[i])));
  return {
    loss: Math.abs(loss[0] - Number(exact.loss)) / Math.max(Math.abs(Number(exact.loss)), least),
    // Nothing to learn any more: both are 0.
    gradient: largest === 0 ? farthest : farthest / largest,
  };
}

/** On the backend that is set. */
export async function checkAgreement(tf: Tf, audits: readonly Audit[]): Promise<Agreement> {
  const comparisons: Comparison[] = [];
  for (const audit of audits) comparisons.push(await compareOne(tf, audit));
  return agreementOf(comparisons);
}
