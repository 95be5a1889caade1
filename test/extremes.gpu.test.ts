// Where float32 gives out first: large means, huge and tiny numbers, one gross outlier, many workgroups, split bindings.
import { describe, expect, it } from "vitest";
import {
  absoluteError,
  barron,
  binaryCrossEntropy,
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  run,
  squaredError,
  type Tuning,
  type ZMaskOptions,
  zbce,
  zMasked,
  zmse,
} from "../src/index.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { binaryData, normal, random, regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

const { device } = await requestTestDevice();

/** mean + deviation N(0, 1), as float32. */
function errors(n: number, mean: number, deviation: number, seed = 5): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: n }, () => mean + deviation * normal(next));
}

/**
 * Throws where mean or deviation are off by more than `rtol` (the mean: of whichever is larger), or where a mask differs at a
 * score that is not within max(1e-5, 2^-22 max|v| / sd) of the threshold.
 */
async function expectStatistics(
  predictions: Float32Array,
  rtol: number,
  what: string,
  options: ZMaskOptions = {},
  tuning?: Partial<Tuning>,
): Promise<void> {
  const loss = zmse({ statistic: "error", ...options });
  const inputs: Inputs<"regression"> = { predictions, targets: new Float32Array(predictions.length) };
  const expected = evaluate(loss, inputs, { nonFinite: "propagate" });
  const got = await runPlan(device, loss as Loss, inputs, {
    planOutputs: ["statistics", "mask", "z", "summary"],
    ...(tuning && { tuning }),
  });
  const [group] = got.statistics!;
  const [reference] = expected.statistics!;
  const { mean, standardDeviation: sd } = reference;
  expectClose(group.standardDeviation, sd, { rtol, atol: 0 }, `${what}: standard deviation`);
  expectClose(group.mean, mean, { rtol, atol: rtol * sd }, `${what}: mean`);
  expectEqual([group.n], [reference.n], `${what}: n`);
  // `scored` is what a z-score is made from: for the statistic "loss" the squared errors.
  const scored = options.statistic === "loss" ? expected.perSample! : Float64Array.from(predictions);
  const most = scored.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const slack = Math.max(1e-5, (2 ** -22 * most) / sd);
  const { threshold } = loss.parameters;
  let masked = 0;
  for (let i = 0; i < predictions.length; i++) {
    masked += 1 - expected.mask![i];
    if (got.mask![i] !== expected.mask![i] && Math.abs(Math.abs(expected.z![i]) - threshold) > slack) {
      throw new Error(`${what}: mask of ${i} is ${got.mask![i]} at z ${expected.z![i]} (on the GPU ${got.z![i]})`);
    }
  }
  expectClose(got.z, expected.z!, { rtol: 4 * rtol, atol: slack }, `${what}: z`);
  expect(masked, `${what}: masked`).toBeGreaterThan(0);
  expectEqual([group.inliers], [got.mask!.reduce((sum, m) => sum + m, 0)], `${what}: inliers`);
}

/** One dispatch of one workgroup, and many slices. */
const cuts: Record<string, Partial<Tuning>> = {
  small: { workgroupSize: 4, smallBatch: 1e9 },
  slices: { workgroupSize: 4, smallBatch: 0, minElements: 256 },
};

describe("a large mean", () => {
  const n = 2 ** 20;
  it("N(10,000, 1)", () => expectStatistics(errors(n, 1e4, 1), 1e-5, "N(1e4, 1)"));
  it("N(100, 1)", () => expectStatistics(errors(n, 100, 1), 1e-6, "N(100, 1)"));
  it("N(-1000, 1), as a small batch", () => expectStatistics(errors(4000, -1e3, 1), 1e-6, "N(-1000, 1)"));
  it("a drift that leaves the first samples far behind", async () => {
    const drift = errors(2 ** 16, 0, 1).map((e, i) => e + i / 16);
    await expectStatistics(drift, 2e-6, "drift", { threshold: 1.5 });
  });
  it("sorted data", () => expectStatistics(errors(2 ** 16, 3, 2).sort(), 1e-6, "sorted"));
  it("half of the batch constant", async () => {
    const halves = errors(2 ** 15, 50, 1).map((e, i) => (i < 2 ** 14 ? 50 : e));
    await expectStatistics(halves, 1e-6, "half constant");
  });
});

