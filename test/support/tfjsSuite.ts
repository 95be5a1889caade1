// What losses do in TensorFlow.js, on whatever backend: the same tests for the CPU and for WebGPU.
import type * as Tensorflow from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  crossEntropy,
  evaluate,
  huber,
  type Inputs,
  type Options,
  type Shape,
  sgce,
  squaredError,
  thresholdSchedule,
  zbce,
  zmse,
} from "../../src/index.js";
import { lossKernel, registerLossKernel, thresholdCallback, toTfjs } from "../../src/tfjs.js";
import { expectClose, expectEqual } from "./compare.js";
import { binaryData, classData, regressionData, weightsFor } from "./data.js";
import { expectLossError, type Untyped } from "./errors.js";
import { expectParity } from "./parity.js";
import { compute, type Tf } from "./tfjs.js";

const float32 = { rtol: 1e-5, atol: 1e-6 };

let tensors = 0;

/** From here on so many tensors more are left over, and nobody can free them. */
export function leaks(count: number): void {
  tensors += count;
}

/** Every test of the file has to leave as many tensors as there were. */
export function leavesNoTensors(get: () => Tf): void {
  beforeEach(() => {
    tensors = get().memory().numTensors;
  });
  afterEach(() => {
    expect(get().memory().numTensors, "tensors that are left").toBe(tensors);
  });
}

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

  it("gradients are those of central differences, through a layer", async () => {
    const tf = get();
    const { predictions, targets } = regressionData(40, 9);
    const [x, y, w] = [tf.tensor2d(predictions, [40, 1]), tf.tensor2d(targets, [40, 1]), tf.scalar(0.4)];
    const loss = toTfjs(tf, zmse({ threshold: 3 }));
    const at = (w: number): number =>
      evaluate(zmse({ threshold: 3 }), { predictions: predictions.map((p) => p * w), targets }).loss as number;
    const { value, grad } = tf.valueAndGrad((w: Tensorflow.Tensor) => loss(y, x.mul(w)))(w);
    expectClose((await value.data())[0], at(0.4), float32, "loss");
    expectClose((await grad.data())[0], (at(0.41) - at(0.39)) / 0.02, { rtol: 1e-3, atol: 0 }, "gradient");
    tf.dispose([x, y, w, value, grad]);
    loss.dispose();
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

  it("a second derivative is refused", () => {
    const tf = get();
    const before = tf.memory().numTensors;
    const loss = toTfjs(tf, squaredError(), { keep: [] });
    const x = tf.ones([4]);
    const twice = () =>
      tf.grad((a: Tensorflow.Tensor) =>
        tf
          .grad((b: Tensorflow.Tensor) => loss(x, b))(a)
          .sum(),
      )(x);
    expectLossError(() => tf.tidy(twice), "unsupported", /gradient must not be differentiated/);
    x.dispose();
    loss.dispose();
    // TensorFlow.js forgets what it has saved for a gradient that ends by an error.
    leaks(tf.memory().numTensors - before);
  });

  describe("what cannot be", () => {
    const during = (action: (tf: Tf) => unknown) => () => get().tidy(() => void action(get()));
    const x = (tf: Tf, shape: number[] = [4]) => tf.ones(shape);
    it.each([
      ["another tf", "unsupported", /with engine.*4\.10 to 4\.22/s, () => toTfjs({} as Untyped, zmse())],
      [
        "an unknown option",
        "parameter",
        /option must be one of keep/,
        (tf) => toTfjs(tf, zmse(), { kept: [] } as Untyped),
      ],
      [
        "a gradient to keep",
        "parameter",
        /keep must be one of/,
        (tf) => toTfjs(tf, zmse(), { keep: ["gradient"] as Untyped }),
      ],
      [
        "class weights without classes",
        "parameter",
        /an option must be one of/,
        (tf) => toTfjs(tf, huber(), { classWeights: [1, 2] }),
      ],
      ["a mask of a plain loss", "parameter", /keep must be one of/, (tf) => toTfjs(tf, huber(), { keep: ["mask"] })],
      [
        "a mask of a plain loss, from the kernel",
        "parameter",
        /an output must be one of/,
        (tf) =>
          tf.engine().runKernel(registerLossKernel(tf), { predictions: x(tf), targets: x(tf) }, {
            loss: huber(),
            outputs: ["z"],
          } as never),
      ],
      ["another shape", "shape", /targets must have the shape \[4\]/, (tf) => toTfjs(tf, zmse())(x(tf, [3]), x(tf))],
      [
        "a turned shape",
        "shape",
        /targets must have the shape \[2,3\]/,
        (tf) => toTfjs(tf, zmse())(x(tf, [3, 2]), x(tf, [2, 3])),
      ],
      ["no tensor", "shape", /predictions must be a tensor/, (tf) => toTfjs(tf, zmse()).with({ targets: x(tf) })],
      [
        "predictions of whole numbers, for the kernel",
        "shape",
        /predictions must be float32/,
        (tf) =>
          tf.engine().runKernel(registerLossKernel(tf), { predictions: tf.ones([4], "int32"), targets: x(tf) }, {
            loss: zmse(),
          } as never),
      ],
      [
        "too many weights",
        "shape",
        /weights must have 4 numbers/,
        (tf) => toTfjs(tf, zmse()).with({ predictions: x(tf), targets: x(tf), weights: x(tf, [5]) }),
      ],
      [
        "another structure",
        "parameter",
        /setLoss must keep the structure/,
        (tf) => toTfjs(tf, zmse()).setLoss(huber()),
      ],
      [
        "a ledger without a mask",
        "buffer|unsupported",
        /must/,
        (tf) => toTfjs(tf, zmse()).last.record({} as Untyped, x(tf)),
      ],
      [
        "a schedule without a mask",
        "parameter",
        /must have a z-mask/,
        (tf) => thresholdCallback(tf, toTfjs(tf, huber()), () => 2),
      ],
    ] as [string, string, RegExp, (tf: Tf) => unknown][])("%s", (_, code, text, action) => {
      const codes = code.split("|");
      for (const one of codes) {
        try {
          return expectLossError(during(action), one as never, text);
        } catch (error) {
          if (one === codes[codes.length - 1]) throw error;
        }
      }
    });
  });

  it("model.compile, fit and evaluate take it, and a schedule changes the threshold while it trains", async () => {
    const tf = get();
    const { predictions, targets } = regressionData(40, 11);
    const [x, y] = [tf.tensor2d(predictions, [40, 1]), tf.tensor2d(targets, [40, 1])];
    const schedule = thresholdSchedule({ kind: "linear", from: 3, to: 1.5, steps: 6 });
    const loss = toTfjs(tf, zmse(), { keep: ["summary", "mask"] });
    const dense = tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: "ones" });
    const model = tf.sequential({ layers: [dense] });
    const optimizer = tf.train.sgd(0);
    const kept = () => tf.mean(tf.cast(loss.last.tensors.mask!, "float32"));
    model.compile({ optimizer, loss, metrics: [kept] });
    const callback = thresholdCallback(tf, loss, schedule);
    const { history } = await model.fit(x, y, {
      batchSize: 16,
      epochs: 2,
      shuffle: false,
      verbose: 0,
      callbacks: callback,
    });
    // Three batches an epoch, of 16, 16 and 8; with a rate of 0 the model stays as it was.
    const expected = [0, 1].map((epoch) => {
      const batches = [0, 16, 32].map((start, b) => {
        const data = { predictions: predictions.slice(start, start + 16), targets: targets.slice(start, start + 16) };
        const result = evaluate(zmse({ threshold: schedule(3 * epoch + b) }), data);
        return [result.loss as number, result.count, data.targets.length];
      });
      const mean = (of: (batch: number[]) => number) => batches.reduce((sum, one) => sum + of(one), 0) / 40;
      return [mean(([loss, , size]) => loss * size), mean(([, count]) => count)];
    });
    expectClose(
      history.loss as number[],
      expected.map(([loss]) => loss),
      float32,
      "loss",
    );
    const [, metric] = Object.keys(history);
    expectClose(
      history[metric] as number[],
      expected.map(([, share]) => share),
      float32,
      "share of samples kept",
    );
    expect(loss.loss.toJSON()).toMatchObject({ params: { threshold: 1.5 } });

    const [value, share] = model.evaluate(x, y, { batchSize: 40 }) as Tensorflow.Scalar[];
    const { loss: whole } = evaluate(zmse({ threshold: 1.5 }), { predictions, targets });
    expectClose((await value.data())[0], whole, float32, "evaluate");
    tf.dispose([value, share, x, y]);
    optimizer.dispose();
    model.dispose();
    loss.dispose();
  });

  it("labels that are classes train by fitDataset; fit itself wants rows", async () => {
    const tf = get();
    const { logits, labels } = classData(12, 3, 3, 0);
    const loss = toTfjs(tf, crossEntropy());
    const dense = tf.layers.dense({ units: 3, inputShape: [3], useBias: false, kernelInitializer: "identity" });
    const model = tf.sequential({ layers: [dense] });
    const optimizer = tf.train.sgd(0);
    model.compile({ optimizer, loss });
    const rows = Array.from({ length: 12 }, (_, i) => logits.subarray(3 * i, 3 * i + 3));
    const xs = tf.data.array(rows).map((row) => tf.tensor1d(row as Float32Array));
    const ys = tf.data.array(Array.from(labels)).map((label) => tf.tensor1d([label as number], "int32"));
    const { history } = await model.fitDataset(tf.data.zip({ xs, ys }).batch(12) as never, { epochs: 1, verbose: 0 });
    const { loss: expected } = evaluate(crossEntropy(), { logits, labels });
    expectClose(history.loss as number[], [expected as number], float32, "loss");
    const [x, y] = [tf.tensor2d(logits, [12, 3]), tf.tensor2d(labels, [12, 1], "int32")];
    const oneHot = tf.tidy(() => tf.oneHot(tf.reshape(y, [12]), 3));
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/shape/);
    const fitted = await model.fit(x, oneHot, { verbose: 0, batchSize: 12 });
    expectClose(fitted.history.loss as number[], [expected as number], float32, "loss of rows");
    tf.dispose([x, y, oneHot]);
    optimizer.dispose();
    model.dispose();
    loss.dispose();
  });

  it("a symmetrized loss trains a classifier by minimize", async () => {
    const tf = get();
    const { logits, labels } = classData(24, 5, 3, 0);
    const [x, y] = [tf.tensor2d(logits, [24, 5]), tf.tensor1d(labels, "int32")];
    const w = tf.tidy(() => tf.variable(tf.eye(5)));
    const loss = toTfjs(tf, sgce({ q: 0.5 }));
    const optimizer = tf.train.sgd(0.5);
    const step = async (): Promise<number> => {
      const cost = optimizer.minimize(() => loss(y, tf.matMul(x, w as Tensorflow.Tensor2D)), true, [w])!;
      const [value] = await cost.data();
      cost.dispose();
      return value;
    };
    const first = await step();
    let value = first;
    for (let i = 0; i < 8; i++) value = await step();
    expectClose(first, evaluate(sgce({ q: 0.5 }), { logits, labels }).loss, float32, "first loss");
    expect(value).toBeLessThan(first);
    loss.dispose();
    tf.dispose([x, y, w]);
    optimizer.dispose();
  });
}
