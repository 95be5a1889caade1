// Class losses on the GPU against float64 on the same float32 inputs: every loss, every row regime.
import { beforeAll, describe, expect, it } from "vitest";
import {
  type ClassLoss,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  evaluate,
  focal,
  type Loss,
  normalized,
  sgce,
  smoothed,
  symmetrized,
  type Tuning,
  unhinged,
  weightedSum,
  zMasked,
} from "../src/index.js";
import { subgroupOf } from "../src/subgroups.js";
import { type Compared, compareClasses, labelRows } from "./support/classes.js";
import { expectEqual } from "./support/compare.js";
import { classData, normal, random, weightsFor } from "./support/data.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { classLosses } from "./support/losses.js";
import { expectParity } from "./support/parity.js";
import { runPlan } from "./support/plan.js";

let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
});

const compare = (...compared: Compared) => compareClasses(device, ...compared);

const named = (losses: readonly ClassLoss[]) => losses.map((loss) => [JSON.stringify(loss), loss] as const);

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

// The quick way twice, the general way, and a sum; browsers compile slowly, and see one of each way.
const few: readonly ClassLoss[] = [
  ...(runtime === "dawn" ? [crossEntropy(), symmetrized(epsilonSoftmaxCrossEntropy({ m: 10 }))] : []),
  sgce({ q: 0.5 }),
  weightedSum([
    [1, normalized(crossEntropy())],
    [2, smoothed(focal())],
  ]),
];

const tunings: Partial<Tuning>[] = [
  { workgroupSize: 1, smallBatch: 0 },
  { workgroupSize: 4, smallBatch: 0, minElements: 64 },
  { workgroupSize: 32, smallBatch: 0, minElements: 64, maxWorkgroups: 3 },
  { workgroupSize: 128, smallBatch: 0, minElements: 512 },
  { workgroupSize: 64, smallBatch: 1e6 },
];

