// Class losses in float64: what the mathematics says of them, their gradients, their JSON, and what is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alphaMae,
  type ClassLoss,
  classAbsoluteError,
  crossEntropy,
  defineClassLoss,
  evaluate,
  focal,
  generalizedCrossEntropy,
  lossFromJSON,
  normalized,
  normalizedNegative,
  type Options,
  partiallyHuberized,
  reverseCrossEntropy,
  rules,
  sgce,
  smoothed,
  symmetrized,
  tempered,
  unhinged,
  unhingedL2,
  zMasked,
} from "../src/index.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { normal, random } from "./support/data.js";
import { classBases, classComposites, classLosses, named } from "./support/losses.js";

/** Logits of a few rows, a row of classes wide, away from ties. */
const rowOf = (classes: number, size = 3): fc.Arbitrary<number[]> =>
  fc.integer({ min: 1, max: 2 ** 31 }).map((seed) => {
    const next = random(seed);
    return Array.from({ length: classes }, () => size * normal(next));
  });
const anyRow = fc.constantFrom(2, 3, 5, 17).chain((classes) => rowOf(classes));
const property = <T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void) =>
  fc.assert(
    fc.property(arbitrary, (value) => {
      check(value);
    }),
    { numRuns: 25, seed: 7 },
  );

const lossOf = (loss: ClassLoss, logits: readonly number[], label: number): number =>
  evaluate(loss, { logits, labels: [label] }).loss as number;
const sumOverLabels = (loss: ClassLoss, logits: readonly number[]): number =>
  logits.reduce((sum, _, k) => sum + lossOf(loss, logits, k), 0);

describe("symmetrized", () => {
  it.each(named(classLosses))("%s: the sum over labels is 0", (_, loss) => {
    property(anyRow, (logits) => {
      const each = logits.map((_, k) => lossOf(symmetrized(loss), logits, k));
      const size = Math.max(1, ...each.map(Math.abs));
      expectClose(sumOverLabels(symmetrized(loss), logits), 0, { rtol: 0, atol: 1e-11 * size * logits.length }, "sum");
    });
  });

  it.each(named(classLosses))("%s: differences between labels stay", (_, loss) => {
    property(anyRow, (logits) => {
      const difference = (l: ClassLoss) => lossOf(l, logits, 1) - lossOf(l, logits, 0);
      expectClose(difference(symmetrized(loss)), difference(loss), { rtol: 1e-10, atol: 1e-10 }, "difference");
    });
  });

  it.each([
    ["nce", normalized(crossEntropy()), () => 1],
    ["ngce", normalized(generalizedCrossEntropy()), () => 1],
    ["normalized(focal)", normalized(focal({ gamma: 2 })), () => 1],
    ["nnce", normalizedNegative(crossEntropy()), (classes: number) => classes - 1],
    ["mae", classAbsoluteError({ scale: 3 }), (classes: number) => 3 * (classes - 1)],
    ["rce", reverseCrossEntropy({ A: -4 }), (classes: number) => 4 * (classes - 1)],
    ["alphaMae", alphaMae({ alpha: 0.2 }), (classes: number) => (classes - 1) / 0.2],
    ["unhingedL2", unhingedL2(), () => 0],
  ] as [string, ClassLoss, (classes: number) => number][])("%s is symmetric already", (_, loss, total) => {
    property(anyRow, (logits) => {
      expectClose(sumOverLabels(loss, logits), total(logits.length), { rtol: 1e-11, atol: 1e-11 }, "sum over labels");
    });
  });

  it("of cross-entropy is the unhinged loss, mean(z) - z_y", () => {
    property(anyRow, (logits) => {
      const mean = logits.reduce((sum, z) => sum + z / logits.length, 0);
      for (const loss of [unhinged(), symmetrized(crossEntropy()), sgce({ q: 0 })]) {
        const { loss: value, gradient } = evaluate(loss, { logits, labels: [1] });
        expectClose(value, mean - logits[1], { rtol: 1e-12, atol: 1e-12 }, "value");
        const expected = logits.map((_, k) => 1 / logits.length - (k === 1 ? 1 : 0));
        expectClose(gradient, expected, { rtol: 1e-12, atol: 1e-12 }, "gradient");
      }
    });
  });
});

