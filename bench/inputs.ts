/** Data that is the same on every run. */
import type { LogitInputs, RegressionInputs } from "../src/index.js";
import { randomOf } from "./harness.js";

const normalOf = (random: () => number) => () =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Residuals of a model that is nearly right, with 2 % of outliers. */
export function regressionInputs(elements: number, seed = 1): RegressionInputs {
  const random = randomOf(seed);
  const normal = normalOf(random);
  const targets = new Float32Array(elements);
  const predictions = new Float32Array(elements);
  for (let i = 0; i < elements; i++) {
    targets[i] = 3 * normal();
    predictions[i] = targets[i] + 0.5 * normal() + (random() < 0.02 ? 6 * normal() : 0);
  }
  return { predictions, targets };
}

/** Logits that mostly agree with their labels. */
export function binaryInputs(elements: number, seed = 1): LogitInputs {
  const random = randomOf(seed);
  const normal = normalOf(random);
  const labels = Float32Array.from({ length: elements }, () => (random() < 0.4 ? 1 : 0));
  const logits = labels.map((label) => (2 * label - 1) * 1.5 + normal());
  return { logits, labels };
}

/** Logits of a classifier that is right about 70 % of the time, and classes as labels. */
export function classInputs(rows: number, classes: number, seed = 1): LogitInputs {
  const random = randomOf(seed);
  const normal = normalOf(random);
  const logits = Float32Array.from({ length: rows * classes }, () => 2 * normal());
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  for (let i = 0; i < rows; i++) if (random() < 0.7) logits[i * classes + labels[i]] += 8;
  return { logits, labels };
}

/** Residuals as above, and slopes of several features. */
export function slopedInputs(samples: number, features: number): RegressionInputs {
  const random = randomOf(7);
  return {
    ...regressionInputs(samples),
    slopes: Float32Array.from({ length: samples * features }, () => 4 * random() - 2),
  };
}
