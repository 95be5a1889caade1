/** A loss, inputs for it, and what is right. */
import {
  evaluate,
  type Inputs,
  type LogitInputs,
  type Loss,
  type RegressionInputs,
  type Result,
  type ResultName,
  type Shape,
  type ZMaskedLoss,
} from "../src/index.js";

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

export const maskOf = (loss: Loss) => (loss.name === "zMasked" ? (loss as ZMaskedLoss).parameters : undefined);

/** The exponent of `sgce`; undefined of cross-entropy. */
export const exponentOf = (loss: Loss): number | undefined => loss.toJSON().params?.q as number | undefined;

export function makeTask(loss: Loss, shape: Shape, inputs: RegressionInputs | LogitInputs): Task {
  const outputs: ResultName[] = ["loss", "gradient"];
  if ("slopes" in inputs) outputs.push("slopeGradient");
  if (maskOf(loss) || loss.name === "trimmed") outputs.push("z");
  return { loss, shape, inputs, expected: evaluate(loss, inputs as Inputs, { shape, outputs }) as Task["expected"] };
}

/** How exact a contender has to be: coarse, for this is no test of accuracy but of whether it computes the same thing. */
export interface Tolerance {
  readonly error: number;
  /** So near to the threshold, in z, either side is right: rounding decides on which one a sample falls. */
  readonly margin: number;
}

/** Of kernels that add up carefully: the promises are tighter, and the tests' business. */
export const careful: Tolerance = { error: 1e-4, margin: 1e-5 };
/** Of general libraries, whose float32 sums drift with the number of elements, and their masks with them. */
export const drifting: Tolerance = { error: 2e-2, margin: 0.1 };

/** Largest error against float64: of the loss relative to it, of the gradient relative to its largest element. */
export function errorOf(
  loss: number,
  gradient: ArrayLike<number>,
  { loss: of, expected }: Answer,
  { margin }: Tolerance = careful,
): number {
  const { z } = expected;
  // A trimmed mean's scores are losses less the cutoff.
  const threshold = of.name === "trimmed" ? 0 : maskOf(of)?.threshold;
  if (gradient.length !== expected.gradient.length) return Number.NaN;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < gradient.length; i++) largest = Math.max(largest, Math.abs(expected.gradient[i]));
  for (let i = 0; i < gradient.length; i++) {
    // Rows of several elements share a z.
    const near =
      z &&
      threshold !== undefined &&
      Math.abs(Math.abs(z[Math.floor((i * z.length) / gradient.length)]) - threshold) < margin;
    const error = Math.abs(gradient[i] - expected.gradient[i]);
    if (!near && !(error <= worst)) worst = error;
  }
  return Math.max(worst / largest, Math.abs(loss / (expected.loss as number) - 1));
}

export function checked(name: string, error: number, { error: most }: Tolerance = careful): number {
  if (!(error <= most)) throw new Error(`${name}: an error of ${error} against float64`);
  return error;
}