describe("limits", () => {
  it("sgce: q to 0 is unhinged, q = 1 is mae less its mean", () => {
    property(anyRow, (logits) => {
      const classes = logits.length;
      expectClose(lossOf(sgce({ q: 1e-9 }), logits, 0), lossOf(unhinged(), logits, 0), { rtol: 1e-6, atol: 1e-6 }, "0");
      const mae = lossOf(classAbsoluteError(), logits, 0) - (1 - 1 / classes);
      expectClose(lossOf(sgce({ q: 1 }), logits, 0), mae, { rtol: 1e-12, atol: 1e-12 }, "q = 1");
    });
  });

  it("alphaMae: alpha = 1 is mae, alpha to 0 is unhinged", () => {
    property(anyRow, (logits) => {
      const at = (alpha: number, kScale: boolean) => lossOf(alphaMae({ alpha, center: true, kScale }), logits, 0);
      const close = (a: number, b: number, tolerance: number) =>
        expectClose(a, b, { rtol: tolerance, atol: tolerance }, "alphaMae");
      close(lossOf(alphaMae({ alpha: 1 }), logits, 0), lossOf(classAbsoluteError(), logits, 0), 1e-12);
      close(at(1e-9, true), at(0, true), 1e-6);
      close(at(1e-9, false), at(0, false), 1e-6);
      close(at(0, true), lossOf(unhinged(), logits, 0), 1e-12);
    });
  });

  it("partiallyHuberized follows its tangent beyond the bound, and nothing else", () => {
    const loss = partiallyHuberized(crossEntropy(), { tau: 10 });
    for (const gap of [0, 1, 2, 2.3, 2.31, 5, 30]) {
      const p = 1 / (1 + Math.exp(gap));
      const expected = p > 0.1 ? -Math.log(p) : Math.log(10) + 1 - 10 * p;
      expectClose(lossOf(loss, [0, gap], 0), expected, { rtol: 1e-12, atol: 1e-12 }, `gap ${gap}`);
    }
    // Steepness of mae is 1: it is never bounded.
    property(anyRow, (logits) => {
      const bounded = lossOf(partiallyHuberized(classAbsoluteError(), { tau: 1.5 }), logits, 0);
      expect(bounded).toBe(lossOf(classAbsoluteError(), logits, 0));
    });
  });

  it("smoothed towards minus infinity is symmetrized", () => {
    property(anyRow, (logits) => {
      const eps = -1e7;
      const smooth = lossOf(smoothed(crossEntropy(), { eps }), logits, 0) / (1 - eps);
      expectClose(smooth, lossOf(unhinged(), logits, 0), { rtol: 1e-5, atol: 1e-5 }, "limit");
    });
  });
});

describe.each(named(classLosses))("%s", (_, loss) => {
  it("does not see what is added to all logits", () => {
    if (JSON.stringify(loss).match(/L2|Clip/))
      return expect(loss.terms(2).some((t) => t.scores.limit < 1e9)).toBe(true);
    property(anyRow, (logits) => {
      const shifted = logits.map((z) => z + 64);
      const tolerance = { rtol: 1e-9, atol: 1e-9 };
      expectClose(lossOf(loss, shifted, 1), lossOf(loss, logits, 1), tolerance, "shifted");
    });
  });

  it("permutes with the classes", () => {
    property(anyRow, (logits) => {
      const last = logits.length - 1;
      const flipped = [...logits].reverse();
      const a = evaluate(loss, { logits, labels: [0] });
      const b = evaluate(loss, { logits: flipped, labels: [last] });
      const tolerance = { rtol: 1e-9, atol: 1e-11 };
      expectClose(b.loss, a.loss as number, tolerance, "loss");
      expectClose([...b.gradient!].reverse(), a.gradient!, tolerance, "gradient");
    });
  });

  it("of one-hot rows is that of classes, and of mixtures their mean", () => {
    property(anyRow, (logits) => {
      const shape = [1, logits.length] as const;
      const oneHot = (label: number) => logits.map((_, k) => (k === label ? 1 : 0));
      const hot = evaluate(loss, { logits, labels: oneHot(1) }, { shape });
      const ids = evaluate(loss, { logits, labels: [1] });
      expect(hot.loss).toBe(ids.loss);
      expectEqual(hot.gradient, ids.gradient!, "gradient");
      const mixed = evaluate(
        loss,
        { logits, labels: oneHot(1).map((e, k) => 0.75 * e + (k === 0 ? 0.25 : 0)) },
        { shape },
      );
      const expected = 0.75 * lossOf(loss, logits, 1) + 0.25 * lossOf(loss, logits, 0);
      expectClose(mixed.loss, expected, { rtol: 1e-10, atol: 1e-10 }, "mixture");
    });
  });

  it("goes to JSON and back", () => {
    const text = JSON.stringify(loss);
    const back = lossFromJSON(JSON.parse(text)) as ClassLoss;
    expect(JSON.stringify(back)).toBe(text);
    property(anyRow, (logits) => expect(lossOf(back, logits, 0)).toBe(lossOf(loss, logits, 0)));
    const mask = zMasked(loss, { threshold: 1.5 });
    expect(JSON.stringify(lossFromJSON(JSON.parse(JSON.stringify(mask))))).toBe(JSON.stringify(mask));
  });

  it("is frozen data", () => expect(Object.isFrozen(loss) && Object.isFrozen(loss.parameters)).toBe(true));
});

