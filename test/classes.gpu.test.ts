// Class losses on the GPU against float64 on the same float32 inputs: every loss, every row regime, every option.
import { beforeAll, describe, expect, it } from "vitest";
import {
  type ClassLoss,
  classAbsoluteError,
  createPlan,
  crossEntropy,
  epsilonSoftmaxCrossEntropy,
  evaluate,
  focal,
  generalizedCrossEntropy,
  type Inputs,
  type Loss,
  normalized,
  type Options,
  run,
  sgce,
  smoothed,
  squaredError,
  symmetrized,
  type Tuning,
  tempered,
  unhinged,
  weightedSum,
  zMasked,
} from "../src/index.js";
import { subgroupOf } from "../src/subgroups.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { classData, normal, random, weightsFor } from "./support/data.js";
import { requestTestDevice, runtime, skip } from "./support/device.js";
import { expectRejected, type Untyped } from "./support/errors.js";
import { classLosses } from "./support/losses.js";
import { expectParity } from "./support/parity.js";
import { readBuffer, runPlan, storageBuffer } from "./support/plan.js";

let device: GPUDevice;
beforeAll(async () => {
  device = (await requestTestDevice()).device;
});

/** Rows of probabilities: one-hot, smoothed, mixed. */
function labelRows(rows: number, classes: number, seed = 2): Float32Array {
  const next = random(seed);
  const q = new Float32Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const a = Math.floor(classes * next());
    const b = Math.floor(classes * next());
    const share = i % 3 === 0 ? 1 : next();
    q[i * classes + a] += share;
    q[i * classes + b] += 1 - share;
  }
  return q;
}

async function compare(
  loss: Loss,
  inputs: Inputs<"class">,
  options: Options & { tuning?: Partial<Tuning>; inPlace?: boolean },
  what: string,
): Promise<void> {
  const { tuning, inPlace, ...rest } = options;
  const expected = evaluate(loss as ClassLoss, inputs, rest);
  const got = await runPlan(device, loss, inputs, options);
  const threshold = "base" in loss ? loss.parameters.threshold : 0;
  const scored = "base" in loss ? Math.max(...Array.from(expected.perSample!, Math.abs)) : 0;
  expectParity(got, expected, what, { rtol: 1e-4, threshold, scored });
}

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

