// TensorFlow.js on WebGPU: every loss in its command encoder, with its buffers, against float64.
import { beforeAll, describe, it } from "vitest";
import { evaluate } from "../src/index.js";
import { requestTestDevice, runtime } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { compute, loadTf, lossesById, type Tf, useWebgpu } from "./support/tfjs.js";
import { refusesInTfjs } from "./support/tfjsErrors.js";
import { leavesNoTensors } from "./support/tfjsMemory.js";
import { behavesInTfjs } from "./support/tfjsSuite.js";
import { trainsInTfjs } from "./support/tfjsTraining.js";

let tf: Tf;
let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
  tf = await loadTf();
  await useWebgpu(tf, device);
});

leavesNoTensors(() => tf);

// The parity tests have all of them in every runtime; through TensorFlow.js, both compilers see a sample more.
const all = lossesById();
const chosen = runtime === "dawn" || runtime === "chromium" ? all : all.filter((_, i) => i % 5 === 0);

describe("every loss is that of evaluate", () => {
  it.each(chosen)("%s", async (name, loss, inputs, shape) => {
    expectParity(await compute(tf, loss, inputs, shape), evaluate(loss, inputs, { shape }), name);
  });
});

behavesInTfjs(() => tf);
refusesInTfjs(() => tf);
trainsInTfjs(() => tf);
