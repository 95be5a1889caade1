/** Which losses, masks and modifiers have a page, and what its curves show. */
import * as library from "../../src/index.js";
import { evaluate, type Loss, losses } from "../../src/index.js";
import { composed, type Shown } from "./composed.js";
import type { Curve, Figure } from "./figure.js";

/** What has a page, with what its curves compare. */
export interface Page {
  /** The file's name, and for base losses the id in JSON. */
  readonly id: string;
  /** Name of the function. */
  readonly name: string;
  readonly shown: readonly Shown[];
  /** Which of them the example is: of a modifier the one behind the loss that it modifies. */
  readonly example: Shown;
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
};

const textOf = (parameters: object): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ") || "defaults";

/** A call of a factory, as code. */
function callOf(name: string, parameters: object): string {
  const written = Object.entries(parameters).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `${name}(${written.length > 0 ? `{ ${written.join(", ")} }` : ""})`;
}

/** Losses have the names of their JSON ids in docs/losses, whatever their functions are called. */
const fileNames: Record<string, string> = { logitClippedCrossEntropy: "logitClipCe" };

export const pages: readonly Page[] = [
  ...losses.map(({ definition: { id, name } }) => {
    const shown = (variantsOf[id] ?? [{}]).map((each) => ({ code: callOf(name, each), label: textOf(each) }));
    return { id, name, shown, example: shown[0] };
  }),
  ...Object.entries(composed).map(([name, { shown }]) => ({
    id: fileNames[name] ?? name,
    name,
    shown,
    example: shown.find(({ code }) => code.startsWith(`${name}(`))!,
  })),
];

/** The loss that code makes. */
export const lossOf = ({ code }: Shown): Loss =>
  new Function(...Object.keys(library), `return ${code};`)(...Object.values(library)) as Loss;

