// The study's networks and trainings, on a GPU.
import { expect, test } from "vitest";
import { uniform } from "../demo/lib/random.js";
import { regressionContenders } from "../study/losses.js";
import { createPerceptrons, hiddenUnits, paddedOutputs, parametersOf } from "../study/perceptrons.js";
import { friedmanTask, shareOfWrong } from "../study/tasks.js";
import { train } from "../study/train.js";
import { requestTestDevice } from "./support/device.js";

/** Outputs of networks and gradients of Σ slopes · outputs, in float64. */
function exactly(weights: Float32Array, inputs: Float32Array, slopes: Float32Array, features: number, outputs: number) {
  const rows = inputs.length / features;
  const first = (h: number, f: number) => h * features + f;
  const last = (k: number, h: number) => hiddenUnits * (features + k) + h;
  const gradient = new Float64Array(weights.length);
  const results = new Float64Array(rows * outputs);
  for (let i = 0; i < rows; i++) {
    const sums = Array.from({ length: hiddenUnits }, (_, h) => {
      let sum = 0;
      for (let f = 0; f < features; f++) sum += weights[first(h, f)] * inputs[i * features + f];
      return sum;
    });
    const hidden = sums.map((sum, h) => (h === hiddenUnits - 1 ? 1 : Math.max(sum, 0)));
    for (let k = 0; k < outputs; k++) {
      hidden.forEach((value, h) => {
        const slope = slopes[i * outputs + k];
        results[i * outputs + k] += weights[last(k, h)] * value;
        gradient[last(k, h)] += slope * value;
        if (h === hiddenUnits - 1 || sums[h] <= 0) return;
        for (let f = 0; f < features; f++) {
          gradient[first(h, f)] += slope * weights[last(k, h)] * inputs[i * features + f];
        }
      });
    }
  }
  return { results, gradient };
}

test.each([
  [64, 10, 3],
  [16, 1, 2],
])(
  "networks of %d features and %d outputs, %d at once, have the outputs and gradients of float64",
  async (features, outputs, count) => {
    const { device } = await requestTestDevice();
    const rows = 128;
    const next = uniform(features);
    const numbers = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const upload = (data: Float32Array<ArrayBuffer>) => {
      const buffer = device.createBuffer({ size: data.byteLength, usage: STORAGE | COPY_DST | COPY_SRC });
      device.queue.writeBuffer(buffer, 0, data);
      return { buffer };
    };
    const size = parametersOf({ features });
    const data = {
      inputs: numbers(rows * features),
      parameters: numbers(count * size),
      outputs: new Float32Array(count * rows * outputs),
      slopes: numbers(count * rows * outputs),
      gradients: new Float32Array(count * size),
    };
    const buffers = {
      inputs: upload(data.inputs),
      parameters: upload(data.parameters),
      outputs: upload(data.outputs),
      slopes: upload(data.slopes),
      gradients: upload(data.gradients),
    };
    const networks = await createPerceptrons(device, { count, features, outputs }, rows);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    networks.forward(pass, buffers);
    networks.backward(pass, buffers);
    pass.end();
    const middle = data.outputs.byteLength;
    const readBack = device.createBuffer({ size: middle + data.gradients.byteLength, usage: COPY_DST | MAP_READ });
    encoder.copyBufferToBuffer(buffers.outputs.buffer, 0, readBack, 0, middle);
    encoder.copyBufferToBuffer(buffers.gradients.buffer, 0, readBack, middle, data.gradients.byteLength);
    device.queue.submit([encoder.finish()]);
    await readBack.mapAsync(GPUMapMode.READ);
    const read = new Float32Array(readBack.getMappedRange().slice(0));
    networks.destroy();

    for (let n = 0; n < count; n++) {
      const part = (all: Float32Array, length: number) => all.subarray(n * length, (n + 1) * length);
      const slopes = part(data.slopes, rows * outputs);
      const { results, gradient } = exactly(part(data.parameters, size), data.inputs, slopes, features, outputs);
      expectNear(part(read, rows * outputs), results);
      expectNear(part(read.subarray(middle / 4), size), gradient);
    }
    // What pads the outputs is trained by nothing.
    const padding = read.subarray(middle / 4 + size - (paddedOutputs - outputs) * hiddenUnits, middle / 4 + size);
    expect(padding.every((g) => g === 0)).toBe(true);
  },
);

/** Sums of hundreds of products of numbers below 1, in float32. */
function expectNear(got: Float32Array, expected: Float64Array): void {
  const errors = Array.from(got, (x, i) => Math.abs(x - expected[i]) - 1e-5 * Math.abs(expected[i]));
  const worst = errors.reduce((most, error, i) => (error > errors[most] || Number.isNaN(error) ? i : most), 0);
  expect(errors[worst], `number ${worst}: ${got[worst]}, not ${expected[worst]}`).toBeLessThan(2e-5);
}

test("a training learns, masks are counted, and again it is the same", async () => {
  const { device } = await requestTestDevice();
  const task = friedmanTask({ kind: "outliers", percent: 10 }, 1);
  const chosen = regressionContenders(shareOfWrong(task)).filter(({ id }) =>
    /^(mse|huber|mse-trimmed-share)$/.test(id),
  );
  const schedule = { epochs: 3, batch: 128, rate: 0.03, seed: 1 };
  const run = () => train(device, task, chosen, schedule);
  const [mse, huber, trimmed] = await run();
  for (const { test: errors } of [mse, huber, trimmed]) expect(errors).toHaveLength(3);
  // A constant has the deviation of the function, 4.9.
  expect(huber.test[2]).toBeLessThan(4);
  expect(huber.test[2]).toBeLessThan(huber.test[0]);
  expect(huber.test[2]).toBeLessThan(mse.test[2]);
  const { masked, wrong, wrongMasked, seen } = trimmed.mask!;
  // Of every batch of 128, floor(77/768 * 128) are left out.
  expect([seen, masked, wrong]).toEqual([3 * 768, 3 * 6 * 12, 3 * 77]);
  expect(wrongMasked).toBeGreaterThan(0.8 * masked);
  expect(mse.mask).toBeUndefined();
  expect((await run()).map(({ test }) => test)).toEqual([mse, huber, trimmed].map(({ test }) => test));
});
