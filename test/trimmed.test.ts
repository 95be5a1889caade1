// The trimmed mean of losses in float64: what it leaves out, by hand and by properties.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  absoluteError,
  crossEntropy,
  evaluate,
  lossFromJSON,
  squaredError,
  type TrimOptions,
  trimmed,
  zMasked,
} from "../src/index.js";
import type { Untyped } from "./support/errors.js";

const of = (values: readonly number[], fraction: number, more: object = {}) =>
  evaluate(trimmed(absoluteError(), { fraction }), { predictions: values, targets: values.map(() => 0), ...more });

describe("who stays", () => {
  test("the smallest losses, in a number that is rounded up", () => {
    const { mask, count, loss, statistics, z, gradient } = of([5, -1, 3, 2, -9], 0.5);
    expect([...mask!]).toEqual([0, 1, 1, 1, 0]);
    expect([count, loss]).toEqual([3, 2]);
    expect(statistics).toEqual([{ column: 0, class: 0, mean: 3, standardDeviation: 0, n: 5, inliers: 3 }]);
    expect([...z!]).toEqual([2, -2, 0, -1, 6]);
    expect(Array.from(gradient!, (g) => 3 * g)).toEqual([0, -1, 1, 1, 0]);
  });

  test("of equal losses those that come first", () => {
    expect([...of([2, 1, -2, 2, 2, 3], 0.5).mask!]).toEqual([1, 1, 1, 0, 0, 0]);
    expect([...of([7, 7, 7, 7], 0.25).mask!]).toEqual([1, 1, 1, 0]);
    // Who leaves has a score above 0, equal or not.
    expect(of([7, 7, 7, 7], 0.25).z![3]).toBeGreaterThan(0);
  });

  test("at least one", () => {
    expect([...of([4, 2, 3], 0.999).mask!]).toEqual([0, 1, 0]);
    expect(of([4], 0.9)).toMatchObject({ count: 1, loss: 4 });
    expect(of([], 0.5)).toMatchObject({ count: 0, loss: 0 });
  });

  test("everybody where nothing is left out", () => {
    expect(of([4, 2, 3], 0)).toMatchObject({ count: 3, loss: 3 });
  });

  test("a whole number of samples leaves, though rounding keeps the product below it", () => {
    expect(Math.floor(0.29 * 100)).toBe(28);
    expect(
      of(
        Array.from({ length: 100 }, (_, i) => i),
        0.29,
      ).count,
    ).toBe(71);
  });

  test("ignored and omitted samples do not count", () => {
    const loss = trimmed(absoluteError(), { fraction: 0.5 });
    const inputs = { predictions: [1, NaN, 2, 3, 4], targets: [0, 0, 0, 0, 0] };
    expect([...evaluate(loss, inputs, { nonFinite: "omit" }).mask!]).toEqual([1, 0, 1, 0, 0]);
    expect(evaluate(loss, inputs)).toMatchObject({ loss: NaN, count: 0 });
    const logits = [3, 0, 0, 3, 0, 3, 0, 0];
    const rows = evaluate(trimmed(crossEntropy(), { fraction: 0.5 }), { logits, labels: [0, 0, -100, 1] });
    expect(rows.mask![2]).toBe(0);
    expect(rows.count).toBe(2);
  });

  test("rows, or their elements", () => {
    const shape = [3, 2] as const;
    expect([...of([1, 9, 4, 4, 2, 2], 0.5).mask!]).toEqual([1, 0, 0, 0, 1, 1]);
    const loss = trimmed(absoluteError(), { fraction: 0.4 });
    const inputs = { predictions: [1, 9, 4, 4, 2, 2], targets: [0, 0, 0, 0, 0, 0] };
    expect([...evaluate(loss, inputs, { shape }).mask!]).toEqual([0, 1, 1]);
  });

  test("all up to a cutoff that is given", () => {
    const givenStatistics = [{ column: 0, class: 0, mean: 3, standardDeviation: 0 }];
    expect([...of([5, 3, 1, 3, 3], 0.9, { givenStatistics }).mask!]).toEqual([0, 1, 1, 1, 1]);
  });
});

test("it equals sorting by loss and index, and averaging the first ones with their weights", () => {
  const values = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 0, max: 19 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      (v, k, stream) => {
        const weights = v.map(() => stream.next().value!);
        const stay = v.length - Math.floor((k * v.length) / 20);
        const order = v.map((_, i) => i).sort((a, b) => Math.abs(v[a]) - Math.abs(v[b]) || a - b);
        const first = order.slice(0, Math.max(1, stay));
        const { mask, loss, weightSum } = of(v, k / 20, { weights });
        expect(first.every((i) => mask![i] === 1)).toBe(true);
        expect(mask!.reduce((sum, m) => sum + m, 0)).toBe(first.length);
        const weight = first.reduce((sum, i) => sum + weights[i], 0);
        expect(weightSum).toBe(weight);
        expect(loss).toBeCloseTo(first.reduce((sum, i) => sum + weights[i] * Math.abs(v[i]), 0) / weight, 12);
      },
    ),
  );
});

test("an outlier counts for nothing, however far, up to the share that leaves", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 30 }),
      fc.double({ min: 10, max: 1e150, noNaN: true }),
      (clean, far) => {
        const outliers = Math.floor(clean.length / 4);
        const far1 = of(
          [...clean, ...Array.from({ length: outliers }, () => far)],
          outliers / (clean.length + outliers),
        );
        expect(far1.loss).toBeCloseTo(of(clean, 0).loss as number, 12);
      },
    ),
  );
});

describe("as a loss", () => {
  test("JSON in both forms", () => {
    const loss = trimmed(squaredError(), { fraction: 0.25 });
    expect(loss.toJSON()).toEqual({ loss: "trimmed", params: { fraction: 0.25 }, of: { loss: "mse", params: {} } });
    expect(lossFromJSON(loss.toJSON()).toJSON()).toEqual(loss.toJSON());
    expect(lossFromJSON({ loss: "lts", params: { trim: 0.25 } }).toJSON()).toEqual(loss.toJSON());
  });

  test.each([
    [() => trimmed(squaredError(), { fraction: 1 }), /fraction must be at least 0 and below 1, got 1/],
    [() => trimmed(squaredError(), { fraction: -0.1 }), /fraction must/],
    [() => trimmed(squaredError(), {} as Untyped), /fraction must/],
    [
      () => trimmed(squaredError(), { fraction: 0.1, share: 1 } as Untyped as TrimOptions),
      /option must be one of fraction, granularity/,
    ],
    [() => trimmed(crossEntropy(), { fraction: 0.1, granularity: "element" }), /granularity must be one of sample/],
    [() => trimmed(zMasked(squaredError()) as Untyped, { fraction: 0.1 }), /must be a base loss/],
    [() => zMasked(trimmed(squaredError(), { fraction: 0.1 }) as Untyped), /must be a base loss/],
  ])("what cannot be is refused: %#", (make, text) => {
    expect(make).toThrow(text);
  });
});
