// TensorFlow.js on WebGPU: every loss in its command encoder, with its buffers, against float64.
import { beforeAll, describe, it } from "vitest";
import { evaluate } from "../src/index.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { compute, loadTf, lossesById, type Tf, useWebgpu } from "./support/tfjs.js";
import { behavesInTfjs, leavesNoTensors } from "./support/tfjsSuite.js";

let tf: Tf;
let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
  tf = await loadTf();
  await useWebgpu(tf, device);
});

leavesNoTensors(() => tf);

describe("every loss is that of evaluate", () => {
  it.each(lossesById())("%s", async (name, loss, inputs, shape) => {
    expectParity(await compute(tf, loss, inputs, shape), evaluate(loss, inputs, { shape }), name);
  });
});

behavesInTfjs(() => tf);
