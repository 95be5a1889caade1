// What must hold for any data, on random data. fast-check prints seed and counterexample when it does not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absoluteError,
  binaryCrossEntropy,
  decisionCutoff,
  evaluate,
  groupMoments,
  huber,
  type Inputs,
  type Loss,
  mergeStatistics,
  type RegressionInputs,
  squaredError,
  standardDeviation,
  type Traits,
  thresholdSchedule,
  type ZMaskOptions,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { expectClose, expectEqual, type Tolerance } from "./support/compare.js";
import { elementLosses } from "./support/losses.js";

/** Sums in another order. */
const reordered: Tolerance = { rtol: 1e-11, atol: 1e-10 };

/** Numbers on a grid: sums of a few of them are exact, and equal ones are exactly equal. */
const number = fc.integer({ min: -400, max: 400 }).map((x) => x / 16);
const sample = fc.record({ prediction: number, target: number, label: fc.constantFrom(0, 1), weight: fc.nat(4) });
type Sample = { prediction: number; target: number; label: number; weight: number };
const batch = (least = 1) => fc.array(sample, { minLength: least, maxLength: 40 });
const threshold = fc.constantFrom(0.7, 1, 1.3, 2);

const baseLosses: Loss[] = [squaredError(), absoluteError(), huber({ delta: 3 }), binaryCrossEntropy({ posWeight: 2 })];
const plain = fc.constantFrom(...baseLosses);
/** Masks whose samples are elements, so that a loss has one row per sample. */
const masked = fc
  .tuple(plain, threshold, fc.constantFrom<ZMaskOptions>({}, { side: "upper" }, { ddof: 0 }))
  .map(([base, threshold, options]) => zMasked(base as never, { threshold, ...options }) as Loss);

function inputsOf(loss: Loss, samples: readonly Sample[], weighted = false): Inputs {
  const weights = weighted ? { weights: samples.map((s) => s.weight) } : {};
  const first = samples.map((s) => s.prediction);
  if (loss.family === "binary") return { logits: first, labels: samples.map((s) => s.label), ...weights };
  return { predictions: first, targets: samples.map((s) => s.target), ...weights };
}

const run = (loss: Loss, samples: readonly Sample[], weighted = false, options = {}) =>
  evaluate(loss, inputsOf(loss, samples, weighted), options);

/** A score at the threshold may fall on either side of it once sums are taken in another order. */
function notAtThreshold(loss: Loss, z: Float64Array): void {
  const { threshold } = (loss as ReturnType<typeof zmse>).parameters;
  fc.pre(z.every((value) => Math.abs(Math.abs(value) - threshold) > 1e-9));
}

const property = fc.assert;

