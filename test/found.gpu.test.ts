// What random losses have found in the kernels, once each; see algebra.fuzz.
import { describe, expect, it } from "vitest";
import {
  asymmetricExponential,
  asymmetricGeneralizedCrossEntropy,
  asymmetricUnhinged,
  barron,
  binaryCrossEntropy,
  type ClassLoss,
  classAbsoluteError,
  defineRegressionLoss,
  evaluate,
  jensenShannon,
  logCosh,
  normalized,
  partiallyHuberized,
  run,
  squaredError,
  symmetrized,
  tempered,
  tukey,
  unhinged,
  welsch,
  zMasked,
} from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { normal, random } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";
import { expectExplained } from "./support/uncertainty.js";
import { variants } from "./support/variants.js";

const { device } = await requestTestDevice();

describe("class losses over the whole range of probabilities", () => {
  // Rows of log-odds from -60 to 60: the label is the first class.
  const logits = Float32Array.from({ length: 242 }, (_, i) => (i % 2 === 0 ? (i - 120) / 2 : 0));
  const inputs = { logits, labels: new Int32Array(121) };
  const options = { reduction: "none" } as const;
  const losses: [what: string, loss: ClassLoss][] = [
    ["powers of a - p whose ratio is beyond float32", asymmetricUnhinged({ a: 1.0625, q: 40 })],
    ["powers of a + p whose ratio is beyond float32", asymmetricGeneralizedCrossEntropy({ a: 0.03125, q: 40 })],
    ["a small weight of the label", jensenShannon({ pi: 2 ** -10 })],
  ];
  it.each(losses)("%s", async (what, loss) => {
    expectParity(await run(device, loss, inputs, options), evaluate(loss, inputs, options), what);
  });
});

describe("rows of probabilities", () => {
  // q within 2^-9 of 1/2: the loss is (q1 - q0) times half the difference of the logits, and 1/2 is all that float32 knows of q to 2^-25.
  it("whose label is nearly a tie: what cancels is as uncertain as the probabilities", async () => {
    const [rows, next] = [40, random(3)];
    const logits = Float32Array.from({ length: 2 * rows }, () => 2 * normal(next));
    const shares = Float32Array.from({ length: rows }, (_, i) => 0.5 + (i - 20) * 1e-4 + 1e-6 * next());
    const labels = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? 1 - shares[i >> 1] : shares[i >> 1]));
    const options = { reduction: "none", shape: [rows, 2] } as const;
    const loss = tempered(unhinged(), { alpha: 40 });
    const got = await run(device, loss, { logits, labels }, options);
    expectExplained(got, variants(loss, { logits, labels }, options, 1), loss, 1, "nearly a tie");
    // No more than rounding: a few units in the last place of what cancels.
    const expected = evaluate(loss, { logits, labels }, options);
    for (const [i, x] of expected.perSample!.entries()) {
      const size = Math.abs(logits[2 * i] - logits[2 * i + 1]) / 2;
      expect(Math.abs(got.perSample![i] - x), `row ${i}`).toBeLessThanOrEqual(4 * 2 ** -24 * size);
    }
  });
});

describe("slopes of gross outliers", () => {
  // A power of the residual that vanishes, times a residual that is as large.
  it.each([
    [0.5, 1],
    [0, 1],
    [-0.5, 1],
    [1.25, 1],
    [-1e6, 1e-8],
  ])("barron, alpha %f, c %f", async (alpha, c) => {
    const predictions = Float32Array.from({ length: 61 }, (_, i) => (i % 2 ? -1 : 1) * 10 ** (i / 2));
    const inputs = { predictions, targets: new Float32Array(61) };
    const options = { reduction: "sum" } as const;
    const loss = barron({ alpha, c: Math.fround(c) });
    const [got, expected] = [await run(device, loss, inputs, options), evaluate(loss, inputs, options)];
    expectClose(got.gradient, expected.gradient!, { rtol: 5e-5, atol: 1e-37 }, `alpha ${alpha}`);
  });
});

