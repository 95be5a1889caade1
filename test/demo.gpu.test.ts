// The lab's training on the GPU against its training in float64.
import { beforeAll, expect, it } from "vitest";
import { calls } from "../demo/data/calls.js";
import { stars } from "../demo/data/stars.js";
import { cpuEngine } from "../demo/lib/engine.js";
import { gpuEngine } from "../demo/lib/engine-gpu.js";
import { train } from "../demo/lib/train.js";
import { trainOnCpu } from "../demo/lib/trainer-cpu.js";
import { trainOnGpu } from "../demo/lib/trainer-gpu.js";
import { createAgreement } from "../demo/panels/outliers/agreement.js";
import { compared as comparedLines } from "../demo/panels/outliers/settings.js";
import { startLine } from "../demo/panels/outliers/starts.js";
import { compared, curveExperiment, defaults } from "../demo/panels/slopes/settings.js";
import { requestTestDevice, type TestDevice } from "./support/device.js";

let opened: TestDevice;
beforeAll(async () => {
  opened = await requestTestDevice();
});

it("a few steps of Adam agree with float64", async () => {
  const choice = { ...defaults, share: 50 };
  const all = curveExperiment(choice, compared(choice));
  const experiment = { ...all, units: [1, 8, 1], steps: 8, candidates: all.candidates.slice(1, 3) };
  const trainers = [await trainOnGpu(opened.device, experiment), trainOnCpu(experiment)];
  const looks = await Promise.all(
    trainers.map(async (trainer) => {
      await trainer.advance(5);
      await trainer.advance(5); // no more than there are
      expect(trainer.step).toBe(8);
      const looks = await trainer.look();
      trainer.close();
      return looks;
    }),
  );
  looks[1].forEach((exact, i) => {
    const { loss, predictions, slopes } = looks[0][i];
    expect(loss).toBeCloseTo(exact.loss, 4);
    for (const at of [0, 50, 200]) {
      expect(predictions[at]).toBeCloseTo(exact.predictions[at], 4);
      expect(slopes[at]).toBeCloseTo(exact.slopes[at], 4);
    }
  });
});

it.each([calls, stars])("$id: lines under z-masks by both estimators end where those of float64 end", async (data) => {
  const agreement = createAgreement();
  for (const statistic of ["error", "loss"] as const) {
    const settings = comparedLines({ statistic, threshold: 2, annealed: false });
    const engines = [gpuEngine(opened.device, "a test"), cpuEngine("a test")];
    const [lines, exact] = await Promise.all(
      engines.map((engine) => train(engine, data, settings, startLine(data, "leastSquares"))),
    );
    agreement.add(lines, exact);
  }
  const { holds, text } = agreement.result();
  expect(text).toContain("of 10 lines");
  expect(holds, text).toBe(true);
});
