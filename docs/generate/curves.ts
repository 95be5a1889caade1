/** Which losses have a page, and what its curves show: every base loss, and those that are made of others and have a name of their own. */
import {
  alphaMae,
  type BaseLoss,
  biTempered,
  evaluate,
  laiMae,
  laiMse,
  logitClippedCrossEntropy,
  losses,
  sgce,
  unhinged,
  unhingedL2,
} from "../../src/index.js";
import type { Curve, Figure } from "./figure.js";

/** A loss with the parameter values that its curves show, the first ones for examples, too. */
export interface Page {
  readonly id: string;
  /** Name of the factory. */
  readonly name: string;
  readonly make: (parameters?: never) => BaseLoss;
  readonly variants: readonly object[];
}

/** Parameter values worth comparing; a loss that is not here has one curve, that of its defaults. */
const variantsOf: Record<string, readonly object[]> = {
  huber: [{}, { delta: 0.5 }, { delta: 2 }],
  smoothL1: [{}, { beta: 0.5 }, { beta: 2 }],
  logCosh: [{}, { c: 0.5 }, { c: 2 }],
  cauchy: [{}, { c: 0.5 }, { c: 2 }],
  gemanMcClure: [{}, { c: 0.5 }, { c: 2 }],
  welsch: [{}, { c: 0.5 }, { c: 2 }],
  tukey: [{}, { c: 2 }, { c: 3 }],
  barron: [{ alpha: 0 }, { alpha: 1 }, { alpha: -2 }],
  quantile: [{}, { tau: 0.1 }, { tau: 0.8 }],
  bce: [{}, { posWeight: 3 }],
  gce: [{}, { q: 0.3 }, { q: 1 }],
  tce: [{}, { t: 1 }, { t: 6 }],
  agce: [
    { a: 0.6, q: 0.6 },
    { a: 4, q: 0.2 },
    { a: 6, q: 1.5 },
  ],
  aul: [
    { a: 5.5, q: 3 },
    { a: 1.2, q: 0.1 },
    { a: 6.3, q: 1.5 },
  ],
  ael: [{ a: 2.5 }, { a: 1.5 }, { a: 5 }],
  focal: [{}, { gamma: 2 }, { gamma: 2, detach: true }],
  sce: [{}, { alpha: 1 }],
  js: [{}, { pi: 0.1 }, { pi: 0.9 }],
  epsSoftmaxCe: [{ m: 1 }, { m: 100 }, { m: 0 }],
  unhingedL2: [{}, { scale: 3 }],
  sgce: [{ q: 0.5 }, { q: 0.1 }, { q: 1 }],
  alphaMae: [{ alpha: 0.5 }, { alpha: 1 }, { alpha: 0.5, center: true }],
  logitClipCe: [{}, { tau: 3 }],
  biTempered: [
    { t1: 0.8, t2: 1.2 },
    { t1: 0.5, t2: 2 },
    { t1: 1, t2: 1 },
  ],
  laiMae: [{ lambda: 0.5 }, { lambda: 1 }, { lambda: 2 }],
  laiMse: [{ lambda: 0.5 }, { lambda: 1 }, { lambda: 0.5, form: "plain" }],
};

const composed = {
  unhinged,
  unhingedL2,
  sgce,
  alphaMae,
  logitClipCe: logitClippedCrossEntropy,
  biTempered,
  laiMae,
  laiMse,
};

export const pages: readonly Page[] = [
  ...losses.map((factory) => ({ id: factory.definition.id, name: factory.definition.name, make: factory })),
  ...Object.entries(composed).map(([id, make]) => ({ id, name: make.name, make })),
].map(({ id, name, make }) => ({ id, name, make: make as unknown as Page["make"], variants: variantsOf[id] ?? [{}] }));

export const parametersText = (parameters: object): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ") || "defaults";

const points = (from: number, to: number): number[] =>
  Array.from({ length: 201 }, (_, i) => Number((from + ((to - from) * i) / 200).toPrecision(12)));

