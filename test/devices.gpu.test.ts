// Devices that have as little, or as much, as WebGPU allows.
import { expect, it } from "vitest";
import {
  evaluate,
  type Inputs,
  type Loss,
  type Options,
  run,
  sgce,
  squaredError,
  trimmed,
  zmse,
} from "../src/index.js";
import { classData, regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity, maskOf } from "./support/parity.js";

const cases: [loss: Loss, inputs: Inputs, options: Options][] = [
  [zmse(), regressionData(301), {}],
  [trimmed(squaredError(), { fraction: 0.2 }), regressionData(64), {}],
  [sgce({ q: 0.7 }), classData(21, 12), { shape: [21, 12] }],
];

async function expectAll(device: GPUDevice, what: string): Promise<void> {
  for (const [loss, inputs, options] of cases) {
    const [got, expected] = [await run(device, loss, inputs, options), evaluate(loss, inputs, options)];
    const threshold = maskOf(loss)?.threshold ?? 0;
    expectParity(got, expected, `${what}: ${JSON.stringify(loss)}`, { threshold, rtol: 1e-4 });
  }
}

it("the limits of WebGPU's compatibility mode", async () => {
  const { device } = await requestTestDevice();
  // Whatever the device has, the library is told that it has no more than this.
  const few = {
    maxComputeInvocationsPerWorkgroup: 128,
    maxComputeWorkgroupSizeX: 128,
    maxStorageBuffersPerShaderStage: 8,
    maxStorageBufferBindingSize: 2 ** 27,
    maxBufferSize: 2 ** 28,
  };
  Object.defineProperty(device, "limits", { value: few });
  const descriptors: GPUShaderModuleDescriptor[] = [];
  const createShaderModule = device.createShaderModule.bind(device);
  Object.defineProperty(device, "createShaderModule", {
    value: (descriptor: GPUShaderModuleDescriptor) => {
      descriptors.push(descriptor);
      return createShaderModule(descriptor);
    },
  });
  // A GPU's row of the table, whose workgroups would have 256 lanes.
  Object.defineProperty(device, "adapterInfo", { value: {} });
  await expectAll(device, "compatibility");
  const lanes = descriptors.map(({ code }) => Number(/const \w+ ?= ?(\d+)u;/.exec(code)![1]));
  expect(new Set(lanes)).toEqual(new Set([128]));
});

it("every limit of the adapter", async () => {
  const { adapter } = await requestTestDevice();
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const limit = adapter.limits[name as "maxBufferSize"];
    if (typeof limit === "number") limits[name] = limit;
  }
  const { device } = await requestTestDevice([], limits);
  expect(device.limits.maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
  await expectAll(device, "raised");
});
