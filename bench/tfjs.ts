/** The same loss composed from TensorFlow.js ops, in the form that is fastest there. Tensors stay on the device. */
import type * as Tensorflow from "@tensorflow/tfjs";
import type * as Backend from "@tensorflow/tfjs-backend-webgpu";
import type { ZMaskOptions } from "../src/index.js";

export type Tf = typeof Tensorflow;
export type Tensor = Tensorflow.Tensor;

/** Puts the WebGPU backend of TensorFlow.js on a device of ours, so that both share one queue. */
export function useDevice(tf: Tf, { WebGPUBackend }: typeof Backend, device: GPUDevice): void {
  tf.env().set("WEBGPU_CPU_FORWARD", false); // else small tensors are computed on the CPU
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, device.adapterInfo), 3);
}

/**
 * Steps of z-masked squared error, by mean and standard deviation or by medians. The mask has to be a constant to `valueAndGrad`:
 * comparisons have no gradient in tfjs.
 */
export function zMaskedSteps(
  tf: Tf,
  predictions: Tensorflow.Tensor,
  targets: Tensorflow.Tensor,
  { threshold, estimator }: Pick<Required<ZMaskOptions>, "threshold" | "estimator">,
) {
  // Made once: a number inside a step would be uploaded in every step.
  const freedom = tf.scalar(predictions.size - 1);
  const limit = tf.scalar(threshold);
  const two = tf.scalar(2);
  const normal = tf.scalar(1.4826);
  const half = Math.floor(predictions.size / 2) + 1;
  const middle = predictions.size % 2 === 0 ? 2 : 1;
  const medianOf = (values: Tensorflow.Tensor) =>
    tf
      .topk(values, half)
      .values.slice(half - middle, middle)
      .mean();
  const keepByMedians = (losses: Tensorflow.Tensor) => {
    const distances = losses.sub(medianOf(losses)).abs();
    return distances.lessEqual(medianOf(distances).mul(normal).mul(limit)).toFloat();
  };
  const keepByMoments = (losses: Tensorflow.Tensor) => {
    const deviations = losses.sub(losses.mean());
    const deviation = deviations.square().sum().div(freedom).sqrt();
    return deviations.abs().lessEqual(deviation.mul(limit)).toFloat();
  };
  const keepOf = estimator === "median" ? keepByMedians : keepByMoments;
  return {
    /** Reuses the residuals: the fewest ops. */
    byHand: () =>
      tf.tidy(() => {
        const residuals = predictions.sub(targets);
        const losses = residuals.square();
        const keep = keepOf(losses);
        const count = keep.sum();
        return { loss: losses.mul(keep).sum().div(count), gradients: [residuals.mul(keep).mul(two.div(count))] };
      }),
    /** What users write. */
    byAutograd: () =>
      tf.tidy(() => {
        const keep = keepOf(predictions.squaredDifference(targets));
        const count = keep.sum();
        const masked = (p: Tensorflow.Tensor) => p.squaredDifference(targets).mul(keep).sum().div(count);
        const { value, grad } = tf.valueAndGrad(masked)(predictions);
        return { loss: value, gradients: [grad] };
      }),
  };
}

/** Steps of softmax cross-entropy with rows of probabilities, which stay on the device. */
export function crossEntropyStep(tf: Tf, logits: Tensor, labels: Tensor) {
  const loss = (z: Tensor) => tf.losses.softmaxCrossEntropy(labels, z) as Tensorflow.Scalar;
  return () =>
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad(loss)(logits);
      return { loss: value as Tensor, gradients: [grad as Tensor] };
    });
}

/** Steps of the mean squared error of a network with relu: loss and gradients of all kernels, [inputs, outputs], and biases, layer by layer. */
export function networkStep(tf: Tf, inputs: Tensor, targets: Tensor, parameters: readonly Tensorflow.Variable[]) {
  const layers = parameters.length / 2;
  const loss = () => {
    let values = inputs as Tensorflow.Tensor2D;
    for (let l = 0; l < layers; l++) {
      const [b, bias] = parameters.slice(2 * l) as unknown as [Tensorflow.Tensor2D, Tensorflow.Tensor1D];
      values = tf.fused.matMul({
        a: values,
        b,
        bias,
        activation: l < layers - 1 ? "relu" : "linear",
      }) as Tensorflow.Tensor2D;
    }
    return tf.losses.meanSquaredError(targets, values) as Tensorflow.Scalar;
  };
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, [...parameters]);
      return { loss: value as Tensor, gradients: parameters.map(({ name }) => grads[name]) };
    });
}
