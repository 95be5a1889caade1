/** What networks are judged by. */
import { median } from "../demo/lib/line.js";

/** Share of rows of outputs [samples, classes] whose largest one is the label's. */
export function accuracy(outputs: Float32Array, labels: ArrayLike<number>): number {
  const classes = outputs.length / labels.length;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (outputs[i * classes + k] > outputs[i * classes + best]) best = k;
    // A network that overflowed has no largest output.
    if (best === labels[i] && Number.isFinite(outputs[i * classes + best])) right++;
  }
  return right / labels.length;
}

const errorsOf = (predictions: Float32Array, targets: ArrayLike<number>) =>
  Array.from(predictions, (p, i) => p - targets[i]);

/** Half of the absolute errors are below: outliers, as long as they are fewer, have no say. */
export const medianError = (predictions: Float32Array, targets: ArrayLike<number>): number =>
  median(errorsOf(predictions, targets).map(Math.abs));

export const rootMeanSquare = (predictions: Float32Array, targets: ArrayLike<number>): number =>
  Math.sqrt(errorsOf(predictions, targets).reduce((sum, e) => sum + e * e, 0) / targets.length);