describe("huge and tiny numbers, whose squares leave float32", () => {
  const n = 20_000;
  describe.each(Object.entries(cuts))("%s", (cut, tuning) => {
    it.each([1e10, 1e14, 1e18])("errors of %e", (size) =>
      expectStatistics(errors(n, 0, size), 1e-6, `${cut} ${size}`, {}, tuning),
    );
    it.each([1e-12, 1e-14, 1e-16])("errors of %e", (size) =>
      expectStatistics(errors(n, 0, size), 1e-6, `${cut} ${size}`, {}, tuning),
    );
    it("errors around a huge mean", () => expectStatistics(errors(n, 1e17, 1e15), 1e-6, `${cut} 1e17`, {}, tuning));
    it.each([1e8, 1e14, 1e-8, 1e-14])("squared errors of %e, whose variance is of the fourth power", (size) =>
      expectStatistics(errors(n, 0, size), 2e-6, `${cut} ${size}`, { statistic: "loss" }, tuning),
    );
    it("all sizes in one batch", async () => {
      const mixed = errors(n, 0, 1).map((e, i) => e * 10 ** ((i % 31) - 15));
      await expectStatistics(mixed, 2e-6, `${cut} mixed`, {}, tuning);
    });
  });
});

describe("a single outlier of 1e15", () => {
  const n = 30_000;
  // Beside it the others are all alike: their scores are those of float64, and only it is masked.
  const places = { first: 0, second: 1, "in the middle": n / 2, "last but one": n - 2, last: n - 1 };
  describe.each(Object.entries(cuts))("%s", (cut, tuning) => {
    it.each(Object.entries(places))("%s", async (_, place) => {
      const data = errors(n, 0, 1);
      data[place] = 1e15;
      await expectStatistics(data, 2e-6, `${cut}, outlier at ${place}`, {}, tuning);
    });
    it("two of them side by side at the start, with opposite signs", async () => {
      const data = errors(n, 0, 1);
      data.set([1e15, -1e15]);
      await expectStatistics(data, 2e-6, `${cut}, two outliers`, {}, tuning);
    });
    it("three at the start, before data that is nearly constant", async () => {
      const data = errors(n, 7, 1e-3);
      data.set([1e4, 1e4, 1e4]);
      await expectStatistics(data, 2e-6, `${cut}, three outliers`, {}, tuning);
    });
  });
});

describe("tiny losses", () => {
  describe.each(Object.entries(cuts))("%s", (cut, tuning) => {
    it("of a perfect fit but for a few samples", async () => {
      // Squared, the first residual is below 2^-64, so that its scale squared is beyond float32.
      const data = new Float32Array(4001);
      data.set([0, 1e-11, 0, 0, 0, 1e-3]);
      data[3000] = 1;
      await expectStatistics(data, 2e-6, `${cut}, perfect fit`, { statistic: "loss" }, tuning);
    });
    it("that are equal within each quad", async () => {
      const data = Float32Array.from({ length: 4000 }, (_, i) => ((i >> 2) % 16 === 0 ? 9e-13 : 1e-13));
      await expectStatistics(data, 2e-6, `${cut}, blocks`, { statistic: "loss" }, tuning);
    });
  });
});

describe("a loss beyond float32 counts as not finite, wherever it stands", () => {
  const n = 5001;
  describe.each(Object.entries(cuts))("%s", (cut, tuning) => {
    it.each([0, 1, 2500, n - 1])("sample %i", async (place) => {
      const [data, told] = [regressionData(n, 8), regressionData(n, 8)];
      told.predictions[place] = Infinity; // float64 has no overflow here
      // The last loss grows with the tenth power: its residual, which is what is scored, is still a modest number.
      const cases: [Loss, number][] = [
        [squaredError(), 1e30],
        [zmse(), 1e30],
        [zmse({ statistic: "error" }), 1e30],
        [zMasked(barron({ alpha: 10 }), { statistic: "error" }), 1e5],
      ];
      for (const [loss, prediction] of cases) {
        data.predictions[place] = prediction;
        for (const nonFinite of ["omit", "propagate"] as const) {
          const got = await runPlan(device, loss, data, { nonFinite, tuning });
          const what = `${cut}, ${JSON.stringify(loss)}, ${nonFinite}`;
          expectParity(got, evaluate(loss, told, { nonFinite }), what);
        }
      }
    });
  });
});