describe("a batch", () => {
  it("does not care about the order of its samples", () => {
    property(
      fc.property(masked, batch(), fc.infiniteStream(fc.nat()), (loss, samples, keys) => {
        const before = run(loss, samples, true);
        notAtThreshold(loss, before.z!);
        const order = samples.map((_, i) => ({ i, key: keys.next().value! })).sort((a, b) => a.key - b.key);
        const after = run(
          loss,
          order.map(({ i }) => samples[i]),
          true,
        );
        expectClose(after.loss, before.loss, reordered, "loss");
        expectEqual([after.count, after.weightSum], [before.count, before.weightSum], "count and weightSum");
        for (const name of ["gradient", "perSample", "z", "mask"] as const)
          expectClose(
            after[name],
            order.map(({ i }) => before[name]![i]),
            reordered,
            name,
          );
      }),
    );
  });

  it("takes integer weights as repetitions", () => {
    property(
      fc.property(plain, batch(), fc.constantFrom("mean", "sum"), (loss, samples, reduction) => {
        const repeated = samples.flatMap((s, i) => Array.from({ length: s.weight }, () => ({ ...s, i })));
        const weighted = run(loss, samples, true, { reduction });
        const plain = run(loss, repeated, false, { reduction });
        expectClose(weighted.loss, plain.loss, reordered, "loss");
        expectEqual([weighted.weightSum], [plain.weightSum], "weightSum");
        const gradient = new Float64Array(samples.length);
        for (const [j, { i }] of repeated.entries()) gradient[i] += plain.gradient![j];
        expectClose(weighted.gradient, gradient, reordered, "gradient");
      }),
    );
  });

  it("takes integer weights as repetitions under a mask, given its statistics", () => {
    property(
      fc.property(masked, batch(), (loss, samples) => {
        const { statistics: givenStatistics } = run(loss, samples);
        const repeated = samples.flatMap((s, i) => Array.from({ length: s.weight }, () => ({ ...s, i })));
        const weighted = run(loss, samples, true, { givenStatistics });
        const plain = run(loss, repeated, false, { givenStatistics });
        expectClose(weighted.loss, plain.loss, reordered, "loss");
        expectEqual([weighted.weightSum], [plain.weightSum], "weightSum");
        expectEqual(
          plain.mask,
          repeated.map(({ i }) => weighted.mask![i]),
          "mask",
        );
      }),
    );
  });

  it("under a mask of nothing is as without a mask", () => {
    property(
      fc.property(
        plain,
        batch(),
        fc.constantFrom(Infinity, 1e9),
        fc.boolean(),
        (base, samples, threshold, weighted) => {
          const expected = run(base, samples, weighted);
          const got = run(zMasked(base as never, { threshold }) as Loss, samples, weighted);
          expectEqual(
            [got.loss as number, got.count, got.weightSum],
            [expected.loss as number, expected.count, expected.weightSum],
            "figures",
          );
          expectEqual(got.gradient, expected.gradient!, "gradient");
          expectEqual(
            got.mask,
            samples.map(() => 1),
            "mask",
          );
        },
      ),
    );
  });

  it("under a mask is as the kept samples alone", () => {
    property(
      fc.property(masked, batch(), (loss, samples) => {
        const got = run(loss, samples, true);
        const kept = samples.filter((_, i) => got.mask![i] === 1);
        const expected = run((loss as ReturnType<typeof zmse>).base, kept, true);
        expectClose(got.loss, expected.loss, reordered, "loss");
        expectEqual([got.count, got.weightSum], [expected.count, expected.weightSum], "count and weightSum");
        expectClose(
          got.gradient!.filter((_, i) => got.mask![i] === 1),
          expected.gradient!,
          reordered,
          "gradient",
        );
        expectEqual(
          got.gradient!.filter((_, i) => got.mask![i] === 0),
          Array(samples.length - kept.length).fill(0),
          "masked gradient",
        );
      }),
    );
  });

  it("always keeps a sample with |z| <= 1, and never has a |z| above the bound", () => {
    property(
      fc.property(batch(2), (samples) => {
        const n = samples.length;
        const { z, mask } = run(zmse({ threshold: 1.0000001 }), samples);
        expect(Math.max(...z!.map(Math.abs))).toBeLessThanOrEqual(((n - 1) / Math.sqrt(n)) * (1 + 1e-12));
        expect(mask).toContain(1);
      }),
    );
  });

  it("has z-scores of errors that do not depend on their scale, and change sign with them", () => {
    const loss = zmse({ statistic: "error" });
    property(
      fc.property(batch(), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (samples, factor) => {
        const errors = samples.map((s) => s.prediction);
        const z = (scale: number) =>
          evaluate(loss, { predictions: errors.map((e) => scale * e), targets: errors.map(() => 0) }).z!;
        expectClose(z(factor), z(1), { rtol: 1e-9, atol: 1e-9 }, "z");
        expectClose(
          z(-1),
          z(1).map((value) => -value),
          reordered,
          "mirrored z",
        );
      }),
    );
  });
});