describe("options", () => {
  const [rows, classes] = [50, 6];
  const shape = [rows, classes] as const;
  const { logits, labels } = classData(rows, classes);

  it("extra outputs", async () => {
    const outputs = ["loss", "gradient", "perSample", "logSumExp", "predictedClass", "correct"] as const;
    for (const loss of [crossEntropy(), unhinged(), generalizedCrossEntropy()]) {
      const expected = evaluate(loss, { logits, labels }, { outputs });
      const got = await run(device, loss, { logits, labels }, { outputs });
      expectClose(got.logSumExp, expected.logSumExp!, { rtol: 1e-5, atol: 1e-6 }, "logSumExp");
      expectEqual(got.predictedClass, expected.predictedClass!, "predictedClass");
      expect(got.correct).toBe(expected.correct);
      expectParity(got, expected, loss.name, { rtol: 1e-4 });
    }
  });

  it("accuracy in every kind of pass", async () => {
    const q = labelRows(rows, classes);
    const losses = [crossEntropy(), zMasked(crossEntropy()), zMasked(crossEntropy(), { per: "class" })] as Loss[];
    const outputs = ["correct"] as const;
    for (const loss of losses) {
      for (const tuning of [{}, { smallBatch: 0, minElements: 60 }, { workgroupSize: 32, smallBatch: 0 }]) {
        const expected = evaluate(loss as ClassLoss, { logits, labels }, { outputs });
        expect((await runPlan(device, loss, { logits, labels }, { shape, tuning, outputs })).correct).toBe(
          expected.correct,
        );
        if ("base" in loss && loss.parameters.per === "class") continue;
        const soft = evaluate(loss as ClassLoss, { logits, labels: q }, { outputs, shape });
        expect((await runPlan(device, loss, { logits, labels: q }, { shape, tuning, outputs })).correct).toBe(
          soft.correct,
        );
      }
    }
  });

  it("another temperature in a plan that was made without one", async () => {
    const outputs = ["loss", "logSumExp"] as const;
    for (const alpha of [1, 2]) {
      const losses = [
        tempered(crossEntropy(), { alpha }),
        zMasked(tempered(crossEntropy(), { alpha }), { statistic: "probability" }),
      ];
      for (const loss of losses as Loss[]) {
        const expected = evaluate(loss as ClassLoss, { logits, labels }, { outputs });
        const got = await run(device, loss, { logits, labels }, { outputs });
        expectClose(got.logSumExp, expected.logSumExp!, { rtol: 1e-5, atol: 1e-6 }, `logSumExp, ${alpha}`);
        expectClose(got.loss, expected.loss as number, { rtol: 1e-5, atol: 1e-7 }, `${loss.name}, ${alpha}`);
      }
    }
  });

  it("more outputs and inputs than a kernel may be bound to", async () => {
    const outputs = [
      "loss",
      "perSample",
      "gradient",
      "mask",
      "z",
      "statistics",
      "logSumExp",
      "predictedClass",
      "correct",
    ] as const;
    const inputs = {
      logits,
      labels,
      weights: weightsFor(rows),
      classWeights: Float32Array.from({ length: classes }, (_, k) => 0.5 + k),
      upstream: Float32Array.from({ length: rows }, (_, i) => 1 + i / rows),
    };
    for (const per of ["batch", "class"] as const) {
      const loss = zMasked(crossEntropy(), { threshold: 1.5, per });
      for (const smallBatch of [0, 1e5]) {
        const options = { shape, reduction: "none" as const, tuning: { smallBatch } };
        const expected = evaluate(loss, inputs, { shape, reduction: "none", outputs });
        const got = await runPlan(device, loss, inputs, { ...options, outputs });
        expectParity(got, expected, `${per}, ${smallBatch}`, { rtol: 1e-4, threshold: 1.5 });
        expect(got.correct, `${per}, ${smallBatch}`).toBe(expected.correct);
        expectEqual(got.predictedClass, expected.predictedClass!, `${per}, ${smallBatch}: predictedClass`);
        expectClose(got.logSumExp, expected.logSumExp!, { rtol: 1e-5, atol: 1e-6 }, `${per}, ${smallBatch}: logSumExp`);
      }
    }
  });

  it("labels that are no class count as invalid in a plan, and have no gradient", async () => {
    const odd = labels.slice();
    [odd[3], odd[4], odd[9]] = [6, -1, 1 << 30];
    const { summary, gradient, loss } = await runPlan(device, crossEntropy(), { logits, labels: odd }, { shape });
    const ignored = odd.map((label) => (label >= 0 && label < classes ? label : -100));
    const expected = evaluate(crossEntropy(), { logits, labels: ignored });
    expect(summary.invalidLabels).toBe(3);
    expectClose(loss, expected.loss as number, { rtol: 1e-5, atol: 0 }, "loss");
    expectClose(gradient, expected.gradient!, { rtol: 1e-4, atol: 1e-7 }, "gradient");
  });

  it("a plan takes classes for labels unless it is told otherwise", async () => {
    const wide = classData(9, 64, 3, 0); // read as vectors, but for the labels
    const plan = await createPlan(device, crossEntropy(), { shape: [9, 64] });
    expect(plan.sizes).toEqual({ logits: 4 * 9 * 64, labels: 4 * 9, loss: 4, gradient: 4 * 9 * 64 });
    const buffers = {
      logits: storageBuffer(device, wide.logits),
      labels: storageBuffer(device, wide.labels),
      loss: storageBuffer(device, 4),
      gradient: storageBuffer(device, 4 * 9 * 64),
    };
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    const expected = evaluate(crossEntropy(), wide);
    const [loss, gradient] = [buffers.loss, buffers.gradient].map((buffer) => readBuffer(device, buffer));
    expectClose(new Float32Array(await loss), [expected.loss as number], { rtol: 1e-5, atol: 0 }, "loss");
    expectClose(new Float32Array(await gradient), expected.gradient!, { rtol: 1e-4, atol: 1e-8 }, "gradient");
    plan.destroy();
  });

  it.each([
    ["unknown labels", crossEntropy(), { shape: [2, 3], labels: "onehot" }, /labels must be one of ids, rows/],
    ["labels of residuals", squaredError(), { shape: [2], labels: "ids" }, /option must be one of/],
    ["class weights of residuals", squaredError(), { shape: [2], inputs: ["classWeights"] }, /an input must be one of/],
    ["residuals in place", squaredError(), { shape: [2], inPlace: true }, /option must be one of/],
    ["a loss in place", crossEntropy(), { shape: [2, 3], inPlace: true, outputs: ["loss"] }, /must hold a gradient/],
    ["accuracy of residuals", squaredError(), { shape: [2], outputs: ["correct"] }, /an output must be one of/],
  ] as [string, Loss, Untyped, RegExp][])("a plan refuses %s", async (_, loss, options, text) => {
    await expectRejected(() => createPlan(device, loss, options), "parameter", text);
  });

  it("a plan refuses masks of labels in rows", async () => {
    for (const masking of [{ statistic: "logit" }, { per: "class" }] as const) {
      const options = { shape: [2, 3], labels: "rows" } as const;
      await expectRejected(
        () => createPlan(device, zMasked(crossEntropy(), masking), options),
        "shape",
        /labels must be classes/,
      );
    }
  });

  it("a gradient in place needs the buffer of the logits", async () => {
    const plan = await createPlan(device, crossEntropy(), { shape: [2, 4], inPlace: true });
    const [logits, labels, other] = [32, 8, 32].map((size) => storageBuffer(device, size));
    const buffers = { logits, labels, loss: storageBuffer(device, 4) };
    const encoder = device.createCommandEncoder();
    expect(() => plan.encode(encoder, { ...buffers, gradient: other })).toThrow(/must be the buffer of the logits/);
    plan.encode(encoder, { ...buffers, gradient: logits });
    device.queue.submit([encoder.finish()]);
    await plan.check();
    plan.destroy();
  });

  it("weights that are not finite", async () => {
    const weights = weightsFor(rows);
    [weights[2], weights[11]] = [NaN, Infinity];
    for (const nonFinite of ["propagate", "omit"] as const) {
      for (const loss of [crossEntropy(), zMasked(crossEntropy())] as Loss[]) {
        for (const reduction of ["mean", "none"] as const) {
          const options = { shape, nonFinite, reduction, tuning: { smallBatch: 0, minElements: 60 } };
          await compare(loss, { logits, labels, weights }, options, `${loss.name}, ${nonFinite}, ${reduction}`);
        }
      }
    }
  });

  it("weights that are not finite leave no prediction", async () => {
    const weights = weightsFor(rows);
    weights[2] = NaN;
    const outputs = ["loss", "predictedClass", "correct"] as const;
    for (const nonFinite of ["propagate", "omit"] as const) {
      const expected = evaluate(crossEntropy(), { logits, labels, weights }, { nonFinite, outputs });
      const got = await run(device, crossEntropy(), { logits, labels, weights }, { nonFinite, outputs });
      expectEqual(got.predictedClass, expected.predictedClass!, nonFinite);
      expect(got.correct).toBe(expected.correct);
    }
  });

  it("nothing to do: no rows, and rows that are all ignored", async () => {
    for (const loss of [crossEntropy(), zMasked(crossEntropy())] as Loss[]) {
      const none = await run(device, loss, { logits: [], labels: [] }, { shape: [0, 5] });
      expect([none.loss, none.count, none.gradient!.length]).toEqual([0, 0, 0]);
      const ignored = await run(device, loss, { logits: logits.subarray(0, 12), labels: [-100, -100] });
      expect([ignored.loss, ignored.count, ...ignored.gradient!]).toEqual([0, 0, ...new Array(12).fill(0)]);
    }
  });

  it("fewer rows than the capacity, and other parameters without compiling", async () => {
    await compare(sgce({ q: 0.3 }), { logits, labels }, { shape }, "full");
    const got = await runPlan(device, sgce({ q: 0.3 }), { logits, labels }, { shape, capacity: 5000 });
    expectParity(got, evaluate(sgce({ q: 0.3 }), { logits, labels }), "of 5000 rows", { rtol: 1e-4 });
  });

  it("many rows", async () => {
    const many = classData(70000, 3, 8);
    await compare(crossEntropy(), many, { shape: [70000, 3] }, "70000 rows");
    await compare(zMasked(sgce({ q: 0.7 })), many, { shape: [70000, 3] }, "70000 rows, masked");
    await compare(sgce({ q: 0.5 }), classData(200000, 3, 9), { shape: [200000, 3] }, "200000 rows");
  });
});

describe("confident rows keep their digits", () => {
  it.each(named([crossEntropy(), classAbsoluteError(), generalizedCrossEntropy()]))("%s", async (_, loss) => {
    // 1 - p from 1e-2 to 1e-9
    const classes = 5;
    const logits: number[] = [];
    for (let e = 2; e <= 9; e++) logits.push(0.1, -0.2, Math.log(4) + e * Math.LN10, 0.3, -0.4);
    const labels = new Int32Array(8).fill(2);
    const inputs = { logits: Float32Array.from(logits), labels };
    for (const tuning of [{}, { workgroupSize: 16, smallBatch: 0 }]) {
      const got = await runPlan(device, loss, inputs, { shape: [8, classes], reduction: "sum", tuning });
      const expected = evaluate(loss, inputs, { reduction: "sum" });
      expectClose(got.perSample, expected.perSample!, { rtol: 1e-4, atol: 0 }, "loss");
      expectClose(got.gradient, expected.gradient!, { rtol: 1e-4, atol: 0 }, "gradient");
    }
  });
});
