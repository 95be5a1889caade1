// What losses do in TensorFlow.js, on whatever backend: the same tests for the CPU and for WebGPU.
import type * as Tensorflow from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  binaryCrossEntropy,
  crossEntropy,
  evaluate,
  huber,
  type Inputs,
  type Loss,
  type Options,
  type Shape,
  sgce,
  squaredError,
  zbce,
  zmse,
} from "../../src/index.js";
import { lossKernel, registerLossKernel, toTfjs } from "../../src/tfjs.js";
import { expectClose, expectEqual } from "./compare.js";
import { binaryData, classData, regressionData, weightsFor } from "./data.js";
import { expectParity } from "./parity.js";
import { compute, type Tf } from "./tfjs.js";

const float32 = { rtol: 1e-5, atol: 1e-6 };

/** The tests; `get` is called within them. */
export function behavesInTfjs(get: () => Tf): void {
  const regression = regressionData(40, 3);
  const classes = classData(24, 5, 3, 0.1);
  const weights = weightsFor(40);

  describe("options and inputs", () => {
    const parity = async (
      what: string,
      loss: Parameters<typeof evaluate>[0],
      inputs: Inputs,
      shape: Shape,
      options: Pick<Options, "reduction" | "ignoreIndex" | "nonFinite"> = {},
    ) =>
      expectParity(
        await compute(get(), loss, inputs, shape, options),
        evaluate(loss, inputs, { shape, ...options }),
        what,
      );

    it("weights and upstream", () =>
      parity("weights", zmse(), { ...regression, weights, upstream: 0.3 } as Inputs, [40]));
    it("a sum of columns", () => parity("sum", squaredError(), regression, [10, 4], { reduction: "sum" }));
    it("rows as samples", () => parity("rows", zmse(), { ...regression, weights: weights.slice(0, 10) }, [10, 4]));
    it("given statistics, as evaluate returns them", () => {
      const { statistics } = evaluate(zmse(), regression);
      return parity("given", zmse(), { ...regression, givenStatistics: statistics }, [40]);
    });
    it("statistics per class and ignored labels", () =>
      parity("zbce", zbce(), binaryData(40, 3, 0.1), [20, 2], { ignoreIndex: -100 }));
    it("class weights, as an input and as an option", async () => {
      const classWeights = [1, 2, 3, 0.5, 1];
      await parity("input", crossEntropy(), { ...classes, classWeights }, [24, 5]);
      const expected = evaluate(crossEntropy(), { ...classes, classWeights });
      expectParity(await compute(get(), crossEntropy(), classes, [24, 5], { classWeights }), expected, "option");
    });
    it("a NaN is visible, or left out", async () => {
      const predictions = regression.predictions.slice();
      predictions[3] = Number.NaN;
      const broken = { ...regression, predictions };
      await parity("propagate", zmse(), broken, [40]);
      await parity("omit", zmse(), broken, [40], { nonFinite: "omit" });
      for (const nonFinite of ["propagate", "omit"] as const) {
        expect(await compute(get(), zmse(), broken, [40], { nonFinite })).toMatchObject({ nonFinite: 1 });
      }
    });

    it("no reduction: a tensor, and what comes from above, per sample", async () => {
      const tf = get();
      for (const [loss, inputs, shape, samples] of [
        [squaredError(), regression, [10, 4], [10, 4]],
        [zmse(), regression, [10, 4], [10]],
        [crossEntropy(), classes, [24, 5], [24]],
      ] as const) {
        const size = samples.reduce((a: number, b) => a * b, 1);
        const upstream = Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1));
        const dy = tf.tensor(upstream, [...samples]);
        const got = await compute(tf, loss, inputs, shape, { reduction: "none", dy });
        dy.dispose();
        expectParity(got, evaluate(loss, { ...inputs, upstream } as Inputs, { shape, reduction: "none" }), loss.name);
      }
    });
  });

  describe("forms of tensors", () => {
    it("labels are classes or rows, of any type", async () => {
      const tf = get();
      const { logits } = classes;
      const ids = Int32Array.from({ length: 24 }, (_, i) => (i * 7) % 5);
      const rows = Float32Array.from({ length: 120 }, (_, i) => (i % 5 === ids[Math.floor(i / 5)] ? 1 : 0));
      const expected = evaluate(crossEntropy(), { logits, labels: ids });
      const loss = toTfjs(tf, crossEntropy());
      const forms = [
        tf.tensor1d(ids, "int32"),
        tf.tensor1d(ids, "float32"),
        tf.tensor2d(ids, [24, 1], "int32"),
        tf.tensor2d(ids, [24, 1], "float32"),
        tf.tensor2d(rows, [24, 5], "float32"),
        tf.tensor2d(rows, [24, 5], "int32"),
        tf.tensor2d(rows, [24, 5], "bool"),
      ];
      const z = tf.tensor2d(logits, [24, 5]);
      for (const labels of forms) {
        const { value, grad } = tf.valueAndGrad((x: Tensorflow.Tensor) => loss(labels, x))(z);
        const what = `${labels.dtype} [${labels.shape}]`;
        expectClose((await value.data())[0], expected.loss, float32, what);
        expectClose(await grad.data(), expected.gradient!, float32, what);
        tf.dispose([value, grad]);
      }
      tf.dispose([...forms, z]);
      loss.dispose();
    });

    it("more dimensions, targets of whole numbers, and dimensions of 1", async () => {
      const tf = get();
      const { predictions } = regression;
      const targets = Float32Array.from(regression.targets, Math.round);
      const expected = evaluate(squaredError(), { predictions, targets });
      const loss = toTfjs(tf, squaredError());
      for (const [own, other] of [
        [[40], [40, 1]],
        [
          [40, 1],
          [40, 1],
        ],
        [
          [5, 2, 4],
          [5, 2, 4],
        ],
      ]) {
        const [y, x] = [tf.tensor(targets, other, "int32"), tf.tensor(predictions, own)];
        const { value, grad } = tf.valueAndGrad((x: Tensorflow.Tensor) => loss(y, x))(x);
        expect(grad.shape).toEqual(own);
        expectClose((await value.data())[0], expected.loss, float32, `[${own}]`);
        expectClose(await grad.data(), expected.gradient!, float32, `[${own}]`);
        tf.dispose([y, x, value, grad]);
      }
      // Cast by TensorFlow.js, whole numbers are float32 by name alone.
      const [x, y] = [tf.tidy(() => tf.tensor1d(targets, "int32").cast("float32")), tf.tensor1d(predictions)];
      const { value, grad } = tf.valueAndGrad((x: Tensorflow.Tensor) => loss(y, x))(x);
      const turned = evaluate(squaredError(), { predictions: targets, targets: predictions });
      expectClose((await value.data())[0], turned.loss, float32, "cast predictions");
      expectClose(await grad.data(), turned.gradient!, float32, "cast predictions");
      tf.dispose([x, y, value, grad]);
      loss.dispose();
    });
  });

  it("gradients are those of central differences, through a scale of what the model says", async () => {
    const tf = get();
    const { predictions, targets } = regressionData(40, 9);
    const binary = binaryData(40, 9, 0.1);
    for (const [loss, first, second, shape] of [
      [zmse({ threshold: 3 }), predictions, targets, [40]],
      [huber(), predictions, targets, [10, 4]],
      [binaryCrossEntropy(), binary.logits, binary.labels, [40]],
      [sgce({ q: 0.5 }), classes.logits, classes.labels, [24, 5]],
    ] as const) {
      const regression = loss.family === "regression";
      const at = (w: number): number => {
        const scaled = first.map((p) => p * w);
        const inputs = regression ? { predictions: scaled, targets: second } : { logits: scaled, labels: second };
        return evaluate(loss as Loss, inputs as Inputs, { shape }).loss as number;
      };
      const ids = loss.family === "class";
      const x = tf.tensor(first, [...shape]);
      const y = tf.tensor(second, ids ? [24] : [...shape], ids ? "int32" : "float32");
      const w = tf.scalar(0.4);
      const f = toTfjs(tf, loss as Loss);
      const { value, grad } = tf.valueAndGrad((w: Tensorflow.Tensor) => f(y, x.mul(w)))(w);
      expectClose((await value.data())[0], at(0.4), float32, `${loss.name}: loss`);
      expectClose((await grad.data())[0], (at(0.404) - at(0.396)) / 0.008, { rtol: 1e-3, atol: 1e-4 }, loss.name);
      tf.dispose([x, y, w, value, grad]);
      f.dispose();
    }
  });

  it("the last call can be looked at, and setLoss changes parameters", async () => {
    const tf = get();
    const loss = toTfjs(tf, zmse(), { keep: ["mask", "z", "perSample", "statistics", "summary"] });
    const [x, y] = [tf.tensor1d(regression.predictions), tf.tensor1d(regression.targets)];
    const counts = [2, 0.25].map((threshold) => evaluate(zmse({ threshold }), regression).count);
    expect(counts[1]).toBeLessThan(counts[0]);
    for (const threshold of [2, 0.25]) {
      loss.setLoss(zmse({ threshold }));
      loss(y, x).dispose();
      const { mask, z, perSample, statistics, count } = evaluate(zmse({ threshold }), regression);
      const last = await loss.last.read();
      expectEqual(last.mask, mask!, "mask");
      expectEqual(await loss.last.tensors.mask!.data(), mask!, "mask as a tensor");
      expectClose(last.z, z!, { rtol: 1e-4, atol: 1e-4 }, "z");
      expectClose(last.perSample, perSample!, float32, "perSample");
      expect(last).toMatchObject({ count, nonFinite: 0, invalidLabels: 0 });
      expect(last.statistics).toMatchObject(statistics!.map(({ n, inliers }) => ({ n, inliers, column: 0, class: 0 })));
    }
    // A read that is on its way when the next call comes.
    const [first] = await Promise.all([loss.last.read(), Promise.resolve().then(() => loss(y, x).dispose())]);
    expect(first.count).toBe((await loss.last.read()).count);
    tf.dispose([x, y]);
    loss.dispose();
  });

  it("what follows the loss scales its gradient, and the summary says by how much the kernel did", async () => {
    const tf = get();
    const [x, y] = [tf.tensor1d(regression.predictions), tf.tensor1d(regression.targets)];
    for (const reduction of ["mean", "sum"] as const) {
      const loss = toTfjs(tf, zmse(), { reduction, keep: ["summary"] });
      const three = (x: Tensorflow.Tensor) =>
        loss.with({ predictions: x, targets: y, upstream: 0.5 }).mul(6).add(x.sum());
      const { value, grad } = tf.valueAndGrad(three)(x);
      const expected = evaluate(zmse(), { ...regression, upstream: 3 }, { reduction });
      const gradient = expected.gradient!.map((g) => g + 1);
      expectClose(await grad.data(), gradient, float32, `gradient of a ${reduction}`);
      const [total, weightSum, scale] = await loss.last.tensors.summary!.data();
      const share = reduction === "mean" ? 0.5 / expected.weightSum : 0.5;
      const figures = [expected.loss as number, expected.weightSum, share];
      expectClose([total, weightSum, scale], figures, float32, `summary of a ${reduction}`);
      tf.dispose([value, grad]);
      loss.dispose();
    }
    tf.dispose([x, y]);
  });

  it("the kernel is an op of its own", async () => {
    const tf = get();
    expect(registerLossKernel(tf)).toBe(lossKernel);
    const [predictions, targets] = [tf.tensor1d(regression.predictions), tf.tensor1d(regression.targets)];
    const attributes = { loss: huber(), outputs: ["gradient", "perSample"], reduction: "sum" };
    const [gradient, perSample] = tf
      .engine()
      .runKernel(lossKernel, { predictions, targets }, attributes as never) as Tensorflow.Tensor[];
    const expected = evaluate(huber(), regression, { reduction: "sum" });
    expectClose(await gradient.data(), expected.gradient!, float32, "gradient");
    expectClose(await perSample.data(), expected.perSample!, float32, "perSample");
    tf.dispose([predictions, targets, gradient, perSample]);
  });

  it("an empty batch has no loss", async () => {
    const tf = get();
    const loss = toTfjs(tf, squaredError());
    const [x, y] = [tf.zeros([0]), tf.zeros([0])];
    const { value, grad } = tf.valueAndGrad((x: Tensorflow.Tensor) => loss(y, x))(x);
    expect((await value.data())[0]).toBe(0);
    expect(grad.shape).toEqual([0]);
    tf.dispose([x, y, value, grad]);
    loss.dispose();
  });
}
