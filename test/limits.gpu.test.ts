// Tensors beyond one binding of WebGPU's default limits, on a device that has no more than those.
import { expect, it } from "vitest";
import { createPlan, evaluate, laiMae, zmse } from "../src/index.js";
import { expectClose } from "./support/compare.js";
import { regressionData } from "./support/data.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { readBuffer, storageBuffer } from "./support/plan.js";

it("a batch of 136 MiB per tensor takes two bindings", async (context) => {
  if (runtime !== "dawn") skip(context, "half a gigabyte of buffers is tried on dawn only");
  const { device } = await requestTestDevice();
  const limit = device.limits.maxStorageBufferBindingSize;
  const period = 2 ** 16;
  const copies = 544;
  const n = period * copies;
  expect(4 * n).toBeGreaterThan(limit);
  // The same samples over and over, so that float64 has to look at them only once.
  const data = regressionData(period, 11);
  const one = evaluate(zmse({ ddof: 0 }), data);
  const repeat = (values: Float32Array) => {
    const all = new Float32Array(n);
    for (let i = 0; i < copies; i++) all.set(values, i * period);
    return all;
  };
  const plan = await createPlan(device, zmse({ ddof: 0 }), { shape: [n], outputs: ["loss", "gradient", "summary"] });
  const buffers = {
    predictions: storageBuffer(device, repeat(data.predictions)),
    targets: storageBuffer(device, repeat(data.targets)),
    loss: storageBuffer(device, 4),
    gradient: storageBuffer(device, 4 * n),
    summary: storageBuffer(device, 24),
  };
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, buffers);
  device.queue.submit([encoder.finish()]);
  await plan.check();
  const [loss] = new Float32Array(await readBuffer(device, buffers.loss, 4));
  expectClose(loss, one.loss as number, { rtol: 2e-6, atol: 0 }, "loss");
  expect(new Uint32Array(await readBuffer(device, buffers.summary, 24))[3]).toBe(one.count * copies);
  const gradient = new Float32Array(await readBuffer(device, buffers.gradient));
  const wanted = one.gradient!.map((g) => g / copies);
  for (const copy of [0, copies - 33, copies - 32, copies - 1]) {
    const part = gradient.subarray(copy * period, (copy + 1) * period);
    expectClose(part, wanted, { rtol: 1e-4, atol: 1e-12 }, `gradient of copy ${copy}`);
  }
  plan.destroy();
  for (const buffer of Object.values(buffers)) buffer.destroy();
});

it("slopes of 144 MiB take two bindings, though predictions would fit into one", async (context) => {
  if (runtime !== "dawn") skip(context, "half a gigabyte of buffers is tried on dawn only");
  const { device } = await requestTestDevice();
  const [samples, features] = [2 ** 18, 144];
  expect(4 * samples * features).toBeGreaterThan(device.limits.maxStorageBufferBindingSize);
  const loss = laiMae({ lambda: 0.5, aggregate: "feature", feature: 3 });
  const data = { predictions: new Float32Array(samples).fill(2), targets: new Float32Array(samples) };
  const slopes = new Float32Array(samples * features);
  for (let i = 0; i < samples; i++) slopes[i * features + 3] = i / samples;
  const plan = await createPlan(device, loss, {
    shape: [samples],
    slopes: features,
    outputs: ["loss", "gradient", "slopeGradient"],
  });
  const buffers = {
    predictions: storageBuffer(device, data.predictions),
    targets: storageBuffer(device, data.targets),
    slopes: storageBuffer(device, slopes),
    loss: storageBuffer(device, 4),
    gradient: storageBuffer(device, 4 * samples),
    slopeGradient: storageBuffer(device, 4 * samples * features),
  };
  const encoder = device.createCommandEncoder();
  plan.encode(encoder, buffers);
  device.queue.submit([encoder.finish()]);
  await plan.check();
  const column = Float32Array.from({ length: samples }, (_, i) => i / samples);
  const expected = evaluate(laiMae({ lambda: 0.5 }), { ...data, slopes: column });
  expectClose(
    new Float32Array(await readBuffer(device, buffers.loss, 4)),
    [expected.loss as number],
    { rtol: 1e-5, atol: 0 },
    "loss",
  );
  const gradient = new Float32Array(await readBuffer(device, buffers.gradient));
  expectClose(gradient, expected.gradient!, { rtol: 1e-4, atol: 1e-12 }, "gradient");
  const all = new Float32Array(await readBuffer(device, buffers.slopeGradient));
  const own = column.map((_, i) => all[i * features + 3]);
  expectClose(own, expected.slopeGradient!, { rtol: 1e-4, atol: 1e-11 }, "slopeGradient");
  expect(all[4 + 5 * features]).toBe(0);
  plan.destroy();
  for (const buffer of Object.values(buffers)) buffer.destroy();
});
