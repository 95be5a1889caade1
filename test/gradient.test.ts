// The gradient that `evaluate` gives against central differences of the loss that it gives, for every base loss.
import { describe, expect, it } from "vitest";
import {
  type ElementLoss,
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  type Traits,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { normal, random } from "./support/data.js";
import { elementLosses } from "./support/losses.js";

const n = 24;
const step = 1e-5;

/** Parameter values beside the defaults; a loss that is not named here is tested at its defaults. */
const parameters: Record<string, Record<string, number>[]> = {
  huber: [{ delta: 0.4 }],
  smoothL1: [{ beta: 2.5 }],
  logCosh: [{ c: 0.3 }],
  cauchy: [{ c: 2 }],
  gemanMcClure: [{ c: 0.7 }],
  welsch: [{ c: 1.5 }],
  tukey: [{ c: 1.2 }],
  barron: [{ alpha: 1 }, { alpha: 2 }, { alpha: 0 }, { alpha: -2, c: 0.5 }, { alpha: -Infinity }, { alpha: 1.4, c: 3 }],
  quantile: [{ tau: 0.9 }],
  binaryCrossEntropy: [{ posWeight: 3 }],
};

const bases = elementLosses.flatMap((factory) => {
  const make = factory as (p?: object) => Loss;
  const { name, parameters: definitions } = factory.definition;
  const required = Object.values(definitions as Record<string, { default?: number }>).some(
    (p) => p.default === undefined,
  );
  return [...(required ? [] : [make()]), ...(parameters[name] ?? []).map(make)];
});

function dataFor(loss: Loss, seed: number): { first: Float64Array; make: (first: Float64Array) => Inputs } {
  const next = random(seed);
  const first = Float64Array.from({ length: n }, () => 2 * normal(next));
  if (loss.family === "regression") {
    const targets = first.map(() => 0.5 * normal(next));
    return { first, make: (predictions) => ({ predictions, targets }) };
  }
  // One label of eight is ignored; its gradient is 0, as are the differences.
  const labels = first.map((_, i) => (i % 8 === 7 ? -100 : next() < 0.5 ? 1 : 0));
  return { first, make: (logits) => ({ logits, labels }) };
}

/** The scalar whose gradient is meant: the loss times its upstream. */
function objective(loss: Loss, inputs: Inputs, options: Options): number {
  const value = evaluate(loss, inputs, options).loss;
  const { upstream = 1 } = inputs;
  const at = (i: number) => (typeof upstream === "number" ? upstream : upstream[i]);
  if (typeof value === "number") return at(0) * value;
  return value.reduce((sum, term, i) => sum + at(i) * term, 0);
}

/** Residuals or logits, which is what kinks are declared of. */
function residuals(inputs: Inputs): Float64Array {
  if ("logits" in inputs) return Float64Array.from(inputs.logits);
  return Float64Array.from(inputs.predictions, (p, i) => p - inputs.targets[i]);
}

function checkGradient(loss: Loss, options: Options, extra: Partial<Inputs>, what: string): void {
  const { first, make } = dataFor(loss, 11);
  const base = ("base" in loss ? loss.base : loss) as ElementLoss;
  const kinks = (base.definition.traits as Traits<typeof base.parameters>).kinks?.(base.parameters) ?? [];
  const at = (values: Float64Array) => ({ ...make(values), ...extra }) as Inputs;
  const { gradient, mask, count } = evaluate(loss, at(first), options);
  expect(count, what).toBeGreaterThan(0);
  const x = residuals(at(first));
  let checked = 0;
  for (let i = 0; i < n; i++) {
    if (kinks.some((kink) => Math.abs(x[i] - kink) < 10 * step)) continue;
    const moved = (by: number) => at(first.map((value, j) => (j === i ? value + by : value)));
    // The mask counts as a constant, so a mask that flips would be another function.
    const flips = [step, -step].some((by) => `${evaluate(loss, moved(by), options).mask}` !== `${mask}`);
    if (flips) continue;
    const difference = (objective(loss, moved(step), options) - objective(loss, moved(-step), options)) / (2 * step);
    // Curvature may jump (Huber, Tukey): a difference across it is off by up to step / 2.
    expectClose(gradient![i], difference, { rtol: 1e-6, atol: 2e-8 }, `${what}, element ${i} at ${x[i]}`);
    checked++;
  }
  expect(checked, what).toBeGreaterThan(0.9 * n);
}

const weights = Float64Array.from({ length: n }, (_, i) => (i % 5 === 0 ? 0 : 0.5 + i / n));
const upstream = Float64Array.from({ length: n }, (_, i) => Math.cos(i));

describe.each(bases.map((loss) => [JSON.stringify(loss.toJSON()), loss] as const))("%s", (_, base) => {
  const masks: [string, Loss, Options][] = [
    ["plain", base, {}],
    ["masked", zMasked(base as never, { threshold: 1.2 }) as Loss, {}],
    [
      "masked upwards, ddof 0, eps",
      zMasked(base as never, { threshold: 1, side: "upper", ddof: 0, eps: 0.1 }) as Loss,
      {},
    ],
    [
      "masked columns",
      zMasked(base as never, { threshold: 1.2, granularity: "element" }) as Loss,
      { shape: [n / 2, 2] },
    ],
    [
      "masked rows",
      zMasked(base as never, { threshold: 1, statistic: "loss", per: "batch", granularity: "sample" }) as Loss,
      { shape: [n / 3, 3] },
    ],
  ];
  it.each(masks)("%s", (what, loss, options) => {
    const samples = evaluate(loss, dataFor(loss, 11).make(dataFor(loss, 11).first), options).perSample!.length;
    for (const reduction of ["mean", "sum", "none"] as const) {
      const given = reduction === "none" ? upstream.slice(0, samples) : -1.7;
      checkGradient(loss, { ...options, reduction }, {}, `${what}, ${reduction}`);
      checkGradient(
        loss,
        { ...options, reduction },
        { weights: weights.slice(0, samples), upstream: given },
        `${what}, ${reduction}, weights and upstream`,
      );
    }
  });
});

it("a mask is at work in these tests", () => {
  const loss = zMasked(bases[0] as never, { threshold: 1.2 }) as Loss;
  const { first, make } = dataFor(loss, 11);
  const { mask } = evaluate(loss, make(first));
  expect(new Set(mask)).toEqual(new Set([0, 1]));
});
