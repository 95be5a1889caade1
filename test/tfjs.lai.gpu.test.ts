// Lai losses of models of TensorFlow.js on WebGPU, against float64.
import { beforeAll } from "vitest";
import { requestTestDevice } from "./support/device.js";
import { networkVectors } from "./support/networks.js";
import { loadTf, type Tf, useWebgpu } from "./support/tfjs.js";
import { trainsLaiInTfjs } from "./support/tfjsLai.js";
import { leavesNoTensors } from "./support/tfjsMemory.js";

let tf: Tf;
beforeAll(async () => {
  const { device } = await requestTestDevice();
  tf = await loadTf();
  await useWebgpu(tf, device);
});

leavesNoTensors(() => tf);
trainsLaiInTfjs(() => tf, networkVectors);