/** Inputs of samples whose only difference is x, how many numbers of the gradient each has, and the words for it. */
interface Look extends Pick<Figure, "xLabel" | "valueLabel" | "slopeLabel"> {
  readonly xs: readonly number[];
  readonly inputs: (xs: readonly number[], label: number) => object;
  readonly stride: number;
  readonly gradient: "gradient" | "slopeGradient";
}

const looks: Record<"regression" | "binary" | "class" | "lai", Look> = {
  regression: {
    xs: points(-6, 6),
    xLabel: "r = prediction - target",
    valueLabel: "loss",
    slopeLabel: "d loss / d prediction",
    inputs: (xs) => ({ predictions: xs, targets: xs.map(() => 0) }),
    stride: 1,
    gradient: "gradient",
  },
  binary: {
    xs: points(-6, 6),
    xLabel: "logit",
    valueLabel: "loss",
    slopeLabel: "d loss / d logit",
    inputs: (xs, label) => ({ logits: xs, labels: xs.map(() => label) }),
    stride: 1,
    gradient: "gradient",
  },
  class: {
    xs: points(-8, 8),
    xLabel: "logit of the label, beside 1 and -1",
    valueLabel: "loss",
    slopeLabel: "d loss / d logit of the label",
    inputs: (xs) => ({ logits: xs.flatMap((x) => [x, 1, -1]), labels: xs.map(() => 0) }),
    stride: 3,
    gradient: "gradient",
  },
  lai: {
    xs: points(-4, 4),
    xLabel: "slope k of the model; r = 1",
    valueLabel: "loss",
    slopeLabel: "d loss / d k",
    inputs: (xs) => ({ predictions: xs.map(() => 1), targets: xs.map(() => 0), slopes: xs }),
    stride: 1,
    gradient: "slopeGradient",
  },
};

export const lookOf = (loss: BaseLoss): Look =>
  looks["of" in loss && loss.family === "regression" ? "lai" : loss.family];

function curveOf(loss: BaseLoss, label: string, ofLabel: number): Curve {
  const { xs, inputs, stride, gradient } = lookOf(loss);
  const result = evaluate(loss, inputs(xs, ofLabel) as never, { reduction: "none" });
  const slopes = result[gradient]!;
  return {
    label,
    value: [...(result.loss as Float64Array)],
    slope: xs.map((_, i) => slopes[i * stride]),
  };
}

/** The figure of a loss, every number of it from `evaluate`. */
export function figureOf({ id, name, make, variants }: Page): Figure {
  const all = variants.map((parameters) => ({ loss: make(parameters as never), text: parametersText(parameters) }));
  const curves = all.map(({ loss, text }) => curveOf(loss, loss.family === "binary" ? `label 1, ${text}` : text, 1));
  if (all[0].loss.family === "binary") curves.push(curveOf(all[0].loss, "label 0", 0));
  const { xs, xLabel, valueLabel, slopeLabel } = lookOf(all[0].loss);
  const what = curves.map(({ label }) => label).join("; ");
  const title = `${name}: value and slope`;
  return { title, description: `${id}, over ${xLabel}: ${what}.`, xs, xLabel, valueLabel, slopeLabel, curves };
}

/** Two samples to try a loss on, as code, and as the object that it makes. */
export function sampleOf(loss: BaseLoss): { readonly code: string; readonly inputs: object } {
  const look = lookOf(loss);
  if (look === looks.lai) {
    const inputs = { predictions: [1, 1], targets: [0, 0], slopes: [0.1, 2] };
    return { code: "{ predictions: [1, 1], targets: [0, 0], slopes: [0.1, 2] }", inputs };
  }
  if (loss.family === "regression")
    return { code: "{ predictions: [0.5, 3], targets: [0, 0] }", inputs: { predictions: [0.5, 3], targets: [0, 0] } };
  if (loss.family === "binary")
    return { code: "{ logits: [2, 2], labels: [1, 0] }", inputs: { logits: [2, 2], labels: [1, 0] } };
  return {
    code: "{ logits: [2, 0, 0, 2, 0, 0], labels: [0, 1] }",
    inputs: { logits: [2, 0, 0, 2, 0, 0], labels: [0, 1] },
  };
}
