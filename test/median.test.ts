// The robust estimator of a z-mask in float64: what it says of small batches by hand, and what it can do that mean and deviation cannot.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calls } from "../demo/data/calls.js";
import { absoluteError, evaluate, lossFromJSON, squaredError, type ZMaskOptions, zMasked } from "../src/index.js";

const robust = (options: ZMaskOptions = {}) =>
  zMasked(squaredError(), { statistic: "error", estimator: "median", ...options });
const of = (predictions: readonly number[], options?: ZMaskOptions) =>
  evaluate(robust(options), { predictions, targets: predictions.map(() => 0) });

describe("median and median distance", () => {
  test("of an odd count", () => {
    const { statistics, z, mask } = of([1, 9, 2, 4, 3]);
    expect(statistics).toEqual([{ column: 0, class: 0, mean: 3, standardDeviation: 1.4826, n: 5, inliers: 4 }]);
    expect(z![1]).toBeCloseTo(6 / 1.4826, 12);
    expect([...mask!]).toEqual([1, 0, 1, 1, 1]);
  });

  test("of an even count: the means of the two in the middle", () => {
    const [{ mean, standardDeviation }] = of([1, 2, 4, 9]).statistics!;
    expect(mean).toBe(3);
    expect(standardDeviation).toBeCloseTo(1.4826 * 1.5, 12);
  });

  test("no samples, and one", () => {
    expect(of([]).statistics).toEqual([{ column: 0, class: 0, mean: 0, standardDeviation: 0, n: 0, inliers: 0 }]);
    expect(of([7])).toMatchObject({ count: 1, loss: 49 });
  });

  test("ddof has no say, and no threshold is beyond reach", () => {
    expect(of([1, 2, 3, 4, 9], { ddof: 0 }).z).toEqual(of([1, 2, 3, 4, 9], { ddof: 3 }).z);
    expect(of([1, 2, 3, 9], { threshold: 2 }).warnings).toEqual([]);
  });
});

describe("where most samples are equal", () => {
  test("the mean distance, times 1.2533, takes over", () => {
    const { statistics, mask } = of([5, 5, 5, 5, 5, 5, 6, 9]);
    expect(statistics![0].standardDeviation).toBeCloseTo(1.2533 * (5 / 8), 12);
    expect([...mask!]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  });

  test("eps says what is far: what is farther is beyond any threshold", () => {
    for (const threshold of [0.5, 2, 100]) {
      const { mask } = of([5, 5, 5, 5, 5, 5.05, 5.2, 4.8], { eps: 0.1, threshold });
      expect([...mask!]).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    }
    expect(of([5, 5, 5, 9], { eps: 0.1, threshold: Infinity }).count).toBe(4);
  });

  test("all equal: all stay", () => {
    for (const eps of [0, 0.1]) expect(of([3, 3, 3], { eps })).toMatchObject({ count: 3 });
  });
});

test("up to half of a batch, however far off, is masked", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.integer({ min: -1000, max: 1000 }).map((x) => x / 1000),
        { minLength: 11, maxLength: 40 },
      ),
      fc.double({ min: 1e3, max: 1e12, noNaN: true }),
      fc.double({ min: 0, max: 0.45, noNaN: true }),
      (clean, far, share) => {
        const outliers = Math.floor((share / (1 - share)) * clean.length);
        const { mask, z, statistics } = of([...clean, ...Array.from({ length: outliers }, () => far)]);
        fc.pre(statistics![0].standardDeviation < 10); // else more than half are equal, and the mean distance is used
        expect([...mask!.subarray(clean.length)].every((kept) => kept === 0)).toBe(true);
        expect(z!.every(Number.isFinite)).toBe(true);
      },
    ),
  );
});

test("shifting and scaling a batch changes no score", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(values, fc.integer({ min: -50, max: 50 }), fc.constantFrom(0.25, 2, 64), (v, shift, scale) => {
      const moved = of(v.map((x) => scale * x + shift)).z!;
      const still = of(v).z!;
      // A deviation below 1e-6 of the median counts as none, so only batches with a deviation are compared.
      if (of(v).statistics![0].standardDeviation > 0) {
        moved.forEach((z, i) => {
          expect(z).toBeCloseTo(still[i], 9);
        });
      }
    }),
  );
});

test("a score equal to the threshold stays, by either estimator", () => {
  // 3 * 91 times 1/91 is more than 3.
  const givenStatistics = [{ column: 0, class: 0, mean: 0, standardDeviation: 91 }];
  for (const estimator of ["moments", "median"] as const) {
    const loss = zMasked(squaredError(), { statistic: "error", estimator, threshold: 3 });
    expect([...evaluate(loss, { predictions: [273, 274], targets: [0, 0], givenStatistics }).mask!]).toEqual([1, 0]);
  }
});

test("JSON keeps the estimator", () => {
  const loss = zMasked(absoluteError(), { estimator: "median" });
  expect(loss.toJSON()).toEqual({ loss: "zMasked", params: { estimator: "median" }, of: { loss: "l1", params: {} } });
  expect(lossFromJSON(loss.toJSON()).toJSON()).toEqual(loss.toJSON());
  expect(zMasked(absoluteError()).parameters.estimator).toBe("moments");
  expect(() => zMasked(absoluteError(), { estimator: "mode" as "median" })).toThrow("be one of moments, median");
});

describe("the phone calls, of which a quarter of the years is wrong", () => {
  const n = calls.x.length;
  const center = calls.x.reduce((sum, x) => sum + x, 0) / n;
  const u = calls.x.map((x) => (x - center) / 7);

  /** Trains a line from that of least squares; its slope per year. */
  function train(loss: ReturnType<typeof zMasked>): { slope: number; mask: number[] } {
    const mean = calls.y.reduce((sum, y) => sum + y, 0) / n;
    let line = [mean, calls.y.reduce((sum, y, i) => sum + (y - mean) * u[i], 0) / u.reduce((s, x) => s + x * x, 0)];
    let mask: ArrayLike<number> = [];
    for (let step = 0; step < 4000; step++) {
      const predictions = u.map((x) => line[0] + line[1] * x);
      const result = evaluate(loss, { predictions, targets: calls.y });
      const gradient = result.gradient!;
      const slopes = [gradient.reduce((s, g) => s + g, 0), gradient.reduce((s, g, i) => s + g * u[i], 0)];
      line = line.map((value, j) => value - 0.05 * slopes[j]);
      mask = result.mask!;
    }
    return { slope: line[1] / 7, mask: Array.from(mask) };
  }

  test("median and median distance find them", () => {
    const { slope, mask } = train(robust());
    const masked = mask.flatMap((kept, i) => (kept ? [] : [i]));
    expect(masked).toEqual([...calls.outliers, ...calls.doubtful].sort((a, b) => a - b));
    expect(slope).toBeCloseTo(1.085, 3); // least squares of the other years
  });

  test("mean and standard deviation do not", () => {
    const { slope, mask } = train(zMasked(squaredError(), { statistic: "error" }));
    expect(calls.outliers.filter((i) => mask[i] === 1).length).toBe(5);
    expect(slope).toBeGreaterThan(4);
  });
});