/** The functions of the package that code calls. */
export const namesIn = (code: string): string[] =>
  [...new Set(code.match(/\b\w+(?=\()/g))].filter((name) => name in library).sort();

const points = (from: number, to: number): number[] =>
  Array.from({ length: 201 }, (_, i) => Number((from + ((to - from) * i) / 200).toPrecision(12)));

/** What one sample contributes as the x of a chart changes, and the words for it. */
interface Look extends Pick<Figure, "xLabel" | "valueLabel" | "slopeLabel"> {
  readonly xs: readonly number[];
  readonly of: (loss: Loss, xs: readonly number[], label: number) => Pick<Curve, "value" | "slope">;
  /** Which gradient the slope is. */
  readonly gradient: "gradient" | "slopeGradient";
  /** Samples to try a loss on, as code. */
  readonly sample: string;
}

/** Samples that know nothing of each other: one evaluation of all, `stride` numbers of the gradient to each. */
const apart =
  (inputs: (xs: readonly number[], label: number) => object, stride = 1, gradient: Look["gradient"] = "gradient") =>
  (loss: Loss, xs: readonly number[], label: number) => {
    const result = evaluate(loss, inputs(xs, label) as never, { reduction: "none" });
    return { value: [...(result.loss as Float64Array)], slope: xs.map((_, i) => result[gradient]![i * stride]) };
  };

/** Nineteen quantiles of the normal distribution: the rest of a batch. */
const upper = [0.126, 0.253, 0.385, 0.524, 0.674, 0.842, 1.036, 1.282, 1.645];
const others = [...upper.map((x) => -x), 0, ...upper];

/** One sample beside those: a mask judges it by all. */
const among = (inputs: (xs: readonly number[]) => object) => (loss: Loss, xs: readonly number[]) => {
  const results = xs.map((x) => evaluate(loss, inputs([x, ...others]) as never, { reduction: "none" }));
  return {
    value: results.map((result) => (result.loss as Float64Array)[0]),
    slope: results.map((result) => result.gradient![0]),
  };
};

const residuals = (xs: readonly number[]) => ({ predictions: xs, targets: xs.map(() => 0) });
const regression = { valueLabel: "loss", slopeLabel: "d loss / d prediction", gradient: "gradient" } as const;
const binary = { valueLabel: "loss", slopeLabel: "d loss / d logit", gradient: "gradient" } as const;

const looks = {
  regression: {
    ...regression,
    xs: points(-6, 6),
    xLabel: "r = prediction - target",
    of: apart(residuals),
    sample: "{ predictions: [0.5, 3], targets: [0, 0] }",
  },
  maskedRegression: {
    ...regression,
    xs: points(-6, 6),
    xLabel: "r of a sample beside 19 normal ones",
    of: among(residuals),
    sample: "{ predictions: [0.1, -0.2, 0.3, 0, -0.1, 0.2, -0.3, 9], targets: [0, 0, 0, 0, 0, 0, 0, 0] }",
  },
  binary: {
    ...binary,
    xs: points(-6, 6),
    xLabel: "logit",
    of: apart((xs, label) => ({ logits: xs, labels: xs.map(() => label) })),
    sample: "{ logits: [2, 2], labels: [1, 0] }",
  },
  maskedBinary: {
    ...binary,
    xs: points(-6, 6),
    xLabel: "logit beside 19 normal ones, label 1",
    of: among((xs) => ({ logits: xs, labels: xs.map(() => 1) })),
    sample: "{ logits: [2, 1, 3, 2, 1, 3, 2, -8, -2], labels: [1, 1, 1, 1, 1, 1, 1, 1, 0] }",
  },
  class: {
    xs: points(-8, 8),
    xLabel: "logit of the label, beside 1 and -1",
    valueLabel: "loss",
    slopeLabel: "d loss / d logit of the label",
    of: apart((xs) => ({ logits: xs.flatMap((x) => [x, 1, -1]), labels: xs.map(() => 0) }), 3),
    gradient: "gradient",
    sample: "{ logits: [2, 0, 0, 2, 0, 0], labels: [0, 1] }",
  },
  lai: {
    xs: points(-4, 4),
    xLabel: "slope k of the model; r = 1",
    valueLabel: "loss",
    slopeLabel: "d loss / d k",
    of: (loss, xs, label) => {
      const inputs = { ...residuals(xs.map(() => 1)), ...("of" in loss && { slopes: xs }) };
      // What is no Lai loss does not depend on the slope.
      if (!("of" in loss)) return { ...apart(() => inputs)(loss, xs, label), slope: xs.map(() => 0) };
      return apart(() => inputs, 1, "slopeGradient")(loss, xs, label);
    },
    gradient: "slopeGradient",
    sample: "{ predictions: [1, 1], targets: [0, 0], slopes: [0.1, 2] }",
  },
} satisfies Record<string, Look>;

/** How a page looks at all that it shows: by its example. */
export function lookOf({ example }: Page): Look {
  const loss = lossOf(example);
  if ("of" in loss && loss.family === "regression") return looks.lai;
  if ("base" in loss) return loss.family === "binary" ? looks.maskedBinary : looks.maskedRegression;
  return looks[loss.family];
}

/** The figure of a page, every number of it from `evaluate`. */
export function figureOf(page: Page): Figure {
  const { name, shown } = page;
  const look = lookOf(page);
  const plainBinary = look === looks.binary;
  const curveOf = ({ code, label }: Shown, ofLabel: number, text: string): Curve => ({
    label: text + label,
    ...look.of(lossOf({ code, label }), look.xs, ofLabel),
  });
  const curves = shown.map((each) => curveOf(each, 1, plainBinary ? "label 1, " : ""));
  if (plainBinary) curves.push({ ...curveOf(shown[0], 0, ""), label: "label 0" });
  const { xs, xLabel, valueLabel, slopeLabel } = look;
  const what = curves.map(({ label }) => label).join("; ");
  const title = `${name}: value and slope`;
  return { title, description: `${page.id}, over ${xLabel}: ${what}.`, xs, xLabel, valueLabel, slopeLabel, curves };
}