it("a large weight of positives meets the slope itself, not the least that an exponential was", async () => {
  const inputs = { logits: Float32Array.of(80, 87, 95, 100), labels: Float32Array.of(1, 1, 1, 1) };
  const loss = binaryCrossEntropy({ posWeight: 2 ** 40 });
  const options = { reduction: "none" } as const;
  const [got, expected] = [await run(device, loss, inputs, options), evaluate(loss, inputs, options)];
  // Where devices flush it, what is below the least normal number is 0.
  expectClose(got.gradient, expected.gradient!, { rtol: 1e-4, atol: 2 ** (40 - 126) }, "gradient");
  expectClose(got.gradient!.subarray(2), [0, 0], { rtol: 0, atol: 1e-29 }, "beyond");
});

describe("class losses near 0", () => {
  const options = { reduction: "none" } as const;

  it("a loss that is linear up to probability 1", async () => {
    // Rows of two: the label is the first class, and ahead by 0 to 30.
    const logits = Float32Array.from({ length: 122 }, (_, i) => (i % 2 === 0 ? i / 4 : 0));
    const inputs = { logits, labels: new Int32Array(61) };
    const loss = partiallyHuberized(asymmetricGeneralizedCrossEntropy({ a: 1.5, q: 1.25 }), { tau: 1.125 });
    const [got, expected] = [await run(device, loss, inputs, options), evaluate(loss, inputs, options)];
    expectClose(got.perSample, expected.perSample!, { rtol: 1e-5, atol: 0 }, "losses");
    // The linear part is all of it.
    const others = Float64Array.from(expected.perSample!, (_, i) => 1.125 / (1 + Math.exp(logits[2 * i])));
    expectClose(expected.perSample, others, { rtol: 1e-12, atol: 0 }, "of 1 - p");
  });

  it("a gradient of the label that is as small as what the other classes have", async () => {
    const [rows, classes] = [12, 1000];
    const logits = Float32Array.from({ length: rows * classes }, (_, i) =>
      i % classes === 7 ? 10 + i / classes : i % 3,
    );
    const inputs = { logits, labels: new Int32Array(rows).fill(7) };
    const loss = symmetrized(classAbsoluteError());
    const [got, expected] = [await run(device, loss, inputs, options), evaluate(loss, inputs, options)];
    for (let at = 7; at < logits.length; at += classes) {
      expectClose([got.gradient![at]], [expected.gradient![at]], { rtol: 1e-5, atol: 0 }, `row ${(at - 7) / classes}`);
    }
  });
});

it("shares of losses that vanish in float32 for all classes are not finite", async () => {
  // exp(-p / a): below the least number for both classes of the first row, 1 for a class of the second.
  const loss = normalized(asymmetricExponential({ a: 1 / 1024 }));
  const inputs = { logits: [0.5, 0, 0, 200], labels: [0, 0] };
  const options = { reduction: "none", nonFinite: "propagate" } as const;
  const got = await run(device, loss, inputs, options);
  expect([...got.perSample!]).toEqual([NaN, 1]);
  expect([...got.gradient!]).toEqual([NaN, NaN, expect.closeTo(0, 10), expect.closeTo(0, 10)]);
  const omitted = await run(device, loss, inputs, { nonFinite: "omit" });
  expect([omitted.loss, omitted.count]).toEqual([1, 1]);
});

