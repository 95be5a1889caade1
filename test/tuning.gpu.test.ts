// Every entry of the table that fits kernels to an adapter gives right results, whatever the adapter.
import { describe, expect, it } from "vitest";
import { slopedInputs } from "../bench/inputs.js";
import { oursOf } from "../bench/ours.js";
import { makeTask } from "../bench/task.js";
import { crossEntropy, evaluate, type Inputs, type Loss, laiMse, type Shape, zbce, zmse } from "../src/index.js";
import { table } from "../src/tuning.js";
import { binaryData, classData, regressionData } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

const { device } = await requestTestDevice();

/** One dispatch; several, in more than one slice; groups of statistics; rows on a lane, on several, on a workgroup. */
const tasks: readonly [string, Loss, Shape, Inputs][] = [
  ["a small batch", zmse(), [1001], regressionData(1001)],
  ["a batch of several slices", zmse(), [50_003], regressionData(50_003)],
  ["statistics per class", zbce(), [2500, 7], binaryData(17_500)],
  ["short rows", crossEntropy(), [1500, 10], classData(1500, 10)],
  ["rows", crossEntropy(), [33, 1001], classData(33, 1001)],
];

describe.each(Object.entries(table))("the entry for %s", (kind, tuning) => {
  it.each(tasks)("%s", async (what, loss, shape, inputs) => {
    const expected = evaluate(loss, inputs, { shape });
    expectParity(await runPlan(device, loss, inputs, { shape, tuning }), expected, `${what}, ${kind}`);
  });

  it("slopes", async () => {
    const task = makeTask(laiMse({ lambda: 0.5 }), [20_001], slopedInputs(20_001, 3));
    const ours = await oursOf(device, kind, task, { features: 3, tuning });
    expect(await ours.verify()).toBeLessThan(5e-6);
    ours.dispose();
  });
});
