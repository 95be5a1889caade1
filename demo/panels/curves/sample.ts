/** Value and slope of a loss along an axis, by `evaluate`. */
import { evaluate, type LaiLoss, type Loss } from "../../../src/index.js";
import type { Range } from "../../lib/axes.js";
import type { Position } from "../../lib/plot.js";
import { drawable } from "./catalog.js";

/** Along what, and what else a sample needs. */
export interface Axis {
  /** Residuals and logits go from minus this to this. */
  readonly reach: number;
  /** Of a class loss: the logit of the labelled class, all others being 0, or its probability. */
  readonly quantity: "logit" | "probability";
  /** Of a binary loss. */
  readonly label: 0 | 1;
  /** Of a class loss. */
  readonly classes: number;
  /** Of a Lai loss: d prediction / d input. */
  readonly modelSlope: number;
}

export const standardAxis: Axis = { reach: 6, quantity: "logit", label: 1, classes: 3, modelSlope: 1 };

export interface Samples {
  readonly value: readonly number[];
  readonly slope: readonly number[];
}

/** Values and slopes where the residual, the logit of a binary loss or the logit of the labelled class is x. */
export function sampleAt(loss: Loss, x: readonly number[], { label, classes, modelSlope }: Axis): Samples {
  const plain = drawable(loss);
  const { outputs, reduction } = { outputs: ["perSample", "gradient"] as const, reduction: "none" as const };
  const zeros = x.map(() => 0);
  if (plain.family === "class") {
    const logits = x.flatMap((z) => [z, ...Array<number>(classes - 1).fill(0)]);
    const { perSample = [], gradient = [] } = evaluate(
      plain as Loss<"class">,
      { logits, labels: zeros },
      { outputs, reduction },
    );
    return { value: Array.from(perSample), slope: x.map((_, i) => gradient[i * classes]) };
  }
  const inputs =
    plain.family === "binary"
      ? { logits: x, labels: zeros.map(() => label) }
      : { predictions: x, targets: zeros, ...slopesOf(plain, x.length, modelSlope) };
  const { perSample = [], gradient = [] } = evaluate(plain as Loss<"regression">, inputs as never, {
    outputs,
    reduction,
  });
  return { value: Array.from(perSample), slope: Array.from(gradient) };
}

/** Of a Lai loss; an address may ask for any number. */
const mostFeatures = 1000;

/** A Lai loss has the same slope for all of its features. */
function slopesOf(loss: Loss, samples: number, modelSlope: number) {
  const { lambda, feature = 0 } = loss.parameters as Partial<LaiLoss["parameters"]>;
  if (lambda === undefined) return {};
  const features = Array.isArray(lambda) ? lambda.length : feature + 1;
  if (features > mostFeatures) throw new Error(`a loss of ${features} features has too many to be drawn`);
  return { slopes: Array<number>(samples * features).fill(modelSlope) };
}

/** The logit at which the labelled class has a probability, all other logits being 0. */
export const logitOf = (probability: number, classes: number): number =>
  Math.log(probability / (1 - probability)) + Math.log(classes - 1);

const count = 401;

/** Both ends of the axis. */
export const extent = (loss: Loss, { reach, quantity }: Axis): Range =>
  loss.family === "class" && quantity === "probability" ? [0, 1] : [-reach, reach];

/** Both curves of a loss; what is not finite is left out. */
export function curvesOf(loss: Loss, axis: Axis): { value: Position[]; slope: Position[] } {
  const [low, high] = extent(loss, axis);
  // The middle of each step: probabilities stay between 0 and 1, and kinks at whole numbers between two samples.
  const x = Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);
  const probabilities = high === 1 && low === 0 && loss.family === "class" && axis.quantity === "probability";
  const samples = sampleAt(loss, probabilities ? x.map((p) => logitOf(p, axis.classes)) : x, axis);
  const pair = (values: readonly number[]) =>
    x.flatMap((at, i): Position[] => (Number.isFinite(values[i]) ? [[at, values[i]]] : []));
  return { value: pair(samples.value), slope: pair(samples.slope) };
}