describe("shards", () => {
  const cuts = fc.array(fc.nat(40), { maxLength: 4 });
  const split = <T>(items: readonly T[], at: readonly number[]): T[][] => {
    const ends = [0, ...at.map((x) => Math.min(x, items.length)).sort((a, b) => a - b), items.length];
    return ends.slice(1).map((end, i) => items.slice(ends[i], end));
  };

  it("have moments that merge into those of the whole", () => {
    property(
      fc.property(masked, batch(), cuts, (loss, samples, at) => {
        const { ddof } = (loss as ReturnType<typeof zmse>).parameters;
        // With ddof 1 the statistics of one sample have forgotten nothing either: m2 is 0.
        const moments = (part: readonly Sample[]) => run(loss, part).statistics!.map((g) => groupMoments(g, ddof));
        const merged = split(samples, at)
          .map(moments)
          .reduce((a, b) => mergeStatistics(a, b));
        const whole = run(loss, samples).statistics!;
        for (const [g, group] of whole.entries()) {
          expectEqual([merged[g].n], [group.n], "n");
          expectClose(merged[g].mean, group.mean, reordered, "mean");
          expectClose(
            standardDeviation(merged[g], ddof),
            group.standardDeviation,
            { rtol: 1e-9, atol: 1e-6 },
            "deviation",
          );
        }
      }),
    );
  });

  it("with merged statistics are one batch", () => {
    property(
      fc.property(masked, batch(), cuts, (loss, samples, at) => {
        const whole = run(loss, samples, true);
        notAtThreshold(loss, whole.z!);
        const { ddof } = (loss as ReturnType<typeof zmse>).parameters;
        const parts = split(samples, at);
        const merged = parts
          .map((part) => run(loss, part).statistics!.map((g) => groupMoments(g, ddof)))
          .reduce((a, b) => mergeStatistics(a, b));
        // Rounding makes a constant batch's deviation more than 0, or leaves it: both are far from any other deviation.
        fc.pre(whole.statistics!.every((g) => g.standardDeviation === 0 || g.standardDeviation > 1e-3));
        const givenStatistics = whole.statistics!.map((g, i) => ({
          ...g,
          mean: merged[i].mean,
          standardDeviation: standardDeviation(merged[i], ddof),
        }));
        const results = parts.map((part) => run(loss, part, true, { reduction: "sum", givenStatistics }));
        const weightSum = results.reduce((sum, r) => sum + r.weightSum, 0);
        const divided = (x: number) => (weightSum === 0 ? 0 : x / weightSum);
        expectEqual(
          results.flatMap((r) => [...r.mask!]),
          whole.mask!,
          "mask",
        );
        expectEqual([weightSum], [whole.weightSum], "weightSum");
        expectClose(divided(results.reduce((sum, r) => sum + (r.loss as number), 0)), whole.loss, reordered, "loss");
        expectClose(
          results.flatMap((r) => [...r.gradient!].map(divided)),
          whole.gradient!,
          reordered,
          "gradient",
        );
      }),
    );
  });
});

describe("decisionCutoff", () => {
  const side = fc.record({
    mean: number,
    standardDeviation: fc.nat(64).map((x) => x / 8),
    weight: fc.integer({ min: 0, max: 8 }).map((x) => x / 4),
  });
  it("is the same for swapped classes, moves with them, and lies between them", () => {
    property(
      fc.property(side, side, fc.integer({ min: -1000, max: 1000 }), (a, b, shift) => {
        const cutoff = decisionCutoff(a, b);
        const tolerance = { rtol: 1e-9, atol: 1e-9 };
        const swapped = decisionCutoff(b, a);
        expectClose(swapped.value, cutoff.value, tolerance, "swapped");
        expect(swapped.kind).toBe(cutoff.kind);
        const moved = decisionCutoff({ ...a, mean: a.mean + shift }, { ...b, mean: b.mean + shift });
        expectClose(moved.value, cutoff.value + shift, tolerance, "moved");
        expect(moved.kind).toBe(cutoff.kind);
        expect(cutoff.value).toBeGreaterThanOrEqual(Math.min(a.mean, b.mean) - 1e-9);
        expect(cutoff.value).toBeLessThanOrEqual(Math.max(a.mean, b.mean) + 1e-9);
      }),
    );
  });
  it("is where the weighted densities are equal, if it is a crossing", () => {
    const density = (x: number, s: { mean: number; standardDeviation: number; weight: number }) =>
      Math.log(s.weight / s.standardDeviation) - ((x - s.mean) / s.standardDeviation) ** 2 / 2;
    property(
      fc.property(side, side, (a, b) => {
        const { value, kind } = decisionCutoff(a, b);
        fc.pre(kind === "crossing");
        expectClose(density(value, a), density(value, b), { rtol: 1e-7, atol: 1e-7 }, "log densities");
      }),
    );
  });
});

