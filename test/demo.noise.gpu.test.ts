// The panel on noisy labels with TensorFlow.js on WebGPU: a short training, and the kernels against float64 where it ends.
import { beforeAll, expect, it } from "vitest";
import { checkAgreement, prepare } from "../demo/panels/noise/agreement.js";
import { bestEpoch, lastOf } from "../demo/panels/noise/course.js";
import { experimentOf } from "../demo/panels/noise/experiment.js";
import { run } from "../demo/panels/noise/run.js";
import { defaults } from "../demo/panels/noise/settings.js";
import { requestTestDevice } from "./support/device.js";
import { patterns } from "./support/digits.js";
import { loadTf, type Tf, useWebgpu } from "./support/tfjs.js";

let tf: Tf;
let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
  tf = await loadTf();
  await useWebgpu(tf, device);
});

// Few samples, which a small network soon knows by heart: TensorFlow.js takes a tenth of a second for a step on a software adapter.
const digits = { train: patterns(192, 8, 1), test: patterns(400, 8, 2) };

it("at 40 % symmetric noise a robust loss ends above cross-entropy, and float64 has the same losses there", async () => {
  const before = tf.memory().numTensors;
  const choice = { ...defaults, samples: 0, epochs: 10, losses: ["ce", "unhinged", "maskedCe"] as const };
  const experiment = { ...experimentOf(choice, digits), hidden: 16, batch: 64 };
  await prepare(device, experiment.settings);
  const outcome = await run(tf, experiment);
  const [ce, unhinged, masked] = outcome!.courses;
  const figures = outcome!.courses.map(({ accuracies }) => accuracies.map((a) => a.toFixed(3)).join(" ")).join("; ");
  expect(experiment.noise.count).toBe(77);
  expect(ce.accuracies[bestEpoch(ce)], figures).toBeGreaterThan(0.4);
  expect(lastOf(unhinged), figures).toBeGreaterThan(0.6);
  expect(lastOf(unhinged), figures).toBeGreaterThan(lastOf(ce) + 0.08);
  expect(masked.masks.every(({ masked: count, wrong }) => count < 192 && wrong === 77)).toBe(true);
  const { holds, text } = await checkAgreement(device, outcome!.audits);
  expect(holds, text).toBe(true);
  expect(text).toContain("parameters of 1 networks");
  expect(tf.memory().numTensors).toBe(before);
});
