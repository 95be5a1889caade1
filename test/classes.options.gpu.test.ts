// Class losses on the GPU against float64 on the same float32 inputs: every option.
import { describe, expect, it } from "vitest";
import {
  type ClassLoss,
  classAbsoluteError,
  createPlan,
  crossEntropy,
  evaluate,
  generalizedCrossEntropy,
  type Loss,
  run,
  sgce,
  squaredError,
  taylorCrossEntropy,
  tempered,
  unhinged,
  zMasked,
} from "../src/index.js";
import { classComparer, labelRows } from "./support/classes.js";
import { expectClose, expectEqual } from "./support/compare.js";
import { classData, weightsFor } from "./support/data.js";
import { requestTestDevice } from "./support/device.js";
import { expectRejected, type Untyped } from "./support/errors.js";
import { named } from "./support/losses.js";
import { expectParity, maskOf } from "./support/parity.js";
import { readBuffer, runPlan, storageBuffer } from "./support/plan.js";

const { device } = await requestTestDevice();

const compare = classComparer(device);

describe("options", () => {
  const [rows, classes] = [50, 6];
  const shape = [rows, classes] as const;
  const { logits, labels } = classData(rows, classes);

  it("loss and gradient alone of a small batch under a mask per class", async () => {
    const loss = zMasked(crossEntropy(), { per: "class", threshold: 1.2 });
    const expected = evaluate(loss, { logits, labels });
    const plan = await createPlan(device, loss, { shape });
    const buffers = {
      ...{ logits: storageBuffer(device, logits), labels: storageBuffer(device, Int32Array.from(labels)) },
      ...{ loss: storageBuffer(device, plan.sizes.loss), gradient: storageBuffer(device, plan.sizes.gradient) },
    };
    const encoder = device.createCommandEncoder();
    plan.encode(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    await plan.check();
    const [value] = new Float32Array(await readBuffer(device, buffers.loss));
    expectClose(value, expected.loss as number, { rtol: 1e-5, atol: 0 }, "loss");
    expectClose(
      new Float32Array(await readBuffer(device, buffers.gradient)),
      expected.gradient!,
      {
        rtol: 1e-5,
        atol: 1e-7,
      },
      "gradient",
    );
    plan.destroy();
  });

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
        if (maskOf(loss)?.per === "class") continue;
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
  const losses = [crossEntropy(), classAbsoluteError(), generalizedCrossEntropy(), taylorCrossEntropy()];
  it.each(named(losses))("%s", async (_, loss) => {
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
