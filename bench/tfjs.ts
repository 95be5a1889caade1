/** The same loss composed from TensorFlow.js ops, in the form that is fastest there. Tensors stay on the device. */
import type * as Tensorflow from "@tensorflow/tfjs";
import type * as Backend from "@tensorflow/tfjs-backend-webgpu";
import type { ZMaskOptions } from "../src/index.js";

export type Tf = typeof Tensorflow;
export type Tensor = Tensorflow.Tensor;

/** Puts the WebGPU backend of TensorFlow.js on a device of ours, so that both share one queue. */
export function useDevice(tf: Tf, { WebGPUBackend }: typeof Backend, device: GPUDevice): boolean {
  tf.env().set("WEBGPU_CPU_FORWARD", false); // else small tensors are computed on the CPU
  tf.removeBackend("webgpu");
  return tf.registerBackend("webgpu", () => new WebGPUBackend(device, device.adapterInfo), 3);
}

/**
 * The z-masked squared error of so many samples, by mean and standard deviation or by medians. To `valueAndGrad` the mask has to be a
 * constant: comparisons have no gradient in tfjs.
 */
export function zMaskedOps(
  tf: Tf,
  size: number,
  { threshold, estimator }: Pick<Required<ZMaskOptions>, "threshold" | "estimator">,
) {
  // Made once: a number inside a step would be uploaded in every step.
  const freedom = tf.scalar(size - 1);
  const limit = tf.scalar(threshold);
  const two = tf.scalar(2);
  const normal = tf.scalar(1.4826);
  const half = Math.floor(size / 2) + 1;
  const middle = size % 2 === 0 ? 2 : 1;
  const medianOf = (values: Tensor) =>
    tf
      .topk(values, half)
      .values.slice(half - middle, middle)
      .mean();
  const keepByMedians = (losses: Tensor) => {
    const distances = losses.sub(medianOf(losses)).abs();
    return distances.lessEqual(medianOf(distances).mul(normal).mul(limit)).toFloat();
  };
  const keepByMoments = (losses: Tensor) => {
    const deviations = losses.sub(losses.mean());
    const deviation = deviations.square().sum().div(freedom).sqrt();
    return deviations.abs().lessEqual(deviation.mul(limit)).toFloat();
  };
  const keepOf = estimator === "median" ? keepByMedians : keepByMoments;
  return {
    /** Which samples are kept, and how many. */
    mask(predictions: Tensor, targets: Tensor) {
      const keep = keepOf(predictions.squaredDifference(targets));
      return { keep, count: keep.sum() };
    },
    /** The loss under a mask that is known. */
    masked: (predictions: Tensor, targets: Tensor, { keep, count }: { keep: Tensor; count: Tensor }) =>
      predictions.squaredDifference(targets).mul(keep).sum().div(count),
    /** Loss and gradient; reuses the residuals: the fewest ops. */
    byHand(predictions: Tensor, targets: Tensor) {
      const residuals = predictions.sub(targets);
      const losses = residuals.square();
      const keep = keepOf(losses);
      const count = keep.sum();
      return { loss: losses.mul(keep).sum().div(count), gradients: [residuals.mul(keep).mul(two.div(count))] };
    },
  };
}

/** Steps of it: gradients by hand, and as users write them. */
export function zMaskedSteps(
  tf: Tf,
  predictions: Tensor,
  targets: Tensor,
  options: Pick<Required<ZMaskOptions>, "threshold" | "estimator">,
) {
  const ops = zMaskedOps(tf, predictions.size, options);
  return {
    byHand: () => tf.tidy(() => ops.byHand(predictions, targets)),
    byAutograd: () =>
      tf.tidy(() => {
        const mask = ops.mask(predictions, targets);
        return byAutograd(tf, (p) => ops.masked(p, targets, mask), predictions)();
      }),
  };
}

/** Loss and gradient by automatic differentiation. */
const byAutograd = (tf: Tf, loss: (logits: Tensor) => Tensor, logits: Tensor) => () =>
  tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(loss as (logits: Tensor) => Tensorflow.Scalar)(logits);
    return { loss: value as Tensor, gradients: [grad as Tensor] };
  });

/** Rows of logits without their maximum, the exponentials, and their sums. */
function exponentials(logits: Tensor) {
  const shifted = logits.sub(logits.max(-1, true));
  const powers = shifted.exp();
  return { shifted, powers, sums: powers.sum(-1, true) };
}

/** Steps of softmax cross-entropy with rows of probabilities, which stay on the device. */
export function crossEntropySteps(tf: Tf, logits: Tensor, labels: Tensor) {
  const [rows] = logits.shape;
  const count = tf.scalar(rows);
  const shares = labels.div(count);
  return {
    byAutograd: byAutograd(tf, (z) => tf.losses.softmaxCrossEntropy(labels, z), logits),
    byHand: () =>
      tf.tidy(() => {
        const { shifted, powers, sums } = exponentials(logits);
        const loss = sums.log().mean().sub(shifted.mul(shares).sum(-1).sum());
        return { loss, gradients: [powers.div(sums.mul(count)).sub(shares)] };
      }),
    constants: [count, shares],
  };
}

/** Steps of the symmetrized generalized cross-entropy: the mean over classes of p^q without that of the label, over q. */
export function sgceSteps(tf: Tf, logits: Tensor, labels: Tensor, q: number) {
  const [rows, classes] = logits.shape;
  const shares = tf.tidy(() => tf.sub(1 / classes, labels).div(rows));
  const exponent = tf.scalar(q);
  const power = (p: Tensor) => (q === 0.5 ? p.sqrt() : p.pow(exponent));
  return {
    byAutograd: byAutograd(tf, (z) => power(tf.softmax(z)).mul(shares).sum(-1).sum().div(exponent), logits),
    byHand: () =>
      tf.tidy(() => {
        const { powers, sums } = exponentials(logits);
        const p = powers.div(sums);
        const slopes = power(p).mul(shares);
        const perRow = slopes.sum(-1, true);
        return { loss: perRow.sum().div(exponent), gradients: [slopes.sub(p.mul(perRow))] };
      }),
    constants: [exponent, shares],
  };
}

/** Predictions of a network with relu, of all kernels, [inputs, outputs], and biases, layer by layer. */
export function predict(tf: Tf, inputs: Tensor, parameters: readonly Tensorflow.Variable[]): Tensor {
  const layers = parameters.length / 2;
  let values = inputs as Tensorflow.Tensor2D;
  for (let l = 0; l < layers; l++) {
    const [b, bias] = parameters.slice(2 * l) as unknown as [Tensorflow.Tensor2D, Tensorflow.Tensor1D];
    const activation = l < layers - 1 ? "relu" : "linear";
    values = tf.fused.matMul({ a: values, b, bias, activation }) as Tensorflow.Tensor2D;
  }
  return values;
}

/** Loss and gradients of all parameters. */
export function gradientsStep(tf: Tf, loss: () => Tensor, parameters: readonly Tensorflow.Variable[]) {
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss as () => Tensorflow.Scalar, [...parameters]);
      return { loss: value as Tensor, gradients: parameters.map(({ name }) => grads[name]) };
    });
}

/** Steps of the mean squared error of a network. */
export function networkStep(tf: Tf, inputs: Tensor, targets: Tensor, parameters: readonly Tensorflow.Variable[]) {
  return gradientsStep(tf, () => tf.losses.meanSquaredError(targets, predict(tf, inputs, parameters)), parameters);
}