describe("gigantic numbers", () => {
  const options = { reduction: "none" } as const;

  it("logCosh of residuals beyond c times the largest number", async () => {
    const inputs = { predictions: Float32Array.of(1e30, -3e37, 1e-30, 2e27), targets: new Float32Array(4) };
    const loss = logCosh({ c: Math.fround(1e-12) });
    expectParity(await run(device, loss, inputs, options), evaluate(loss, inputs, options), "logCosh");
  });

  // Every block of a long row has a new top class, 2e30 above the last one.
  it("unhinged of a row of which the top class is raised by more than 1e30", async () => {
    const logits = Float32Array.from({ length: 1024 }, (_, i) => 2e30 * (i % 16 === 3 ? i : 1));
    const inputs = { logits, labels: Int32Array.of(1023) };
    const [got, expected] = [await run(device, unhinged(), inputs, options), evaluate(unhinged(), inputs, options)];
    expectClose(got.perSample, expected.perSample!, { rtol: 1e-5, atol: 0 }, "unhinged");
  });

  // Losses of 6e36 for each of 200 classes, of which the label has one.
  it("rows of probabilities whose losses of other classes would add up to an infinity", async () => {
    const classes = 200;
    const logits = Float32Array.from({ length: classes }, (_, i) => (i === 1 ? 100 : 0));
    const labels = Float32Array.from({ length: classes }, (_, i) => (i === 2 ? 1 : 0));
    const loss = asymmetricGeneralizedCrossEntropy({ a: 8, q: 40 });
    const given = { ...options, shape: [1, classes] } as const;
    const [got, expected] = [
      await run(device, loss, { logits, labels }, given),
      evaluate(loss, { logits, labels }, given),
    ];
    expectClose(got.perSample, expected.perSample!, { rtol: 3e-5, atol: 0 }, "agce");
  });
});

it("a plan with more columns than lanes, called without rows", async () => {
  const inputs = { logits: [], labels: [] };
  const shape = [0, 300] as const; // 300 columns of statistics are two tiles of 256 lanes, and dispatches of no workgroups
  const loss = zMasked(binaryCrossEntropy());
  const got = await runPlan(device, loss, inputs, { shape, capacity: 2 });
  expectParity(got, evaluate(loss, inputs, { shape }), "no rows");
});

describe("a residual beyond float32 of two finite numbers", () => {
  // Plans of more than one dispatch keep residuals between them: an infinite one is not a sample that is not finite.
  const [n, next] = [1501, random(8)];
  const targets = Float32Array.from({ length: n }, () => normal(next));
  const predictions = targets.map((t) => t + 0.3 * normal(next));
  predictions[700] = 3e38;
  targets[700] = -3e38;
  const inputs = { predictions, targets };
  it.each([
    ["of a bounded loss", zMasked(tukey())],
    ["of another bounded loss", zMasked(welsch(), { threshold: 1 })],
  ])("%s counts", async (what, loss) => {
    const expected = evaluate(loss, inputs);
    expect(expected.count).toBeGreaterThan(1000);
    for (const tuning of [{}, { smallBatch: 0, minElements: 64 }]) {
      expectParity(await runPlan(device, loss, inputs, { tuning }), expected, what);
    }
  });
  it("of one that overflows is not finite", async () => {
    for (const tuning of [{}, { smallBatch: 0, minElements: 64 }]) {
      const got = await runPlan(device, zMasked(squaredError()), inputs, { nonFinite: "omit", tuning });
      expect(got.summary.nonFinite).toBe(1);
      expect(got.gradient![700]).toBe(0);
    }
  });
});

// Residuals stand where the gradient will be: a part of the batch of which nothing is kept must not be read again when its gradient is there.
it("a part of a batch of which nothing is kept, by a loss whose slope at 0 is not 0", async () => {
  const tilted = defineRegressionLoss({
    name: "tilted",
    parameters: {},
    wgsl: "fn tilted(r: f32) -> vec2f { return vec2f(r * r + r, 2.0 * r + 1.0); }",
    value: (r) => r * r + r,
    slope: (r) => 2 * r + 1,
    traits: { convex: true, boundedSlope: false },
    documentation: { formula: "r² + r", gradient: "2 r + 1", source: "of this test" },
  })();
  const [n, next] = [4096, random(9)];
  const targets = Float32Array.from({ length: n }, () => normal(next));
  const predictions = targets.map((t, i) => t + 0.1 * normal(next) + (i >= 1024 && i < 2048 ? 3 : 0));
  const inputs = { predictions, targets };
  const loss = zMasked(tilted, { threshold: 1 });
  const expected = evaluate(loss, inputs);
  expect(expected.count).toBe(3072);
  for (const tuning of [{ smallBatch: 0, minElements: 256 }, { smallBatch: 0 }]) {
    expectParity(await runPlan(device, loss, inputs, { tuning }), expected, "nothing kept");
  }
});