it("so it does beside a probability, which is modest whatever the logit", async () => {
  const loss = zMasked(binaryCrossEntropy({ posWeight: 2 }), { statistic: "probability" });
  const [data, told] = [binaryData(4096, 6), binaryData(4096, 6)];
  for (const batch of [data, told]) batch.labels[100] = 1;
  data.logits[100] = -3e38;
  told.logits[100] = -Infinity;
  for (const [cut, tuning] of Object.entries(cuts)) {
    for (const nonFinite of ["omit", "propagate"] as const) {
      const got = await runPlan(device, loss, data, { nonFinite, tuning });
      expectParity(got, evaluate(loss, told, { nonFinite }), `${cut}, ${nonFinite}`);
    }
  }
});

it("an outlier of 2e38 is masked", async () => {
  const predictions = new Float32Array(2000);
  predictions[1234] = 2e38;
  const inputs = { predictions, targets: new Float32Array(2000) };
  for (const [cut, tuning] of Object.entries(cuts)) {
    const got = await runPlan(device, zMasked(absoluteError()), inputs, { tuning });
    expectParity(got, evaluate(zMasked(absoluteError()), inputs), cut);
  }
});

it("a constant batch is all inliers, whatever the constant", async () => {
  for (const constant of [0, 0.1, -1234.5, 1e15, 1e-15]) {
    for (const [cut, tuning] of Object.entries(cuts)) {
      const inputs = { predictions: new Float32Array(5001).fill(constant), targets: new Float32Array(5001) };
      const got = await runPlan(device, zmse({ statistic: "error", threshold: 0.1 }), inputs, { tuning });
      expectEqual([got.count], [5001], `count of ${constant}, ${cut}`);
      expectEqual(got.z, new Float32Array(5001), `z of ${constant}, ${cut}`);
      expectEqual([got.statistics![0].mean], [Math.fround(constant)], `mean of ${constant}, ${cut}`);
    }
  }
});

it("20 runs give the same bits", async () => {
  const n = 100_001;
  const outputs = ["gradient", "z", "mask", "statistics"] as const;
  const cases: [Loss, Inputs, Options][] = [
    [zmse(), regressionData(n, 2), { outputs }],
    [zbce(), binaryData(n, 2, 0.1), { outputs }],
  ];
  for (const [loss, inputs, options] of cases) {
    const first = await run(device, loss, inputs, options);
    expectParity(first, evaluate(loss, inputs, options), JSON.stringify(loss));
    for (let i = 1; i < 20; i++) {
      const again = await run(device, loss, inputs, options);
      for (const name of ["gradient", "z", "mask"] as const) expectEqual(again[name], first[name]!, name);
      expectEqual(
        [again.loss as number, again.weightSum, again.count],
        [first.loss as number, first.weightSum, first.count],
        "figures",
      );
      expect(again.statistics).toEqual(first.statistics);
    }
  }
});

describe("more than one dispatch dimension or binding holds", () => {
  it("65,539 workgroups", async () => {
    const tuning = { workgroupSize: 4, minElements: 16, maxWorkgroups: 100_000 };
    const n = 2 ** 20 + 48; // 65,539 slices of one quad per lane
    // Kernels that merge all slices in every workgroup would take minutes here: sums and statistics per class do not.
    const regression = regressionData(n, 4);
    const sum = { reduction: "sum" } as const;
    const plain = await runPlan(device, squaredError(), regression, {
      ...sum,
      tuning,
      planOutputs: ["loss", "gradient", "summary"],
    });
    expectParity(plain, evaluate(squaredError(), regression, sum), "sum");
    const binary = binaryData(n, 4, 0.1);
    const masked = await runPlan(device, zbce(), binary, {
      tuning,
      planOutputs: ["loss", "mask", "z", "statistics", "summary"],
    });
    expectParity(masked, evaluate(zbce(), binary), "zbce");
  });

  it("a tensor in 5 bindings", async () => {
    const n = 2 ** 20;
    const tuning = { maxBindingSize: 4 * 220_000 };
    const regression = regressionData(n, 6);
    expectParity(
      await runPlan(device, zmse(), regression, { tuning }),
      evaluate(zmse(), regression),
      "zmse in 5 parts",
    );
    const options = { shape: [n / 4, 4] as const };
    const weights = Float32Array.from({ length: n / 4 }, (_, i) => i % 3);
    const rows = { ...regression, weights };
    expectParity(
      await runPlan(device, zmse(), rows, { ...options, tuning }),
      evaluate(zmse(), rows, options),
      "rows in 5 parts",
    );
  });
});