describe("thresholdSchedule", () => {
  const size = fc.double({ min: 0.01, max: 100, noNaN: true });
  it("is monotone, stays between its ends and meets them exactly", () => {
    property(
      fc.property(
        fc.constantFrom("linear", "cosine", "exponential"),
        size,
        size,
        fc.integer({ min: 1, max: 50 }),
        (kind, from, to, steps) => {
          const at = thresholdSchedule({ kind: kind as "linear", from, to, steps });
          expect([at(0), at(-3), at(steps), at(steps + 7), at(Infinity)]).toEqual([from, from, to, to, to]);
          const values = Array.from({ length: steps + 1 }, (_, step) => at(step));
          for (let step = 1; step <= steps; step++) {
            const rise = (values[step] - values[step - 1]) * Math.sign(to - from);
            expect(rise, `${kind} at ${step}: ${values}`).toBeGreaterThanOrEqual(-1e-13 * Math.max(from, to));
          }
        },
      ),
    );
  });
  it("without steps is over at once", () => {
    property(
      fc.property(size, size, fc.integer({ min: -5, max: 0 }), (from, to, steps) => {
        expect(thresholdSchedule({ kind: "cosine", from, to, steps })(0)).toBe(to);
      }),
    );
  });
});

describe("declared traits", () => {
  type Parameter = { rule: { test: (x: number) => boolean } };
  const candidates = [0.1, 0.25, 0.5, 0.9, 1, 1.5, 2, 4.685, 10, 0, -1, -2, -Infinity];
  const positions = fc.double({ min: -50, max: 50, noNaN: true });

  describe.each(elementLosses.map((factory) => [factory.definition.name, factory] as const))("%s", (_, factory) => {
    const { parameters, value, slope, traits } = factory.definition as unknown as {
      parameters: Record<string, Parameter>;
      value: (x: number, p: Record<string, number>, label: number) => number;
      slope: (x: number, p: Record<string, number>, label: number) => number;
      traits: Traits<Record<string, number>>;
    };
    const values = fc.record(
      Object.fromEntries(
        Object.entries(parameters).map(([name, { rule }]) => [name, fc.constantFrom(...candidates.filter(rule.test))]),
      ),
    ) as fc.Arbitrary<Record<string, number>>;
    const label = fc.constantFrom(0, 1);
    /** The largest slope from 0 to 10,000 on both sides. */
    const steepest = (p: Record<string, number>, t: number) =>
      Math.max(...Array.from({ length: 281 }, (_, i) => Math.abs(slope((i % 2 ? 1 : -1) * 10 ** (i / 40 - 3), p, t))));

    it(factory.definition.family === "regression" ? "grows with the residual, from 0" : "is positive", () => {
      property(
        fc.property(values, label, positions, positions, (p, t, a, b) => {
          expect(value(a, p, t)).toBeGreaterThanOrEqual(0);
          if (factory.definition.family !== "regression") return;
          expect(value(0, p, t)).toBe(0);
          expect(slope(a, p, t) * Math.sign(a)).toBeGreaterThanOrEqual(0);
          const [near, far] =
            Math.abs(a) < Math.abs(b) ? [a, Math.abs(b) * Math.sign(a)] : [b, Math.abs(a) * Math.sign(b)];
          expect(value(near, p, t)).toBeLessThanOrEqual(value(far, p, t) * (1 + 1e-12));
        }),
      );
    });

    if (traits.convex)
      it("is convex", () => {
        property(
          fc.property(values, label, positions, positions, (p, t, a, b) => {
            const [va, vb, middle] = [value(a, p, t), value(b, p, t), value((a + b) / 2, p, t)];
            expect(middle).toBeLessThanOrEqual((va + vb) / 2 + 1e-9 * (1 + va + vb));
            expect((slope(b, p, t) - slope(a, p, t)) * (b - a)).toBeGreaterThanOrEqual(-1e-9);
          }),
        );
      });

    const far = fc.double({ min: 1e3, max: 1e8, noNaN: true });
    if (traits.boundedSlope)
      it("has a bounded slope", () => {
        property(
          fc.property(values, label, far, (p, t, x) => {
            const most = steepest(p, t) * (1 + 1e-9);
            expect(Math.abs(slope(x, p, t))).toBeLessThanOrEqual(most);
            expect(Math.abs(slope(-x, p, t))).toBeLessThanOrEqual(most);
          }),
        );
      });
    if (traits.redescending)
      it("lets go of gross outliers", () => {
        property(
          fc.property(values, far, (p, x) => {
            const limit = 1e-2 * steepest(p, 0) * Math.max(1, p.c ?? 1);
            expect(Math.abs(slope(1e3 * x, p, 0))).toBeLessThanOrEqual(limit);
            expect(Math.abs(slope(-1e3 * x, p, 0))).toBeLessThanOrEqual(limit);
          }),
        );
      });
  });

  it("are not declared out of modesty: losses without a trait lack it", () => {
    const residuals = Array.from({ length: 401 }, (_, i) => (i - 200) / 10);
    for (const factory of elementLosses) {
      const { definition } = factory;
      if (definition.name === "barron") continue; // depends on alpha
      const { parameters } = (factory as unknown as () => { parameters: never })();
      const { value, slope, traits } = definition as unknown as {
        value: (x: number, p: never, label: number) => number;
        slope: (x: number, p: never, label: number) => number;
        traits: Traits<never>;
      };
      const s = residuals.map((r) => slope(r, parameters, 1));
      const convex = s.every((value, i) => i === 0 || value >= s[i - 1] - 1e-12);
      expect(convex, `${definition.name} is convex`).toBe(traits.convex);
      const bounded = Math.abs(slope(1e9, parameters, 0)) < 1e3;
      expect(bounded, `${definition.name} has a bounded slope`).toBe(traits.boundedSlope);
      const redescending = Math.abs(slope(1e9, parameters, 0)) < 1e-3 && value(1e9, parameters, 0) > 0;
      expect(redescending, `${definition.name} is redescending`).toBe(traits.redescending ?? false);
    }
  });
});

it("regression losses depend on the residual alone", () => {
  property(
    fc.property(batch(), number, (samples, shift) => {
      for (const loss of [zmse(), zmse({ statistic: "error" })]) {
        const { predictions, targets } = inputsOf(loss, samples) as RegressionInputs;
        const moved = (values: ArrayLike<number>) => Array.from(values, (x) => x + shift);
        const before = evaluate(loss, { predictions, targets });
        const after = evaluate(loss, { predictions: moved(predictions), targets: moved(targets) });
        expect(after).toEqual(before);
      }
    }),
  );
});

it("zbce mirrors: negated logits with swapped labels", () => {
  property(
    fc.property(batch(), threshold, (samples, threshold) => {
      const loss = zbce({ threshold });
      const mirrored = samples.map((s) => ({ ...s, prediction: -s.prediction, label: 1 - s.label }));
      const [before, after] = [run(loss, samples), run(loss, mirrored)];
      expectEqual(after.mask, before.mask!, "mask");
      expectClose(after.loss, before.loss, reordered, "loss");
      expectClose(
        after.gradient,
        before.gradient!.map((g) => -g),
        reordered,
        "gradient",
      );
    }),
  );
});
