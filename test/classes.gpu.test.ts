// Class losses on the GPU against float64 on the same float32 inputs: every loss, and rows of every length.
import { describe, expect, it } from "vitest";
import { crossEntropy, evaluate, focal, sgce, smoothed, unhinged } from "../src/index.js";
import { classComparer, labelRows } from "./support/classes.js";
import { classData, weightsFor } from "./support/data.js";
import { exhaustive, requestTestDevice, thoroughIn } from "./support/device.js";
import { classLosses, named } from "./support/losses.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

const { device } = await requestTestDevice();
const thorough = thoroughIn("classes");

const compare = classComparer(device);

describe.each(named(classLosses))("%s", (_, loss) => {
  it("of classes and of rows of probabilities", async () => {
    const [rows, classes] = [37, 7];
    const { logits, labels } = classData(rows, classes);
    const shape = [rows, classes] as const;
    await compare(loss, { logits, labels }, { shape }, "classes");
    const weights = weightsFor(rows);
    await compare(loss, { logits, labels: labelRows(rows, classes), weights }, { shape }, "rows of probabilities");
  });
});

/** Beside ordinary rows: logits of +-1e4, all equal ones, and two equal tops. */
function extremeData(rows: number, classes: number): { logits: Float32Array; labels: Int32Array } {
  const { logits, labels } = classData(rows, classes, classes, 0);
  for (let k = 0; k < classes; k++) {
    logits[k] = k % 2 ? 1e4 : -1e4;
    if (rows > 1) logits[classes + k] = 0.75;
  }
  if (rows > 2) logits[2 * classes] = logits[3 * classes - 1] = 9;
  return { logits, labels };
}

describe.each(named([crossEntropy(), sgce({ q: 0.5 }), sgce({ q: 0.7 }), focal()]))("shapes: %s", (_, loss) => {
  const short = [2, 3, 5, 31, 32, 33];
  const long = [255, 256, 257, 1000, 1025];
  it.each([...(thorough ? short : [3, 32]), ...(thorough ? long : [257])])("%i classes", async (classes) => {
    const data = extremeData(5, classes);
    // Lanes that share a row hand on the same sums, whatever the loss: the quick way and the general one show it.
    const shared = exhaustive || (thorough && loss.name !== "crossEntropy");
    for (const tuning of shared ? [{}, { workgroupSize: 32, smallBatch: 0 }] : [{}]) {
      await compare(loss, data, { shape: [5, classes], tuning }, `${classes} classes`);
    }
  });

  it("the longest rows", async () => {
    await compare(loss, extremeData(4, 50257), { shape: [4, 50257] }, "50257 classes");
    await compare(loss, classData(1, 128000, 3, 0), { shape: [1, 128000] }, "128000 classes");
  });
});

describe.each(named([crossEntropy(), sgce({ q: 0.5 }), smoothed(unhinged())]))("rows in segments: %s", (_, loss) => {
  it("one row in 49 segments", async () => {
    const long = classData(1, 49 * 8192 + 3, 6, 0);
    await compare(loss, long, { shape: [1, 49 * 8192 + 3], tuning: { maxWorkgroups: 49 } }, "49 segments");
  });

  const [rows, classes] = [3, 33002]; // four segments, of which the last one ends within a quad
  const data = { ...extremeData(rows, classes), weights: weightsFor(rows) };
  const shape = [rows, classes] as const;

  it.each(["mean", "none"] as const)("%s", async (reduction) => {
    for (const workgroupSize of exhaustive || (thorough && reduction === "mean") ? [4, 64] : [4]) {
      await compare(loss, data, { shape, reduction, tuning: { workgroupSize, maxWorkgroups: 64 } }, `${workgroupSize}`);
    }
  });

  it("rows that are left out or not finite, and fewer rows than there may be", async () => {
    const { weights } = data;
    const labels = data.labels.slice();
    labels[0] = -100;
    const logits = data.logits.slice();
    logits[2 * classes + 30000] = NaN;
    for (const nonFinite of ["propagate", "omit"] as const) {
      await compare(loss, { weights, labels, logits }, { shape, nonFinite }, nonFinite);
    }
    const got = await runPlan(device, loss, data, { shape, capacity: 8 });
    expectParity(got, evaluate(loss, data, { shape }), "of 8 rows", { rtol: 1e-4 });
    const none = { logits: [], labels: [], weights: [] };
    expect((await runPlan(device, loss, none, { shape: [0, classes], capacity: 3 })).loss).toBe(0);
  });
});