describe.each(named(few))("row regimes: %s", (_, loss) => {
  it.each(tunings.map((tuning) => [JSON.stringify(tuning), tuning] as const))("%s", async (what, tuning) => {
    for (const classes of [2, 10, 64, 257]) {
      const rows = classes > 200 ? 9 : 150;
      const { logits, labels } = classData(rows, classes, classes);
      const inputs = { logits, labels, weights: weightsFor(rows) };
      await compare(loss, inputs, { shape: [rows, classes], tuning }, `${what}, ${classes} classes`);
    }
  });

  it("few long rows", async () => {
    for (const [rows, classes] of [
      [1, 50257],
      [2, 20000],
    ] as const) {
      const { logits, labels } = classData(rows, classes, 5, 0);
      await compare(loss, { logits, labels }, { shape: [rows, classes] }, `${rows} x ${classes}`);
    }
  });

  it("bindings that hold a part of the rows", async () => {
    const [rows, classes] = [300, 10];
    const { logits, labels } = classData(rows, classes);
    const tuning = { maxBindingSize: 64 * classes * 4, smallBatch: 0 };
    for (const masked of [loss, zMasked(loss, { threshold: 1.5 }), zMasked(loss, { threshold: 1.5, per: "class" })]) {
      await compare(masked as Loss, { logits, labels }, { shape: [rows, classes], tuning }, masked.name);
    }
  });

  it.each(["mean", "sum", "none"] as const)("weights, class weights, upstream: %s", async (reduction) => {
    const [rows, classes] = [90, 5];
    const { logits, labels } = classData(rows, classes);
    const next = random(4);
    const inputs = {
      logits,
      labels,
      weights: weightsFor(rows),
      classWeights: Float32Array.from({ length: classes }, () => 0.5 + next()),
      upstream: reduction === "none" ? Float32Array.from({ length: rows }, () => normal(next)) : 0.7,
    };
    for (const smallBatch of [0, 1e5]) {
      const options = { shape: [rows, classes] as const, reduction, tuning: { smallBatch } };
      await compare(loss, inputs, options, reduction);
      await compare(zMasked(loss, { threshold: 1.5 }), inputs, options, `masked, ${reduction}`);
      const soft = { ...inputs, labels: labelRows(rows, classes) };
      await compare(loss, soft, options, `rows of probabilities, ${reduction}`);
    }
  });

  it.each(["loss", "logit", "probability"] as const)("masks that score the %s", async (statistic) => {
    const [rows, classes] = [130, 6];
    const { logits, labels } = classData(rows, classes);
    for (const per of ["batch", "class"] as const) {
      for (const smallBatch of [0, 1e5]) {
        const masked = zMasked(loss, { statistic, per, threshold: 1.5 });
        await compare(
          masked,
          { logits, labels },
          { shape: [rows, classes], tuning: { smallBatch } },
          `${statistic}, ${per}`,
        );
      }
    }
  });

  it("rows that are not finite", async () => {
    const [rows, classes] = [60, 4];
    const { logits, labels } = classData(rows, classes);
    logits[5 * classes + 1] = NaN;
    logits[20 * classes] = Infinity;
    logits[33 * classes + 3] = -Infinity;
    labels[7] = -100;
    logits[7 * classes] = NaN;
    for (const reduction of ["mean", "sum", "none"] as const) {
      for (const nonFinite of ["propagate", "omit"] as const) {
        for (const smallBatch of reduction === "mean" ? [0, 1e5] : [0]) {
          const options = { shape: [rows, classes] as const, reduction, nonFinite, tuning: { smallBatch } };
          const what = `${reduction}, ${nonFinite}, ${smallBatch}`;
          await compare(loss, { logits, labels }, options, what);
          await compare(zMasked(loss, { threshold: 2 }), { logits, labels }, options, `masked, ${what}`);
        }
      }
    }
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
  it.each([...(runtime === "dawn" ? short : [3, 32]), ...(runtime === "dawn" ? long : [257])])(
    "%i classes",
    async (classes) => {
      const data = extremeData(5, classes);
      for (const tuning of runtime === "dawn" ? [{}, { workgroupSize: 32, smallBatch: 0 }] : [{}]) {
        await compare(loss, data, { shape: [5, classes], tuning }, `${classes} classes`);
      }
    },
  );

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
    for (const workgroupSize of runtime === "dawn" ? [4, 64] : [4]) {
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

describe("lanes that exchange as subgroups", () => {
  it.for(named(few))("%s", async ([, loss], context) => {
    const { adapter } = await requestTestDevice();
    if (!adapter.features.has("subgroups")) skip(context, "the adapter has no subgroups");
    const { device: faster } = await requestTestDevice(["subgroups"]);
    expect(await subgroupOf(faster)).toBe(faster.adapterInfo.subgroupMinSize);
    expect(subgroupOf(device)).toBe(1);
    for (const classes of [10, 257, 1200]) {
      for (const workgroupSize of [4, 64]) {
        const shape = [3, classes] as const;
        const options = { shape, tuning: { workgroupSize, smallBatch: 0 } };
        const data = classData(3, classes, classes);
        const what = `${classes} classes, ${workgroupSize} lanes`;
        const got = await runPlan(faster, loss, data, options);
        expectParity(got, evaluate(loss, data, { shape }), what, { rtol: 1e-4 });
        const through = await runPlan(device, loss, data, options);
        expectEqual(got.gradient, through.gradient!, `${what}: the bits that shared memory gives`);
      }
    }
  });
});

describe.each(named(few))("in place: %s", (_, loss) => {
  it.each(["mean", "none"] as const)("%s", async (reduction) => {
    for (const [rows, classes] of [
      [40, 6],
      [9, 300],
    ] as const) {
      const data = { ...classData(rows, classes), weights: weightsFor(rows) };
      const losses = [loss, zMasked(loss, { threshold: 1.5 }), zMasked(loss, { threshold: 1.5, per: "class" })];
      for (const one of classes > 100 ? losses.slice(0, 2) : losses) {
        for (const tuning of [{ smallBatch: 0 }, { workgroupSize: 32 }]) {
          const options = { shape: [rows, classes] as const, reduction, tuning, inPlace: true };
          await compare(one as Loss, data, options, `${one.name}, ${rows} x ${classes}`);
        }
      }
    }
  });
});
