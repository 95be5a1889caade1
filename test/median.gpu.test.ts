// Medians and median deviations on the GPU: float64's selection to the last bit, and masks and losses like `evaluate`'s.
import { describe, expect, test } from "vitest";
import {
  absoluteError,
  binaryCrossEntropy,
  createPlan,
  crossEntropy,
  evaluate,
  huber,
  type Inputs,
  laiMse,
  type Options,
  run,
  squaredError,
  type Tuning,
  type ZMaskOptions,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { binaryData, classData, normal, random, regressionData, weightsFor } from "./support/data.js";
import { exhaustive, requestTestDevice, thoroughIn } from "./support/device.js";
import { selected } from "./support/median.js";
import { expectParity } from "./support/parity.js";
import { readBuffer, runPlan, storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();
const thorough = thoroughIn("median");
const errors = zMasked(squaredError(), { statistic: "error", estimator: "median" });
/** The same of a loss that does not overflow. */
const absolute = zMasked(absoluteError(), errors.parameters);

async function estimated(values: Float32Array, tuning: Partial<Tuning> = {}): Promise<[number, number]> {
  const { statistics } = await runPlan(
    device,
    absolute,
    { predictions: values, targets: new Float32Array(values.length) },
    { planOutputs: ["statistics"], nonFinite: "omit", tuning },
  );
  return [statistics![0].mean, statistics![0].standardDeviation];
}

const numbers = (n: number, make: (next: () => number, i: number) => number = normal): Float32Array => {
  const next = random(n);
  return Float32Array.from({ length: n }, (_, i) => make(next, i));
};

describe("median and median deviation are float64's, to the bit", () => {
  const sizes = [1, 2, 3, 4, 255, 256, 257, 4095, 4096, 4097, 65_537, 2 ** 20];
  test.each(thorough ? [...sizes, 2 ** 24] : sizes)("%i normal numbers", async (n) => {
    expect(await estimated(numbers(n))).toEqual(selected(numbers(n)));
  });

  test.each<[string, (n: number) => Float32Array]>([
    ["about 1000", (n) => numbers(n, (next) => 1000 + normal(next))],
    ["of one binade", (n) => numbers(n, (next) => 1 + next())],
    ["between 1 and 4", (n) => numbers(n, (next) => 1.2 + 1.5 * normal(next))],
    ["of few values", (n) => numbers(n, (next) => Math.round(3 * normal(next)))],
    ["sorted", (n) => numbers(n).sort()],
    ["reversed", (n) => numbers(n).sort().reverse()],
    ["of all magnitudes", (n) => numbers(n, (next) => (next() - 0.5) * 10 ** (60 * next() - 30))],
    ["with zeros of both signs", (n) => numbers(n, (next, i) => (i % 2 ? (i % 4 ? 0 : -0) : normal(next)))],
    ["a tenth of them NaN", (n) => numbers(n, (next) => (next() < 0.1 ? NaN : normal(next)))],
  ])("numbers %s", async (_, make) => {
    for (const n of [1001, 1002, 30_001, 30_002]) expect(await estimated(make(n)), `${n}`).toEqual(selected(make(n)));
  });

  // Of batches of this size, one quad of sixteen is looked at for a guess (shaders/selection/guess.wgsl).
  test.each<[string, (x: number) => number]>([
    ["medians", (x) => x + 100],
    ["median distances", (x) => 20 * x],
    ["both", (x) => 100 + 20 * x],
    ["neither, though they are equal", () => 0],
    ["neither, though all are absent", () => NaN],
  ])("where samples of the batch mislead about %s", async (_, change) => {
    for (const n of [9001, 20_000, 50_001, 65_535]) {
      const values = numbers(n, (next, i) => {
        const x = normal(next);
        return Math.floor(i / 4) % 16 === 0 ? change(x) : x;
      });
      expect(await estimated(values), `${n}`).toEqual(selected(values));
    }
  });

  // WGSL lets devices flush them to 0. Halves of the least steps between those that are kept cannot be told.
  test("numbers too small to be normal, as themselves or as 0, within two of their steps", async () => {
    const least = 2 ** -126;
    const flushed = (values: Float32Array) => values.map((x) => (Math.abs(x) < least ? 0 : x));
    for (const n of [255, 256, 9001]) {
      const mixed = numbers(n, (next, i) => (i % 3 ? normal(next) : least * (next() - 0.5)));
      const tiny = numbers(n, (next) => least * (next() - 0.5));
      for (const values of [mixed, tiny]) {
        const got = await estimated(values);
        const close = [selected(values), selected(flushed(values))].filter((expected) =>
          expected.every((x, i) => Math.abs(got[i] - x) <= 2 * 2 ** -149),
        );
        expect(close.length, `${n}: ${got}`).toBeGreaterThan(0);
      }
    }
  });

  test("of workgroups of any size", async () => {
    for (const workgroupSize of [1, 4, 32, 256]) {
      for (const n of [777, 778, 20_000]) {
        const tuning = { workgroupSize, smallBatch: 1000, minElements: 1000 };
        expect(await estimated(numbers(n), tuning), `${workgroupSize} ${n}`).toEqual(selected(numbers(n)));
      }
    }
  });

  test("of chunks", async () => {
    const tuning = { maxBindingSize: 65_536 };
    expect(await estimated(numbers(100_002), tuning)).toEqual(selected(numbers(100_002)));
  });
});

describe("where most samples are equal", () => {
  const values = Float32Array.from({ length: 9000 }, (_, i) => (i % 10 === 0 ? 5 + (i % 7) : 2));
  const data = { predictions: values, targets: new Float32Array(values.length) };

  test("the mean distance takes the place of the median distance", async () => {
    for (const take of [9000, 700]) {
      const inputs = { predictions: values.subarray(0, take), targets: data.targets.subarray(0, take) };
      const got = await run(device, errors, inputs);
      expectParity(got, evaluate(errors, inputs), `${take}`);
      expect(got.statistics![0].standardDeviation).toBeGreaterThan(0);
      expect(got.count).toBeLessThan(take);
    }
  });

  test("what is farther than eps is masked", async () => {
    for (const [eps, kept] of [
      [3.5, 9000 - 900 + 129],
      [1e-3, 8100],
      [100, 9000],
    ]) {
      const loss = zMasked(squaredError(), { ...errors.parameters, eps });
      const got = await run(device, loss, data);
      expect(got.count, `${eps}`).toBe(kept);
      expectParity(got, evaluate(loss, data), `eps ${eps}`);
    }
  });

  test("all equal: nothing is masked", async () => {
    const inputs = { predictions: new Float32Array(5000).fill(3), targets: data.targets.subarray(0, 5000) };
    for (const options of [{}, { eps: 0.1 }, { threshold: Infinity, eps: 0.1 }]) {
      const loss = zMasked(squaredError(), { ...errors.parameters, ...options });
      expect((await run(device, loss, inputs)).count).toBe(5000);
      expect(evaluate(loss, inputs).count).toBe(5000);
    }
  });
});

describe("parity with evaluate", () => {
  const both = async (
    options: ZMaskOptions,
    inputs: Inputs,
    more: Options & { tuning?: Partial<Tuning> },
    what: string,
  ) => {
    const base = "predictions" in inputs ? squaredError() : binaryCrossEntropy();
    const loss = zMasked(base as ReturnType<typeof squaredError>, { estimator: "median", ...options });
    const { tuning: _, ...own } = more;
    expectParity(await runPlan(device, loss, inputs, more), evaluate(loss, inputs, own), what);
  };

  test.each([7, 100, 5000, 20_001])("%i residuals", async (n) => {
    for (const statistic of ["loss", "error"] as const) {
      const reductions = exhaustive || statistic === "loss" ? (["mean", "sum", "none"] as const) : (["mean"] as const);
      for (const side of ["both", "upper"] as const) {
        for (const reduction of reductions) {
          const what = `${statistic} ${side} ${reduction}`;
          await both({ statistic, side }, regressionData(n, n), { reduction }, what);
        }
      }
    }
  });

  test("with weights, upstream, given statistics", async () => {
    for (const n of [300, 9001]) {
      const data = regressionData(n, n);
      await both({}, { ...data, weights: weightsFor(n), upstream: 2.5 }, {}, `${n} weights`);
      const givenStatistics = [{ column: 0, class: 0, mean: 0.1, standardDeviation: 0.3 }];
      await both({ statistic: "error" }, { ...data, givenStatistics }, {}, `${n} given`);
    }
  });

  test("of rows", async () => {
    for (const shape of [
      [300, 4],
      [5000, 3],
      [2001, 32],
    ] as const) {
      await both({}, regressionData(shape[0] * shape[1], 3), { shape }, `${shape}`);
    }
  });

  test("per column and class", async () => {
    for (const columns of [1, 3, 4, 5, 40]) {
      for (const rows of [60, 2500]) {
        const data = binaryData(rows * columns, rows, 0.1);
        await both({}, data, { shape: [rows, columns] }, `${rows} x ${columns}`);
      }
    }
    await both({ per: "batch" }, binaryData(9000), {}, "batch");
  });

  test("per label", async () => {
    for (const classes of [3, 10, 40]) {
      for (const rows of [100, 3000]) {
        const data = classData(rows, classes, rows);
        for (const statistic of ["loss", "logit"] as const) {
          const loss = zMasked(crossEntropy(), { estimator: "median", per: "class", statistic });
          const options = { shape: [rows, classes] as const };
          expectParity(await run(device, loss, data, options), evaluate(loss, data, options), `${classes} ${rows}`);
        }
      }
    }
  });

  test("of classes with every result", async () => {
    const data = { ...classData(3000, 10, 1), weights: weightsFor(3000), classWeights: weightsFor(10) };
    const outputs = ["gradient", "mask", "z", "logSumExp", "predictedClass", "correct"] as const;
    const loss = zMasked(crossEntropy(), { estimator: "median" });
    const [got, expected] = [await run(device, loss, data, { outputs }), evaluate(loss, data, { outputs })];
    expectParity(got, expected, "classes");
    expect(got.correct).toBe(expected.correct);
    expect(got.predictedClass).toEqual(expected.predictedClass);
  });

  test("of Lai losses", async () => {
    for (const n of [500, 9000]) {
      const slopes = numbers(n);
      const loss = zMasked(laiMse({ lambda: 0.5 }), { estimator: "median" });
      const data = { ...regressionData(n, 2), slopes };
      expectParity(await run(device, loss, data), evaluate(loss, data), `${n}`);
    }
  });

  test("with NaN and infinity", async () => {
    for (const n of [400, 9001]) {
      const { predictions, targets } = regressionData(n, n);
      for (const i of [0, 17, n - 1]) predictions[i] = i === 17 ? Infinity : NaN;
      const omitted = zMasked(huber(), { estimator: "median" });
      const data = { predictions, targets };
      const options = { nonFinite: "omit" } as const;
      expectParity(await run(device, omitted, data, options), evaluate(omitted, data, options), `${n} omit`);
      const spoiled = await run(device, omitted, data);
      expect(spoiled.loss).toBeNaN();
      expect(spoiled.gradient!.every(Number.isNaN)).toBe(true);
      expect(spoiled.count).toBe(0);
    }
  });
});

test("a plan leaves nothing behind for its next call, whatever its rows", async () => {
  // Of 2,977 rows, slices are longer than of 3,001.
  const tuning = { workgroupSize: 4, minElements: 1000, smallBatch: 100 };
  const plan = await createPlan(device, errors, { shape: [3001], tuning });
  const { predictions, targets } = regressionData(3001, 9);
  const buffers = {
    predictions: storageBuffer(device, predictions),
    targets: storageBuffer(device, targets),
    loss: storageBuffer(device, 4),
    gradient: storageBuffer(device, 4 * 3001),
  };
  const results = new Map<number, Set<number>>();
  for (const rows of [3001, 50, 2977, 0, 3001, 2977, 50]) {
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, buffers, { rows });
    device.queue.submit([encoder.finish()]);
    const loss = new Float32Array(await readBuffer(device, buffers.loss, 4))[0];
    const inputs = { predictions: predictions.subarray(0, rows), targets: targets.subarray(0, rows) };
    expectClose(loss, evaluate(errors, inputs).loss, { rtol: 1e-5, atol: 0 }, `${rows} rows`);
    results.set(rows, (results.get(rows) ?? new Set()).add(loss));
  }
  await plan.check();
  for (const [rows, losses] of results) expect(losses.size, `${rows} rows`).toBe(1);
  plan.destroy();
});

test("more groups than a binding holds bins for are refused", async () => {
  const loss = zMasked(binaryCrossEntropy(), { estimator: "median" });
  const options = { shape: [10, 200] as const, tuning: { maxBindingSize: 65_536 } };
  await expect(createPlan(device, loss, options)).rejects.toMatchObject({ code: "unsupported" });
});