const step = 1e-5;

/** The gradient of what `evaluate` gives against central differences of its loss. */
function checkGradient(loss: ClassLoss | ReturnType<typeof zMasked<"class">>, options: Options, what: string): void {
  const [rows, classes] = [7, 4];
  const next = random(5);
  const logits = Array.from({ length: rows * classes }, () => 2 * normal(next));
  const labels = Array.from({ length: rows }, (_, i) => (i === 3 ? -100 : Math.floor(classes * next())));
  const upstream = Array.from({ length: rows }, () => normal(next));
  const given = options.reduction === "none" ? upstream : -1.7;
  const objective = (z: readonly number[]): number => {
    const value = evaluate(loss, { logits: z, labels }, options).loss;
    return typeof value === "number" ? -1.7 * value : value.reduce((sum, term, i) => sum + upstream[i] * term, 0);
  };
  const { gradient, mask } = evaluate(loss, { logits, labels, upstream: given }, options);
  let checked = 0;
  for (let j = 0; j < logits.length; j++) {
    const moved = (by: number) => logits.map((z, k) => (k === j ? z + by : z));
    const flips = [step, -step].some(
      (by) => `${evaluate(loss, { logits: moved(by), labels }, options).mask}` !== `${mask}`,
    );
    if (flips) continue;
    const difference = (objective(moved(step)) - objective(moved(-step))) / (2 * step);
    // Curvature may jump (clipped norms, partial Huberization).
    expectClose(gradient![j], difference, { rtol: 2e-6, atol: 5e-8 }, `${what}, element ${j}`);
    checked++;
  }
  expect(checked).toBeGreaterThan(0.8 * logits.length);
}

describe.each(named([...classBases, ...classComposites]))("gradient of %s", (_, loss) => {
  const weights = [1, 0.5, 2, 1, 0, 3, 1];
  it.each(["mean", "sum", "none"] as const)("%s", (reduction) => {
    checkGradient(loss, { reduction }, "plain");
    checkGradient(loss, { reduction, weights, classWeights: [1, 2, 0.5, 3] }, "weighted");
    checkGradient(zMasked(loss, { threshold: 1.2 }), { reduction, weights }, "masked");
  });
});

