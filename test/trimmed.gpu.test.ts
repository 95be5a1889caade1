// Trimmed losses on the GPU: exactly the smallest losses stay, ties by index; and figures like `evaluate`'s.
import { describe, expect, test } from "vitest";
import {
  absoluteError,
  binaryCrossEntropy,
  createPlan,
  crossEntropy,
  evaluate,
  huber,
  type Inputs,
  type Loss,
  laiMse,
  type Options,
  run,
  squaredError,
  type Tuning,
  trimmed,
} from "../src/index.js";
import { binaryData, classData, normal, random, regressionData, weightsFor } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { readBuffer, runPlan, storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();

/** Who stays of losses that float32 holds: the first ones by loss and index. */
function firstOf(losses: Float32Array, stay: number): Uint8Array {
  const order = Uint32Array.from(losses, (_, i) => i).sort((a, b) => losses[a] - losses[b] || a - b);
  const mask = new Uint8Array(losses.length);
  for (const i of order.subarray(0, stay)) mask[i] = 1;
  return mask;
}

const different = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let count = 0;
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) count++;
  return count;
};

async function expectFirst(
  values: Float32Array,
  fraction: number,
  tuning: Partial<Tuning>,
  what: string,
): Promise<void> {
  const n = values.length;
  const loss = trimmed(absoluteError(), { fraction });
  const inputs = { predictions: values, targets: new Float32Array(n) };
  const { mask, summary, statistics } = await runPlan(device, loss, inputs, {
    planOutputs: ["mask", "summary", "statistics"],
    tuning,
  });
  const stay = Math.max(1, n - Math.floor(fraction * n));
  const expected = firstOf(values.map(Math.abs), stay);
  expect(different(mask!, expected), `${what}: masks`).toBe(0);
  expect(summary.count, what).toBe(stay);
  const cutoff = values.reduce((most, value, i) => (expected[i] ? Math.max(most, Math.abs(value)) : most), 0);
  expect(statistics![0], what).toEqual({ column: 0, class: 0, mean: cutoff, standardDeviation: 0, n, inliers: stay });
}

describe("exactly the smallest losses stay", () => {
  test.each([1, 2, 3, 4095, 4096, 4097, 65_537, 2 ** 20])("of %i", async (n) => {
    const next = random(n);
    const values = Float32Array.from({ length: n }, () => normal(next));
    for (const fraction of [0.25, 0.9]) await expectFirst(values, fraction, {}, `${fraction}`);
  });

  // One quad of sixteen is looked at for a guess.
  test.each([20_000, 65_535])("of %i with others where a guess looks", async (n) => {
    const next = random(n);
    const values = Float32Array.from({ length: n }, (_, i) => normal(next) + (Math.floor(i / 4) % 16 === 0 ? 100 : 0));
    for (const fraction of [0, 0.1, 0.5, 0.99]) await expectFirst(values, fraction, {}, `${fraction}`);
  });

  test.each([5, 3000, 9001, 100_000])("of %i with many equal ones", async (n) => {
    const next = random(n);
    const few = Float32Array.from({ length: n }, () => Math.round(2 * normal(next)));
    for (const fraction of [0, 0.1, 0.5, 0.75]) await expectFirst(few, fraction, {}, `few, ${fraction}`);
    await expectFirst(new Float32Array(n).fill(3), 0.5, {}, "all equal");
    await expectFirst(few.sort().reverse(), 0.5, {}, "reversed");
  });

  test("in workgroups of any size, and in chunks", async () => {
    const next = random(5);
    const values = Float32Array.from({ length: 20_000 }, () => Math.round(9 * normal(next)));
    for (const workgroupSize of [1, 64]) {
      const tuning = { workgroupSize, smallBatch: 1000, minElements: 1000 };
      await expectFirst(values, 0.3, tuning, `${workgroupSize}`);
    }
    await expectFirst(values, 0.3, { maxBindingSize: 32_768, smallBatch: 0 }, "chunks");
  });
});

describe("parity with evaluate", () => {
  const both = async (loss: Loss, inputs: Inputs, options: Options, what: string) =>
    expectParity(await run(device, loss, inputs, options), evaluate(loss, inputs, options), what, {
      threshold: 0,
      rtol: 1e-4,
    });

  test("of residuals, with every reduction, weights and a cutoff", async () => {
    for (const n of [7, 300, 20_001]) {
      const data = { ...regressionData(n, n), weights: weightsFor(n) };
      for (const reduction of ["mean", "sum", "none"] as const) {
        await both(trimmed(huber(), { fraction: 0.2 }), data, { reduction }, `${n} ${reduction}`);
      }
      const givenStatistics = [{ column: 0, class: 0, mean: 0.3, standardDeviation: 0 }];
      await both(trimmed(squaredError(), { fraction: 0.2 }), { ...data, givenStatistics }, {}, `${n} given`);
    }
  });

  test("of rows, elements, logits, classes and Lai losses", async () => {
    for (const rows of [60, 3000]) {
      const matrix = { ...regressionData(4 * rows, rows) };
      for (const granularity of ["sample", "element"] as const) {
        const loss = trimmed(squaredError(), { fraction: 0.3, granularity });
        await both(loss, matrix, { shape: [rows, 4] }, `${rows} ${granularity}`);
      }
      const elements = trimmed(binaryCrossEntropy(), { fraction: 0.3, granularity: "element" });
      await both(elements, binaryData(3 * rows, rows, 0.1), { shape: [rows, 3] }, `${rows} logits`);
      const classes = { ...classData(rows, 10, rows), classWeights: weightsFor(10) };
      await both(trimmed(crossEntropy(), { fraction: 0.3 }), classes, {}, `${rows} classes`);
      const next = random(rows);
      const slopes = Float32Array.from({ length: 2 * rows }, () => normal(next));
      const lai = trimmed(laiMse({ lambda: 0.5 }), { fraction: 0.3 });
      await both(lai, { ...regressionData(rows, 2), slopes }, {}, `${rows} lai`);
    }
  });

  test("with NaN", async () => {
    for (const n of [300, 9001]) {
      const data = regressionData(n, n);
      data.predictions[n - 1] = NaN;
      const loss = trimmed(squaredError(), { fraction: 0.1 });
      await both(loss, data, { nonFinite: "omit" }, `${n} omit`);
      const spoiled = await run(device, loss, data);
      expect([spoiled.loss, spoiled.count]).toEqual([NaN, 0]);
    }
  });
});

test("a plan takes another fraction without compiling, and leaves nothing behind", async () => {
  const n = 9001;
  const next = random(n);
  const values = Float32Array.from({ length: n }, () => Math.round(5 * normal(next)));
  const plan = await createPlan(device, trimmed(absoluteError(), { fraction: 0.5 }), { shape: [n], outputs: ["mask"] });
  const buffers = {
    predictions: storageBuffer(device, values),
    targets: storageBuffer(device, new Float32Array(n)),
    mask: storageBuffer(device, 4 * n),
  };
  for (const fraction of [0.5, 0.1, 0.95, 0.5, 0]) {
    plan.setLoss(trimmed(absoluteError(), { fraction }));
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    const mask = new Uint32Array(await readBuffer(device, buffers.mask, 4 * n));
    const expected = firstOf(values.map(Math.abs), n - Math.floor(fraction * n));
    expect(different(mask, expected), `${fraction}`).toBe(0);
  }
  await plan.check();
  plan.destroy();
});
