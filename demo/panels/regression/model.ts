// A line fitted in TensorFlow.js with losses of this package: the lab runs this file, and shows it.
import { huber, type Loss, squaredError, zMasked } from "../../../src/index.js"; // "webgpu-losses"
import { type TfjsLoss, toTfjs } from "../../../src/tfjs.js"; // "webgpu-losses/tfjs"
import type { Tensor, Tf } from "../../lib/tensorflow.js"; // types only: tf is yours

export const ours = {
  huber: (delta: number) => huber({ delta }),
  moments: (threshold: number) => zMasked(squaredError(), { threshold }),
  median: (threshold: number) => zMasked(squaredError(), { threshold, estimator: "median", statistic: "error" }),
};

/** Any loss of the package as a function of TensorFlow.js; the z-masked ones also keep masks and scores. */
export async function lossFor(tf: Tf, loss: Loss<"regression">): Promise<TfjsLoss> {
  const made = toTfjs(tf, loss, { keep: "base" in loss ? ["mask", "z"] : [] });
  await made.ready(); // the kernels of medians are loaded on demand
  return made;
}

/** A line through x and y, both [samples, 1]; `onEpoch` sees its slope and intercept, and may end the training by false. */
export async function fitLine(
  tf: Tf,
  { x, y }: { x: Tensor; y: Tensor },
  { loss, rate, epochs }: { loss: TfjsLoss | "meanSquaredError"; rate: number; epochs: number },
  onEpoch: (slope: number, intercept: number) => boolean,
): Promise<void> {
  const dense = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: "zeros" });
  const model = tf.sequential({ layers: [dense] });
  const optimizer = tf.train.sgd(rate);
  model.compile({ optimizer, loss });
  const onEpochEnd = async () => {
    const [[slope], [intercept]] = await Promise.all(dense.getWeights().map((weight) => weight.data()));
    if (!onEpoch(slope, intercept)) model.stopTraining = true;
  };
  await model.fit(x, y, { epochs, batchSize: x.shape[0], shuffle: false, verbose: 0, callbacks: { onEpochEnd } });
  model.dispose();
  optimizer.dispose();
}