describe("options", () => {
  const logits = [1, 2, 3, 0, -1, 4, 2, 2, 2, 5, 5, -3];
  const labels = [0, 2, 1, -100];

  it("a whole weight is a repetition", () => {
    for (const loss of classLosses) {
      const twice = evaluate(loss, { logits: [...logits, ...logits.slice(3, 6)], labels: [...labels, 2] });
      const weighted = evaluate(loss, { logits, labels, weights: [1, 2, 1, 1] });
      expectClose(weighted.loss, twice.loss as number, { rtol: 1e-12, atol: 1e-13 }, "loss");
    }
  });

  it("class weights multiply the weights, by class or by the mean of a row", () => {
    const classWeights = [2, 0.5, 4];
    const { weightSum, perSample, loss } = evaluate(crossEntropy(), {
      logits,
      labels,
      weights: [1, 3, 1, 1],
      classWeights,
    });
    const plain = evaluate(crossEntropy(), { logits, labels }).perSample!;
    expect(weightSum).toBe(2 + 12 + 0.5);
    expectClose(perSample, [2 * plain[0], 12 * plain[1], 0.5 * plain[2], 0], { rtol: 1e-14, atol: 0 }, "perSample");
    expectClose(loss, (2 * plain[0] + 12 * plain[1] + 0.5 * plain[2]) / 14.5, { rtol: 1e-14, atol: 0 }, "loss");
    const rows = evaluate(
      crossEntropy(),
      { logits: logits.slice(0, 3), labels: [0.5, 0.25, 0.25], classWeights },
      { shape: [1, 3] },
    );
    expect(rows.weightSum).toBe(1 + 0.125 + 1);
  });

  it("extra outputs come on request only", () => {
    expect(Object.keys(evaluate(crossEntropy(), { logits, labels }))).not.toContain("correct");
    const outputs = ["logSumExp", "predictedClass", "correct"] as const;
    const result = evaluate(crossEntropy(), { logits, labels }, { outputs });
    expect(result.gradient).toBeUndefined();
    expect(Array.from(result.predictedClass!)).toEqual([2, 2, 0, -1]);
    expect(result.correct).toBe(1);
    const sums = [0, 1, 2].map((i) => Math.log(logits.slice(3 * i, 3 * i + 3).reduce((s, z) => s + Math.exp(z), 0)));
    expectClose(result.logSumExp, [...sums, 0], { rtol: 1e-14, atol: 1e-14 }, "logSumExp");
  });

  it("a mask can score the loss, or the labelled class's logit or probability, per batch or per class", () => {
    const next = random(3);
    const many = Array.from({ length: 60 }, () => normal(next));
    const ids = Array.from({ length: 20 }, (_, i) => i % 3);
    const score = (statistic: "loss" | "logit" | "probability", per: "batch" | "class") =>
      evaluate(zMasked(crossEntropy(), { statistic, per, threshold: 1.5 }), { logits: many, labels: ids });
    const own = ids.map((label, i) => many[3 * i + label]);
    const { statistics, z, mask } = score("logit", "class");
    expect(statistics!.map(({ column, class: label, n }) => [column, label, n])).toEqual([
      [0, 0, 7],
      [0, 1, 7],
      [0, 2, 6],
    ]);
    for (const { class: label, mean, standardDeviation: sd } of statistics!) {
      const members = own.filter((_, i) => ids[i] === label);
      expectClose(
        mean,
        members.reduce((sum, x) => sum + x / members.length, 0),
        { rtol: 1e-12, atol: 1e-12 },
        "mean",
      );
      for (const [i, x] of own.entries())
        if (ids[i] === label) expectClose(z![i], (x - mean) / sd, { rtol: 1e-12, atol: 1e-12 }, "z");
    }
    expect(new Set(mask)).toEqual(new Set([0, 1]));
    const probabilities = score("probability", "batch").statistics![0].mean;
    const losses = evaluate(crossEntropy(), { logits: many, labels: ids }).perSample!;
    const mean = losses.reduce((sum, l) => sum + Math.exp(-l) / losses.length, 0);
    expectClose(probabilities, mean, { rtol: 1e-12, atol: 1e-12 }, "mean probability");
    expectClose(score("loss", "batch").perSample, losses, { rtol: 0, atol: 0 }, "perSample under a mask");
  });

  it("a row that is not finite spoils or is left out, and an ignored one may hold anything", () => {
    const bad = [...logits.slice(0, 3), NaN, 0, 0, ...logits.slice(6, 9), NaN, NaN, Infinity];
    const spoiled = evaluate(crossEntropy(), { logits: bad, labels });
    expect([spoiled.loss, spoiled.gradient![0]]).toEqual([NaN, NaN]);
    const omitted = evaluate(crossEntropy(), { logits: bad, labels }, { nonFinite: "omit" });
    expect(omitted.count).toBe(2);
    expect(omitted.gradient!.every(Number.isFinite)).toBe(true);
  });
});

it("a class loss of one's own goes through every modifier", () => {
  const squared = defineClassLoss({
    name: "squaredMiss",
    parameters: { c: { default: 1, rule: rules.positive, doc: "factor" } },
    wgsl: "fn squaredMiss(l: f32, c: f32) -> vec2f { let u = 1.0 - exp(l); return c * vec2f(u * u, -2.0 * u * exp(l)); }",
    value: (l, { c }) => c * Math.expm1(l) ** 2,
    slope: (l, { c }) => 2 * c * Math.expm1(l) * Math.exp(l),
    traits: { convex: false, boundedSlope: true },
    documentation: {
      formula: "c (1 - p)²",
      gradient: "2 c p (1 - p) (p - e)",
      source: "a test",
    },
  });
  for (const loss of [
    squared(),
    symmetrized(squared({ c: 2 })),
    normalized(squared()),
    tempered(squared(), { alpha: 2 }),
  ])
    checkGradient(loss, {}, loss.name);
});
